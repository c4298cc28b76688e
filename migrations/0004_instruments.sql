-- What a viewer may be shown. This row says which version counts and where it stands.
create table instrument (
    instrument_id text not null constraint instrument_pkey primary key,
    version bigint not null,
    state text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index instrument_state on instrument (state, instrument_id);

-- Versions never change and outlive their instrument: receipts under way and training rows speak of them.
-- A definition is only ever read whole, so it is JSON text.
create table instrument_version (
    instrument_id text not null,
    version bigint not null,
    definition text not null,
    created_at bigint not null,
    constraint instrument_version_pkey primary key (instrument_id, version)
);
