-- Models: their bytes are a blob under their digest, here is what one needs to know without reading them.
create table model (
    model_id text not null constraint model_pkey primary key,
    schema_id text not null,
    rows bigint not null,
    metrics text not null,
    verdict text,
    created_at bigint not null
);
create index model_created_at on model (created_at, model_id);

-- The names that models are served under; no model for `champion` means that popularity ranks. `looks` counts how
-- often the gate has looked at challengers since the name last moved: each look may spend less chance of error.
create table model_alias (
    alias text not null constraint model_alias_pkey primary key,
    model_id text constraint model_alias_model references model (model_id),
    changed_at bigint not null,
    looks bigint not null
);

-- Every training that ended with a verdict. `drawn` is how many overlays had been drawn by then, by which the
-- next one is due.
create table training_run (
    run_id text not null constraint training_run_pkey primary key,
    model_id text not null,
    rows bigint not null,
    drawn bigint not null,
    look bigint not null,
    promoted bigint not null,
    why text not null,
    ended_at bigint not null
);
create index training_run_drawn on training_run (drawn);
