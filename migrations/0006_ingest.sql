-- Reference images that the embedded recogniser looks for. The image itself is a blob named by its own
-- digest, stored before its row: a crash in between leaves a blob that nobody asks for, never a row
-- without its image. An absent external id is the empty text, so that the pair can be a key.
create table reference (
    reference_id text not null constraint reference_pkey primary key,
    name text not null,
    external_id text not null,
    width bigint not null,
    height bigint not null,
    blob text not null,
    warnings text not null,
    created_at bigint not null,
    constraint reference_name unique (name, external_id)
);

-- Ledger: every segment of a live stream that was dealt with, written in the transaction of its
-- detections, so that a restart or a second watcher analyses nothing twice. Sequence numbers begin anew
-- when an encoder restarts: that is the next run.
create table segment (
    media_id text not null
        constraint segment_media references media (media_id) on delete cascade,
    run bigint not null,
    sequence bigint not null,
    position_ms bigint not null,
    end_ms bigint not null,
    outcome text not null,
    detail text,
    detections bigint not null,
    finished_at bigint not null,
    constraint segment_pkey primary key (media_id, run, sequence)
);

-- How far each media was analysed: what is not detected up to here was not on screen.
create table analysed (
    media_id text not null
        constraint analysed_pkey primary key
        constraint analysed_media references media (media_id) on delete cascade,
    position_ms bigint not null,
    at bigint not null
);
