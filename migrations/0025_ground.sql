-- Who is told what happens here. The secret signs what is sent and must be at hand for that, so it lies here as it is;
-- the one before signs along for a day after a change. `events` is a JSON list, only ever read whole.
create table webhook (
    webhook_id text not null constraint webhook_pkey primary key,
    url text not null,
    events text not null,
    description text,
    secret text not null,
    secret_before text,
    secret_before_until bigint,
    paused bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);

-- What is to be told, written in the transaction that makes it true. Who wants to hear it is asked later, off that
-- transaction's way: `fanned` says that it was.
create table webhook_notice (
    delivery_id text not null constraint webhook_notice_pkey primary key,
    event text not null,
    body text not null,
    fanned bigint not null,
    created_at bigint not null
);
create index webhook_notice_new on webhook_notice (created_at) where fanned = 0;

-- One notice on its way to one webhook, and the log of it.
create table webhook_delivery (
    delivery_id text not null,
    webhook_id text not null,
    event text not null,
    state text not null,
    attempts bigint not null,
    next_at bigint not null,
    status bigint,
    reason text,
    created_at bigint not null,
    delivered_at bigint,
    constraint webhook_delivery_pkey primary key (delivery_id, webhook_id)
);
create index webhook_delivery_due on webhook_delivery (next_at) where state = 'pending';
create index webhook_delivery_log on webhook_delivery (webhook_id, created_at, delivery_id);

-- What the one webhook of the options was told so far.
insert into webhook_notice (delivery_id, event, body, fanned, created_at)
    select delivery_id, event, body, 1, created_at from delivery;
insert into webhook_delivery (delivery_id, webhook_id, event, state, attempts, next_at, status, reason, created_at, delivered_at)
    select delivery_id, 'configured', event, state, attempts, next_at, status, reason, created_at, delivered_at from delivery;
drop table delivery;
