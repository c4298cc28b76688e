//! In the log: of which events the viewer's store is still to be told.

use anyhow::Context;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::Due;
use crate::db::{Db, Write};
use crate::events::EventType;
use crate::events::store::{pieces, places};
use crate::words::{Invalid, MediaId, Time, ViewerId};

/// Notes, in the transaction of a fold, that the viewers of these events are told.
pub(in crate::events) async fn set_told(write: &mut Write, told: &[String]) -> anyhow::Result<()> {
    for piece in pieces(told) {
        let ids = places(1, piece.len());
        let sql = format!("update event set exposure_due = 0 where event_id in {ids}");
        let query = piece
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, event_id| {
                query.bind(event_id.clone())
            });
        query
            .execute(write.tx())
            .await
            .context("failed to note told exposures")?;
    }
    Ok(())
}

/// Notes that the viewers of these events are told.
pub(in crate::events) async fn note_told(db: &Db, told: &[String]) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    set_told(&mut write, told).await?;
    Ok(write.commit().await?)
}

/// Events received before this moment of which nobody has noted that their viewers are told.
pub(in crate::events) async fn due(
    db: &Db,
    before: Time,
    limit: usize,
) -> anyhow::Result<Vec<Due>> {
    let rows = sqlx::query(
        "select event_id, event_type, viewer_id, decision_id, instrument_id, version, media_id, happened_at, show_ms
         from event where exposure_due = 1 and received_at <= $1 order by received_at limit $2",
    )
    .bind(before.ms())
    .bind(i64::try_from(limit)?)
    .fetch_all(db.pool())
    .await
    .context("failed to read due exposures")?;
    let due = |row: &AnyRow| {
        let text = |column: &str| row.try_get::<String, _>(column);
        let event_type = text("event_type")?;
        Ok(Due {
            event_id: text("event_id")?,
            event_type: EventType::parse(&event_type)
                .with_context(|| format!("a stored event is a {event_type}"))?,
            viewer_id: ViewerId::parse(&text("viewer_id")?).map_err(invalid)?,
            decision: Uuid::try_parse(&text("decision_id")?)?.as_u128(),
            instrument: Uuid::try_parse(&text("instrument_id")?)?.as_u128(),
            version: u32::try_from(row.try_get::<i64, _>("version")?)?,
            media_id: MediaId::parse(&text("media_id")?).map_err(invalid)?,
            happened_at: Time::from_ms(row.try_get("happened_at")?),
            show_ms: row.try_get("show_ms")?,
        })
    };
    rows.iter().map(due).collect()
}

fn invalid(invalid: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored event is invalid: {}", invalid.detail)
}
