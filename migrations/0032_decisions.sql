-- What campaigns have come to: `goal` or `budget`, what it counts, and how much, as in `goal:click:50`. A row stands for
-- good, so that each is told of once, whichever node sees it first and however long ago it was.
create table campaign_milestone (
    campaign_id text not null
        constraint campaign_milestone_campaign references campaign (campaign_id),
    milestone text not null,
    passed_at bigint not null,
    constraint campaign_milestone_pkey primary key (campaign_id, milestone)
);
