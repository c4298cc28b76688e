-- Delivery rules of the whole installation: one row, JSON text that is only ever read whole. `version` counts its
-- changes, so that a writer who has read an older one is told.
create table delivery_rules (
    scope text not null constraint delivery_rules_pkey primary key,
    version bigint not null,
    rules text not null,
    updated_at bigint not null
);

-- Where a media's picture is never covered: JSON text of boxes in percent, read whole, and whether captions are
-- part of the picture.
alter table media add column keep_clear text;
alter table media add column burnt_in_captions bigint not null default 0;
