-- Entities: what detected names mean to people. `definition` is only ever read whole, so it is JSON text.
create table entity (
    entity_id text not null constraint entity_pkey primary key,
    kind text not null,
    -- The ids of its categories, each between blanks, so that one can be looked for.
    categories text not null,
    definition text not null,
    created_at bigint not null,
    updated_at bigint not null
);

-- Its name and aliases in lower case. A name is shared only by those who all have external ids: whoever writes asks,
-- after the row in `revision` has let one writer in.
create table entity_name (
    name text not null,
    entity_id text not null
        constraint entity_name_entity references entity (entity_id) on delete cascade,
    constraint entity_name_pkey primary key (name, entity_id)
);
create index entity_name_entity_id on entity_name (entity_id);

-- What recognisers call it; an id belongs to one entity.
create table entity_external_id (
    external_id text not null constraint entity_external_id_pkey primary key,
    entity_id text not null
        constraint entity_external_id_entity references entity (entity_id) on delete cascade
);
create index entity_external_id_entity_id on entity_external_id (entity_id);
