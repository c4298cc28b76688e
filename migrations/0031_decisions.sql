-- Slices: what nodes hold of a campaign's impressions. What was granted and not settled counts as given away until the
-- slice ends, be its node alive or dead; then its row is gone, and nothing settles out of it any more. `micros` is what one impression out of it costs. The check says once more
-- what each update asks.
create table campaign_slice (
    slice_id text not null constraint campaign_slice_pkey primary key,
    campaign_id text not null
        constraint campaign_slice_campaign references campaign (campaign_id),
    node text not null,
    granted bigint not null,
    settled bigint not null,
    micros bigint not null,
    sells_until bigint not null,
    ends_at bigint not null,
    constraint campaign_slice_settled check (settled >= 0 and settled <= granted)
);
create index campaign_slice_open on campaign_slice (campaign_id, ends_at);
create index campaign_slice_ends on campaign_slice (ends_at);

-- What is paid for, and what one of it costs, beside the limits: whatever tells an event, its bill is the same.
alter table campaign_budget add column bill_per text not null default 'impression';
alter table campaign_budget add column bill_micros bigint not null default 0;

-- What became of a campaign, folded from the event log. `settled` counts impressions that took what was reserved for
-- them; `billed` and `unbilled` count what its price is for.
create table campaign_tally (
    campaign_id text not null constraint campaign_tally_pkey primary key,
    impressions bigint not null,
    clicks bigint not null,
    answers bigint not null,
    conversions bigint not null,
    settled bigint not null,
    billed bigint not null,
    unbilled bigint not null,
    billed_micros bigint not null
);
