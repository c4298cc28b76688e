//! Ad breaks in SQL.

use std::sync::Arc;

use anyhow::Context;
use sqlx::Row;

use super::{AdBreak, ByMedia, TOPIC};
use crate::db::{Db, bump};
use crate::words::{MediaId, Time};

pub(super) async fn all(db: &Db) -> anyhow::Result<ByMedia> {
    let rows = sqlx::query("select media_id, break_id, from_ms, to_ms, planned_ms from ad_break")
        .fetch_all(db.pool())
        .await
        .context("failed to read the ad breaks")?;
    let mut all: std::collections::HashMap<MediaId, Vec<AdBreak>> = Default::default();
    for row in &rows {
        let id = MediaId::parse(row.try_get("media_id")?)
            .map_err(|e| anyhow::anyhow!("a stored ad break is invalid: {}", e.detail))?;
        all.entry(id).or_default().push(AdBreak {
            id: row.try_get("break_id")?,
            from_ms: row.try_get("from_ms")?,
            to_ms: row.try_get("to_ms")?,
            planned_ms: row.try_get("planned_ms")?,
        });
    }
    // Sorted here, for databases differ in how they sort texts.
    let shared = |(id, mut breaks): (MediaId, Vec<AdBreak>)| {
        breaks.sort_by(|a, b| (a.from_ms, &a.id).cmp(&(b.from_ms, &b.id)));
        (id, Arc::from(breaks))
    };
    Ok(all.into_iter().map(shared).collect())
}

pub(super) async fn put(
    db: &Db,
    media_id: &MediaId,
    breaks: &[&AdBreak],
    now: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    for ad_break in breaks {
        sqlx::query(
            "insert into ad_break (media_id, break_id, from_ms, to_ms, planned_ms, noted_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (media_id, break_id) do update set from_ms = excluded.from_ms, to_ms = excluded.to_ms,
                 planned_ms = excluded.planned_ms, noted_at = excluded.noted_at",
        )
        .bind(media_id.to_string())
        .bind(ad_break.id.clone())
        .bind(ad_break.from_ms)
        .bind(ad_break.to_ms)
        .bind(ad_break.planned_ms)
        .bind(now.ms())
        .execute(write.tx())
        .await
        .context("failed to store an ad break")?;
    }
    bump(write.tx(), TOPIC, now).await?;
    write.commit().await.context("failed to store ad breaks")
}
