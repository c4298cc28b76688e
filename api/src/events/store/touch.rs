//! What a conversion can be put down to, in SQL.

use anyhow::Context;
use sqlx::Row;

use super::log::overlay;
use crate::db::Db;
use crate::events::conversions::Touch;
use crate::events::{EventType, Overlay};
use crate::words::{InstrumentId, Time, ViewerId};

/// When this happened to an overlay, if it did.
pub(in crate::events) async fn happened_at(
    db: &Db,
    overlay: Overlay,
    event_type: EventType,
) -> anyhow::Result<Option<Time>> {
    let row = sqlx::query(
        "select happened_at from event where decision_id = $1 and instrument_id = $2 and decided_at = $3
             and event_type = $4 and event_type <> 'conversion'",
    )
    .bind(overlay.decision_id())
    .bind(overlay.instrument_id().to_string())
    .bind(overlay.decided_at.ms())
    .bind(event_type.as_str())
    .fetch_optional(db.pool())
    .await
    .context("failed to look for a click")?;
    let at = row.map(|row| row.try_get(0).map(Time::from_ms));
    Ok(at.transpose()?)
}

/// What this viewer was last shown of an instrument between these moments, or would have been if it were not held out.
pub(in crate::events) async fn last_drawn(
    db: &Db,
    viewer_id: &ViewerId,
    instrument_id: &InstrumentId,
    since: Time,
    until: Time,
) -> anyhow::Result<Option<Touch>> {
    let row = sqlx::query(
        "select decision_id, instrument_id, decided_at, version, happened_at from event
         where viewer_id = $1 and instrument_id = $2 and event_type = 'impression' and mode <> 'test'
             and happened_at >= $3 and happened_at <= $4
         order by happened_at desc, event_id limit 1",
    )
    .bind(viewer_id.to_string())
    .bind(instrument_id.to_string())
    .bind(since.ms())
    .bind(until.ms())
    .fetch_optional(db.pool())
    .await
    .context("failed to look for an impression")?;
    let touch = |row: &sqlx::any::AnyRow| -> anyhow::Result<Touch> {
        Ok(Touch {
            overlay: overlay(row)?,
            version: u32::try_from(row.try_get::<i64, _>("version")?)?,
            at: Time::from_ms(row.try_get("happened_at")?),
        })
    };
    row.as_ref().map(touch).transpose()
}
