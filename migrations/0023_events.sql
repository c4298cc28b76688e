-- What was on screen when an overlay was decided on: the surest name that called for it; empty where none did, and on
-- every event but an impression. Reports tell by it what which picture brought.
alter table event add column seen_name text not null default '';
-- Reports are of a stretch of time.
create index event_happened on event (happened_at);
