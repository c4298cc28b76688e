-- What a media's ingest has come to. It moves in the transaction of the ledger line that it counts, so that any node can
-- tell it, and a crash neither loses nor doubles a segment. `waiting`, `lag_ms`, `thinning` and `frames_per_second` are
-- those of the last segment.
create table ingest_tally (
    media_id text not null
        constraint ingest_tally_pkey primary key
        constraint ingest_tally_media references media (media_id) on delete cascade,
    analysed bigint not null,
    failed bigint not null,
    skipped bigint not null,
    gaps bigint not null,
    frames bigint not null,
    detections bigint not null,
    waiting bigint not null,
    lag_ms bigint not null,
    thinning bigint not null,
    frames_per_second double precision not null,
    last_error text,
    last_error_at bigint,
    at bigint not null
);

-- What recognition of a media was charged by estimate, in millionths of a US dollar. It is reserved before the calls
-- are made, by a condition that keeps it under the media's limit: a crash in between counts as spent.
create table ingest_spend (
    media_id text not null
        constraint ingest_spend_pkey primary key
        constraint ingest_spend_media references media (media_id) on delete cascade,
    micro_usd bigint not null
);
create table ingest_call (
    media_id text not null
        constraint ingest_call_media references media (media_id) on delete cascade,
    operation text not null,
    calls bigint not null,
    constraint ingest_call_pkey primary key (media_id, operation)
);

-- What the watcher of a media last said of itself, and of which version of the media (its `updated_at`): what ended,
-- failed or was spent stays so until the media changes.
create table ingest_state (
    media_id text not null
        constraint ingest_state_pkey primary key
        constraint ingest_state_media references media (media_id) on delete cascade,
    state text not null,
    reason text,
    version bigint not null,
    since bigint not null
);

-- Models that bill while they run. A row stands from before the first call to start one until it is known to have
-- stopped, whatever happens to nodes or media in between; `ours` is 0 for one that ran already. `billed_to` is until
-- when its running was charged to the media that need it.
create table ingest_model (
    arn text not null constraint ingest_model_pkey primary key,
    ours bigint not null,
    status text not null,
    error text,
    asked_at bigint not null,
    billed_to bigint not null
);

-- The pruning of what no resumption needs.
create index segment_finished on segment (finished_at);
