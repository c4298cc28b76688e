-- Scans, conversions, and what an event is worth knowing beside what happened.

-- `mode`: `live`; `test`, which is in no count; `holdout`, which would have been shown and is counted apart.
-- `variant`: which of its instrument's variants was shown, by its place. `campaign_id`, and `billed_micros` in the
-- campaign's currency: what the impression was billed to whom. `skew_ms`: by how much the client's clock lay behind
-- ours when it sent; nothing where it did not say. `counted`: 0 while it waits for its impression; where that did not
-- come in time it stays so, and is in no rate. `is_right`: whether an answer was, where one is.
-- `value_micros` of `currency`: what a conversion was worth.
alter table event add column mode text not null default 'live';
alter table event add column variant bigint;
alter table event add column campaign_id text;
alter table event add column billed_micros bigint not null default 0;
alter table event add column skew_ms bigint;
alter table event add column counted bigint not null default 1;
alter table event add column is_right bigint;
alter table event add column value_micros bigint;
alter table event add column currency text;

-- An overlay tells each thing once; it alone can lead to any number of conversions, each with an id of its own.
drop index event_overlay;
create unique index event_overlay on event (decision_id, instrument_id, decided_at, event_type)
    where event_type <> 'conversion';
-- What waits, and what waited in vain.
create index event_uncounted on event (instrument_id, decision_id, decided_at) where counted = 0;

-- `ghosts`: how often it would have been shown to those who are held out, and `ghost_conversions`: how often they
-- converted all the same. They are in no other count.
alter table tally add column scans bigint not null default 0;
alter table tally add column conversions bigint not null default 0;
alter table tally add column ghosts bigint not null default 0;
alter table tally add column ghost_conversions bigint not null default 0;

-- What the conversions were worth, by currency.
create table conversion_value (
    instrument_id text not null,
    currency text not null,
    conversions bigint not null,
    value_micros bigint not null,
    constraint conversion_value_pkey primary key (instrument_id, currency)
);

-- `held` = 1: something came before the impression, and waits. The row is then only there so that two nodes, one with
-- the impression and one with what came before it, meet.
alter table shown add column held bigint not null default 0;

-- How viewers stand on a media's board: votes with a right answer, how many were right, and how long those took.
create table score (
    media_id text not null,
    viewer_id text not null,
    answered bigint not null,
    points bigint not null,
    right_ms bigint not null,
    constraint score_pkey primary key (media_id, viewer_id)
);
create index score_board on score (media_id, points desc, right_ms);
create index score_viewer on score (viewer_id);
