-- Campaigns: instruments of one advertiser with schedule, price, goal, budget and pacing. A definition is only ever read
-- whole, so it is JSON text. Instruments name theirs in their own definition. `live_at` is when it first went live.
create table campaign (
    campaign_id text not null constraint campaign_pkey primary key,
    version bigint not null,
    state text not null,
    definition text not null,
    live_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);
create index campaign_state on campaign (state, campaign_id);

-- What a campaign never goes beyond, and what of it is given away: slices that are open and what was settled out of those
-- that are closed, all in one number, so that one row decides. Money is in millionths. The checks say once more what each
-- update asks: whatever else goes wrong, no budget overshoots. `billed` counts what is paid for where that is not
-- impressions. `asked` is how often a decision could have shown something of it: the live audience, as it was met.
-- No limit is the largest number.
create table campaign_budget (
    campaign_id text not null constraint campaign_budget_pkey primary key
        constraint campaign_budget_campaign references campaign (campaign_id),
    impressions_limit bigint not null,
    micros_limit bigint not null,
    billed_limit bigint not null,
    impressions bigint not null,
    micros bigint not null,
    billed bigint not null,
    asked bigint not null,
    constraint campaign_budget_impressions check (impressions >= 0 and impressions <= impressions_limit),
    constraint campaign_budget_micros check (micros >= 0 and micros <= micros_limit),
    constraint campaign_budget_billed check (billed >= 0 and billed <= billed_limit)
);
