-- Viewers: a pseudonym with a profile. The attributes are only ever read whole, so they are JSON text.
create table viewer (
    viewer_id text not null constraint viewer_pkey primary key,
    profile text not null,
    updated_at bigint not null
);

-- What a viewer was shown, folded from impressions. The event's id is the key, so that folding an
-- event twice changes nothing. A viewer without a profile has exposures too: caps need no consent.
create table exposure (
    event_id text not null constraint exposure_pkey primary key,
    viewer_id text not null,
    decision_id text not null,
    instrument_id text not null,
    media_id text not null,
    shown_at bigint not null,
    hides_at bigint not null
);
create index exposure_viewer on exposure (viewer_id, shown_at);
