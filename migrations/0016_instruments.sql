-- Review: an instrument says where it stands (`state`: draft, in_review, approved, live, paused, archived), how far its latest
-- version has come (`review`: draft, in_review, approved), and which version others have approved: that one runs while the
-- instrument is live, whatever is written meanwhile. `revision` counts every change: entity tags and `If-Match` go by it.
alter table instrument add column review text not null default 'draft';
alter table instrument add column approved_version bigint;
alter table instrument add column revision bigint not null default 1;
-- What ran before there were reviews goes on running.
update instrument set review = 'approved', approved_version = version where state = 'live';

-- An id of the marketer's own system, by which an import finds an instrument again. Those without one do not collide.
alter table instrument add column external_id text;
create unique index instrument_external_id on instrument (external_id);

-- Nobody approves their own, so a version says who wrote it; null in those of before.
alter table instrument_version add column author text;
alter table instrument_version add column approved_by text;
alter table instrument_version add column approved_at bigint;

-- The audit trail of all stations: one row a change, written in the change's own transaction, never updated and never
-- deleted. `resource` is the path below /v1/; `was` and `becomes` are JSON. Ids are UUIDv7: their order is time's.
create table audit (
    audit_id text not null constraint audit_pkey primary key,
    at bigint not null,
    subject text not null,
    role text not null,
    action text not null,
    resource text not null,
    was text,
    becomes text,
    note text
);
create index audit_resource on audit (resource, audit_id);
create index audit_subject on audit (subject, audit_id);

-- Answers to requests with an `Idempotency-Key`, for a day: the same request again is answered again, and does nothing. `name`
-- is a digest of caller, operation and key; `digest` one of the body.
create table idempotency (
    name text not null constraint idempotency_pkey primary key,
    digest text not null,
    status bigint not null,
    etag text,
    answer text not null,
    created_at bigint not null
);
create index idempotency_created_at on idempotency (created_at);

-- Kill switches: what must not be shown now, by instrument, advertiser (its text, folded to small letters) or media.
create table kill_switch (
    scope text not null,
    id text not null,
    label text not null,
    note text,
    set_by text not null,
    set_at bigint not null,
    constraint kill_switch_pkey primary key (scope, id)
);
