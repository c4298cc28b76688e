-- Namesakes: two people of one name at one position are two detections, so the external id belongs to the
-- key. `item` is the name, and after a `#` the external id where there is one; a `#` of the name itself is
-- written %23 and a % is written %25, so that no two pairs look alike. It is the end of the key that
-- DynamoDB has at scale. A key cannot be changed in place on both engines: the table is laid anew.
-- `expires_at` is null where detections are kept for ever; nothing reads what has expired.
create table detection_next (
    media_id text not null
        constraint detection_media references media (media_id) on delete cascade,
    position_ms bigint not null,
    kind text not null,
    item text not null,
    name text not null,
    external_id text,
    confidence double precision not null,
    boxes text not null,
    parents text not null,
    categories text not null,
    source text not null,
    seen_at bigint not null,
    expires_at bigint,
    constraint detection_key primary key (media_id, position_ms, kind, item)
);
insert into detection_next (media_id, position_ms, kind, item, name, external_id, confidence, boxes, parents,
        categories, source, seen_at)
    select media_id, position_ms, kind,
        replace(replace(name, '%', '%25'), '#', '%23')
            || case when coalesce(external_id, '') = '' then '' else '#' || external_id end,
        name, external_id, confidence, boxes, parents, categories, source, seen_at
    from detection;
drop table detection;
alter table detection_next rename to detection;
-- Erasing a person looks over all media, and letting go of what has expired too.
create index detection_external_id on detection (external_id);
create index detection_expires_at on detection (expires_at);

-- People who do not want to be recognised, by the recogniser's id. Written before what is stored of them is
-- erased; `erased_at` stays null until that is done, so that a node that dies in between is not believed.
create table opt_out (
    external_id text not null constraint opt_out_pkey primary key,
    note text,
    opted_out_at bigint not null,
    erased_at bigint
);
