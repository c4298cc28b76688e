-- Ad breaks that a media's stream marks: where each begins, where it ended, and how long it was to be. `to_ms` is null
-- while its end is not known.
create table ad_break (
    media_id text not null constraint ad_break_media references media (media_id) on delete cascade,
    break_id text not null,
    from_ms bigint not null,
    to_ms bigint,
    planned_ms bigint,
    noted_at bigint not null,
    constraint ad_break_pkey primary key (media_id, break_id)
);
