-- What was seen, by media and position. The key is the one that DynamoDB has at scale: celebrities and
-- objects at one position never overwrite each other, and storing the same thing twice changes nothing.
-- Detections go with their media.
create table detection (
    media_id text not null
        constraint detection_media references media (media_id) on delete cascade,
    position_ms bigint not null,
    kind text not null,
    name text not null,
    external_id text,
    confidence double precision not null,
    boxes text not null,
    parents text not null,
    categories text not null,
    source text not null,
    seen_at bigint not null,
    constraint detection_pkey primary key (media_id, position_ms, kind, name)
);
