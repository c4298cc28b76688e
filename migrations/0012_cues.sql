-- Shows and withdrawals: a cue may speak of one instrument, and a show says where all paint it.
alter table cue add column instrument_id text;
alter table cue add column show_at_ms bigint;

-- Whether a cue still has to be put into the stream: `due`, `carried`, or `dropped` where it came too late or the channel
-- did not take it. Who carries it holds it until `carrier_until`: after a crash another node goes on. Cues of
-- before this column are long over.
alter table cue add column carriage text not null default 'carried';
alter table cue add column carrier text;
alter table cue add column carrier_until bigint not null default 0;
create index cue_due on cue (sent_at) where carriage = 'due';

-- How many cues went to one channel, or to all channels of one account, in the last second, whichever node sent
-- them: `sent` is a JSON list of moments.
create table cue_room (
    bucket text not null constraint cue_room_pkey primary key,
    sent text not null
);

-- Media on which nothing is shown now, because somebody said so.
create table media_hold (
    media_id text not null constraint media_hold_pkey primary key
        constraint media_hold_media references media (media_id) on delete cascade,
    held_at bigint not null
);

-- Whether a channel is on air, as its service or a refused call last said. While it is off air it is called again only
-- at `probe_at`, which moves away with every `probes`. `delay_ms` is how far from its sending a cue lies in the stream,
-- learnt by reading our own cues back.
create table stream_state (
    channel text not null constraint stream_state_pkey primary key,
    on_air bigint not null,
    changed_at bigint not null,
    probe_at bigint not null,
    probes bigint not null,
    delay_ms bigint
);

-- What a host put to all, within the counts of `impressions` and `engaged`: it was not chosen, so nothing may be learnt
-- from it.
alter table tally add column put_impressions bigint not null default 0;
alter table tally add column put_engaged bigint not null default 0;
