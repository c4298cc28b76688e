-- Cues that were sent. Other nodes read them here for those who listen by SSE.
create table cue (
    cue_id text not null constraint cue_pkey primary key,
    media_id text not null
        constraint cue_media references media (media_id) on delete cascade,
    kind text not null,
    seen_ms bigint not null,
    sent_at bigint not null,
    valid_until bigint not null,
    spread_ms bigint not null
);
create index cue_media_sent on cue (media_id, sent_at);

-- The media's overlay life: what showed last, by instrument, and under the empty id for the media as a whole. It moves by
-- a conditional write before a signal, so two frames, two nodes or a restart never signal twice. It is kept by
-- two clocks, the media's positions (`shown_ms`, `free_ms`) and the wall's (`shown_at`, `free_at`): it is free
-- again when either says so, and so one that steps back leaves nothing on screen for ever.
create table overlay_life (
    media_id text not null
        constraint overlay_life_media references media (media_id) on delete cascade,
    instrument_id text not null,
    shown_ms bigint not null,
    free_ms bigint not null,
    shown_at bigint not null,
    free_at bigint not null,
    constraint overlay_life_pkey primary key (media_id, instrument_id)
);
