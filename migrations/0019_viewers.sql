-- Under what a showing counts beside its instrument, as it was when it was shown: caps on a kind, an advertiser or a
-- campaign hold whatever became of the instrument. Absent in what was stored before.
alter table exposure add column kind text;
alter table exposure add column advertiser text;
alter table exposure add column campaign text;

-- What is counted of a viewer for ever, in the same transaction as the exposure, so that each event counts once.
-- `counter` is a level of caps (`global`, `kind`, `advertiser`, `campaign`, `instrument`), or an act (`click`, `answer`,
-- `conversion`) with the instrument as its key and a count of 1.
create table viewer_counter (
    viewer_id text not null,
    counter text not null,
    key text not null,
    count bigint not null,
    constraint viewer_counter_pkey primary key (viewer_id, counter, key)
);
insert into viewer_counter (viewer_id, counter, key, count)
    select viewer_id, 'instrument', instrument_id, count(*) from exposure group by viewer_id, instrument_id;
insert into viewer_counter (viewer_id, counter, key, count)
    select viewer_id, 'global', '', count(*) from exposure group by viewer_id;

-- Declared attributes: a name stands for one type, so that a rule over it is checked when it is registered. Those that
-- every installation knows are not in here.
create table attribute (
    name text not null constraint attribute_pkey primary key,
    type text not null,
    description text not null,
    created_at bigint not null,
    updated_at bigint not null
);

-- Saved audiences: rules that instruments share. `revision` counts their changes; `rule` is only ever read whole.
create table audience (
    audience_id text not null constraint audience_pkey primary key,
    name text not null,
    description text not null,
    revision bigint not null,
    rule text not null,
    created_at bigint not null,
    updated_at bigint not null
);
