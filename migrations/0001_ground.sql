-- The ground floor's two mechanisms. One SQL text for SQLite and PostgreSQL: text, bigint and
-- double precision only, times as milliseconds since 1970, ids as text.

-- Slot: a change bumps its topic's revision in the same transaction; nodes ask for the changed
-- revisions once a second and rebuild what they hold of that topic.
create table revision (
    topic text not null constraint revision_pkey primary key,
    revision bigint not null,
    changed_at bigint not null
);
create index revision_changed_at on revision (changed_at);

-- Lease: at most one holder at a time; who does not renew in time has lost it.
create table lease (
    name text not null constraint lease_pkey primary key,
    holder text not null,
    until bigint not null
);
