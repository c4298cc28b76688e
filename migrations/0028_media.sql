-- Whether a media is made for children: nothing of a restricted category runs on it. 0 or 1.
alter table media add column for_children bigint not null default 0;
