-- Notices: what AWS told this installation (by SNS or EventBridge), written before it is acknowledged and worked
-- off afterwards, so that nothing acknowledged is lost. The key is the sender's own id: a notice that comes twice
-- is one row. The body is kept as it came; rows are pruned a day after they came.
create table notice (
    notice_id text not null constraint notice_pkey primary key,
    body text not null,
    state text not null,
    reason text,
    attempts bigint not null,
    next_at bigint not null,
    received_at bigint not null
);
create index notice_due on notice (state, next_at);
create index notice_received_at on notice (received_at);

-- Recordings of IVS channels: where the thumbnails of one lie, and when it began, which is the zero of its
-- thumbnails' numbers. It may be told before or after the thumbnails themselves, in any order.
create table recording (
    bucket text not null,
    prefix text not null,
    channel_arn text not null,
    started_at bigint,
    ended_at bigint,
    duration_ms bigint,
    constraint recording_pkey primary key (bucket, prefix)
);

-- Stored videos, one row each, named by what they hold: the digest of a local file's content, or of an object's
-- bucket, key and version. The row is the job too: its state says what is to be done next, a restart reads it and goes
-- on, and `covered_ms` says how far the detections are stored.
create table stored_video (
    video_id text not null constraint stored_video_pkey primary key,
    media_id text not null constraint stored_video_media unique,
    title text not null,
    bucket text,
    object_key text not null,
    digest text not null,
    size bigint not null,
    state text not null,
    reason text,
    attempts bigint not null,
    next_at bigint not null,
    jobs text not null,
    duration_ms bigint,
    covered_ms bigint not null,
    labels text not null,
    poster text,
    preview text,
    created_at bigint not null,
    updated_at bigint not null,
    finished_at bigint
);
create index stored_video_due on stored_video (state, next_at);

-- Deliveries: what the webhook is to be told, written in the transaction that makes it true and kept as a log.
create table delivery (
    delivery_id text not null constraint delivery_pkey primary key,
    event text not null,
    media_id text not null,
    body text not null,
    state text not null,
    attempts bigint not null,
    next_at bigint not null,
    status bigint,
    reason text,
    created_at bigint not null,
    delivered_at bigint
);
create index delivery_due on delivery (state, next_at);
