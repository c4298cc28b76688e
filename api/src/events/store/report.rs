//! What reports count: the log, added up to the finest grain that any of them tells.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::db::Db;
use crate::events::{EventType, Grain, Stretch};

use super::count;

/// Of test mode nothing is read; what waits for its impression is in no number.
pub(in crate::events) async fn grains(db: &Db, stretch: &Stretch) -> anyhow::Result<Vec<Grain>> {
    let rows = sqlx::query(
        "select e.event_type, e.instrument_id, e.version, e.variant, e.media_id, e.mode, e.currency,
             coalesce(i.seen_name, '') as seen, e.happened_at / 3600000 as hour,
             count(*) as times, cast(sum(e.billed_micros) as bigint) as billed_micros,
             cast(coalesce(sum(e.value_micros), 0) as bigint) as value_micros
         from event e left join event i on i.decision_id = e.decision_id and i.instrument_id = e.instrument_id
             and i.decided_at = e.decided_at and i.event_type = 'impression'
         where e.happened_at >= $1 and e.happened_at < $2 and e.counted = 1 and e.mode <> 'test'
             and ($3 = '' or e.instrument_id = $4) and ($5 = '' or e.media_id = $6)
         group by e.event_type, e.instrument_id, e.version, e.variant, e.media_id, e.mode, e.currency, seen, hour",
    )
    .bind(stretch.from.ms())
    .bind(stretch.to.ms())
    .bind(stretch.instrument_id.clone())
    .bind(stretch.instrument_id.clone())
    .bind(stretch.media_id.clone())
    .bind(stretch.media_id.clone())
    .fetch_all(db.pool())
    .await
    .context("failed to read a report")?;
    rows.iter().map(grain).collect()
}

fn grain(row: &AnyRow) -> anyhow::Result<Grain> {
    let name: String = row.try_get("event_type")?;
    let variant: Option<i64> = row.try_get("variant")?;
    Ok(Grain {
        event_type: EventType::parse(&name)
            .with_context(|| format!("a stored event is a {name}"))?,
        instrument_id: row.try_get("instrument_id")?,
        version: u32::try_from(row.try_get::<i64, _>("version")?)?,
        variant: variant.map(u8::try_from).transpose()?,
        media_id: row.try_get("media_id")?,
        seen_name: row.try_get("seen")?,
        hour: row.try_get("hour")?,
        held_out: row.try_get::<String, _>("mode")? == "holdout",
        times: count(row, "times")?,
        billed_micros: count(row, "billed_micros")?,
        value_micros: row.try_get("value_micros")?,
        currency: row.try_get("currency")?,
    })
}

/// How many viewers each variant of an instrument was drawn for.
pub(in crate::events) async fn viewers_by_variant(
    db: &Db,
    instrument_id: &str,
) -> anyhow::Result<Vec<(u8, u64)>> {
    let rows = sqlx::query(
        "select variant, count(distinct viewer_id) as viewers from event
         where instrument_id = $1 and event_type = 'impression' and mode = 'live' and variant is not null
             and viewer_id <> ''
         group by variant order by variant",
    )
    .bind(instrument_id.to_owned())
    .fetch_all(db.pool())
    .await
    .context("failed to count the viewers of variants")?;
    let variant = |row: &AnyRow| {
        let place = u8::try_from(row.try_get::<i64, _>("variant")?)?;
        Ok((place, count(row, "viewers")?))
    };
    rows.iter().map(variant).collect()
}
