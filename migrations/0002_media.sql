-- What is watched. `zero` is the first moment covered and never moves: every stored position counts from it.
-- Lists and unions that are only ever read whole (markers, signal, overlay life) are JSON text.
create table media (
    media_id text not null constraint media_pkey primary key,
    title text not null,
    zero bigint not null,
    markers text not null,
    playback_url text,
    poster_url text,
    preview_url text,
    signal text,
    overlay_life text,
    people_basis text,
    created_at bigint not null,
    updated_at bigint not null
);
