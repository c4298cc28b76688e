-- How a media is ingested by itself, and when: JSON text that is only ever read whole.
alter table media add column ingest text;
alter table media add column timetable text;
