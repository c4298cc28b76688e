-- Why instruments were left out: what became of each as a candidate, summed over nodes by the hour.

-- `hour`: its first millisecond. `what`: `considered`, `chosen`, or the code of the reason that stopped it.
create table diagnosis (
    instrument_id text not null,
    hour bigint not null,
    what text not null,
    count bigint not null,
    constraint diagnosis_pkey primary key (instrument_id, hour, what)
);
create index diagnosis_hour on diagnosis (hour);
