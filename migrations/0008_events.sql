-- What viewers did. `event` is the log and the truth; everything below it is folded from it in the same
-- transaction, and could be made anew from it.

-- One overlay (decision, instrument, moment of the decision) tells each thing once, whatever event ids a client
-- makes up: a receipt in the wrong hands is worth one impression and one click. `at` is the client's clock as it
-- came, `happened_at` is held between the decision and the arrival. `exposure_due`: the viewer store has not been
-- told yet (it may be another store, so it cannot be in the transaction).
create table event (
    event_id text not null constraint event_pkey primary key,
    event_type text not null,
    decision_id text not null,
    decided_at bigint not null,
    instrument_id text not null,
    version bigint not null,
    media_id text not null,
    viewer_id text not null,
    position_ms bigint not null,
    show_ms bigint not null,
    answer_id text,
    at bigint not null,
    happened_at bigint not null,
    received_at bigint not null,
    exposure_due bigint not null
);
create unique index event_overlay on event (decision_id, instrument_id, decided_at, event_type);
create index event_viewer on event (viewer_id);
create index event_exposure_due on event (received_at) where exposure_due = 1;

-- One vote a viewer and instrument: the first answer counts.
create table vote (
    viewer_id text not null,
    instrument_id text not null,
    answer_id text not null,
    event_id text not null,
    constraint vote_pkey primary key (viewer_id, instrument_id)
);

-- How often what happened to an instrument, over all its versions. `answers` counts votes; `engaged` counts
-- overlays that were drawn and engaged with, so it never exceeds `impressions`.
create table tally (
    instrument_id text not null constraint tally_pkey primary key,
    impressions bigint not null,
    viewable bigint not null,
    clicks bigint not null,
    answers bigint not null,
    dismissals bigint not null,
    engaged bigint not null
);

create table answer_tally (
    instrument_id text not null,
    answer_id text not null,
    count bigint not null,
    constraint answer_tally_pkey primary key (instrument_id, answer_id)
);

-- Training rows: one an overlay, from its receipt. What arrives first makes it; only those that were drawn are
-- learnt from. `inputs` is the classifier's compact form in base64, `others` a JSON list.
create table shown (
    decision_id text not null,
    instrument_id text not null,
    decided_at bigint not null,
    viewer_id text not null,
    version bigint not null,
    score double precision not null,
    propensity double precision not null,
    inputs text not null,
    others text not null,
    complete bigint not null,
    schema_id text not null,
    model text not null,
    policy text not null,
    drawn bigint not null,
    engaged bigint not null,
    constraint shown_pkey primary key (decision_id, instrument_id, decided_at)
);
create index shown_decided_at on shown (decided_at) where drawn = 1;
create index shown_viewer on shown (viewer_id);
