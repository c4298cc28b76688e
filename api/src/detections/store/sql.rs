//! Detections in the registry's database.

use std::collections::BTreeMap;

use anyhow::Context;
use async_trait::async_trait;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::row::{boxes, boxes_json, invalid, kind};
use super::{Analysis, Forget, Store};
use crate::config::now as clock;
use crate::db::{Db, Write, bump};
use crate::detections::model::expiry;
use crate::detections::people::ERASED;
use crate::detections::tally::in_order;
use crate::detections::{Analysed, Detection, Kind, TOPIC, Tally, Wanted};
use crate::words::{Confidence, MediaId, Position, Time};

/// How many expired rows go in one transaction, so that writers need not wait for all of them.
const EXPIRED_AT_ONCE: i64 = 5_000;

/// Detections in the registry's database.
#[derive(Debug)]
pub struct SqlStore {
    db: Db,
    /// How long detections are kept; for ever where it does not say.
    keep_ms: Option<i64>,
}

impl SqlStore {
    pub fn new(db: Db, keep_ms: Option<i64>) -> Self {
        Self { db, keep_ms }
    }

    async fn insert(
        &self,
        write: &mut Write,
        media_id: &MediaId,
        detections: &[Detection],
        now: Time,
    ) -> anyhow::Result<()> {
        let expires_at = expiry(now, self.keep_ms).map(Time::ms);
        for detection in detections {
            sqlx::query(
                "insert into detection (media_id, position_ms, kind, item, name, external_id, confidence, boxes,
                     parents, categories, source, seen_at, expires_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                 on conflict (media_id, position_ms, kind, item) do update set
                     confidence = excluded.confidence, boxes = excluded.boxes,
                     parents = excluded.parents, categories = excluded.categories, source = excluded.source,
                     seen_at = excluded.seen_at, expires_at = excluded.expires_at",
            )
            .bind(media_id.to_string())
            .bind(detection.position.ms())
            .bind(detection.kind.as_str())
            .bind(detection.item())
            .bind(detection.name.clone())
            .bind(detection.external_id.clone())
            .bind(detection.confidence.percent())
            .bind(boxes_json(&detection.boxes)?)
            .bind(serde_json::to_string(&detection.parents)?)
            .bind(serde_json::to_string(&detection.categories)?)
            .bind(detection.source.clone())
            .bind(detection.seen_at.ms())
            .bind(expires_at)
            .execute(write.tx())
            .await
            .context("failed to store a detection")?;
        }
        Ok(())
    }
}

/// Writes how far a media was analysed along with the analysis's own record; false where that stands there already.
pub async fn record(
    write: &mut Write,
    media_id: &MediaId,
    Analysis { mark, along }: Analysis<'_>,
) -> anyhow::Result<bool> {
    if !along.write(write).await? {
        return Ok(false);
    }
    sqlx::query(
        "insert into analysed (media_id, position_ms, at) values ($1, $2, $3)
         on conflict (media_id) do update set position_ms = excluded.position_ms, at = excluded.at",
    )
    .bind(media_id.to_string())
    .bind(mark.to.ms())
    .bind(mark.at.ms())
    .execute(write.tx())
    .await
    .context("failed to store how far a media was analysed")?;
    Ok(true)
}

/// Says that a media's detections changed.
pub async fn changed(write: &mut Write, media_id: &MediaId, now: Time) -> anyhow::Result<()> {
    Ok(bump(write.tx(), &format!("{TOPIC}{media_id}"), now).await?)
}

/// How far a media was analysed.
pub async fn mark(db: &Db, media_id: &MediaId) -> anyhow::Result<Option<Analysed>> {
    let row = sqlx::query("select position_ms, at from analysed where media_id = $1")
        .bind(media_id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read how far a media was analysed")?;
    row.map(|row| {
        Ok(Analysed {
            to: Position::parse(row.try_get(0)?).map_err(invalid)?,
            at: Time::from_ms(row.try_get(1)?),
        })
    })
    .transpose()
}

fn from_row(row: &AnyRow) -> anyhow::Result<Detection> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(Detection {
        position: Position::parse(row.try_get("position_ms")?).map_err(invalid)?,
        kind: kind(&text("kind")?)?,
        name: row.try_get("name")?,
        external_id: row.try_get("external_id")?,
        confidence: Confidence::parse(row.try_get("confidence")?).map_err(invalid)?,
        boxes: boxes(&text("boxes")?)?,
        parents: serde_json::from_str(&text("parents")?)?,
        categories: serde_json::from_str(&text("categories")?)?,
        source: row.try_get("source")?,
        seen_at: Time::from_ms(row.try_get("seen_at")?),
    })
}

fn tally_from_row(row: &AnyRow) -> anyhow::Result<Tally> {
    Ok(Tally {
        bin: row.try_get(0)?,
        kind: kind(&row.try_get::<String, _>(1)?)?,
        name: row.try_get(2)?,
        external_id: row.try_get(3)?,
        first: Position::parse(row.try_get(4)?).map_err(invalid)?,
        last: Position::parse(row.try_get(5)?).map_err(invalid)?,
        count: row.try_get::<i64, _>(6)?.unsigned_abs(),
        best: Confidence::parse(row.try_get(7)?).map_err(invalid)?,
    })
}

/// The sort key's parts; a key that is not one sorts before everything.
fn split_key(key: &str) -> (i64, String, String) {
    let mut parts = key.splitn(3, '#');
    let position = parts.next().and_then(|p| p.parse().ok()).unwrap_or(-1);
    let mut text = || parts.next().unwrap_or_default().to_owned();
    (position, text(), text())
}

/// How many rows of which media these are.
fn counted(rows: &[AnyRow]) -> anyhow::Result<BTreeMap<MediaId, u64>> {
    let mut counts = BTreeMap::new();
    for row in rows {
        let media_id = MediaId::parse(&row.try_get::<String, _>(0)?).map_err(invalid)?;
        *counts.entry(media_id).or_default() += 1;
    }
    Ok(counts)
}

#[async_trait]
impl Store for SqlStore {
    async fn put(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        analysis: Option<Analysis<'_>>,
        now: Time,
    ) -> anyhow::Result<bool> {
        let mut write = self.db.write().await?;
        if let Some(analysis) = analysis
            && !record(&mut write, media_id, analysis).await?
        {
            return Ok(false);
        }
        self.insert(&mut write, media_id, detections, now).await?;
        changed(&mut write, media_id, now).await?;
        write.commit().await.context("failed to store detections")?;
        Ok(true)
    }

    async fn analysed(&self, media_id: &MediaId) -> anyhow::Result<Option<Analysed>> {
        mark(&self.db, media_id).await
    }

    async fn range(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        after: &str,
        limit: u32,
    ) -> anyhow::Result<Vec<Detection>> {
        let (position, kind, item) = split_key(after);
        let rows = sqlx::query(
            "select position_ms, kind, name, external_id, confidence, boxes, parents, categories, source, seen_at
             from detection
             where media_id = $1 and position_ms between $2 and $3 and confidence >= $4
                 and ($5 = '' or kind = $6) and ($7 = '' or name = $8)
                 and (expires_at is null or expires_at > $9)
                 and (position_ms > $10 or (position_ms = $11 and (kind > $12 or (kind = $13 and item > $14))))
             order by position_ms, kind, item limit $15",
        )
        .bind(media_id.to_string())
        .bind(wanted.window.from().ms())
        .bind(wanted.window.to().ms())
        .bind(wanted.min_confidence.percent())
        .bind(wanted.kind.map_or("", Kind::as_str))
        .bind(wanted.kind.map_or("", Kind::as_str))
        .bind(wanted.name.clone().unwrap_or_default())
        .bind(wanted.name.clone().unwrap_or_default())
        .bind(clock().ms())
        .bind(position)
        .bind(position)
        .bind(kind.clone())
        .bind(kind)
        .bind(item)
        .bind(i64::from(limit))
        .fetch_all(self.db.pool())
        .await
        .context("failed to read detections")?;
        rows.iter().map(from_row).collect()
    }

    async fn tally(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        bin_ms: i64,
    ) -> anyhow::Result<Vec<Tally>> {
        let rows = sqlx::query(
            "select (position_ms - $1) / $2, kind, name, external_id, min(position_ms), max(position_ms),
                 cast(count(*) as bigint), max(confidence)
             from detection
             where media_id = $3 and position_ms between $4 and $5 and confidence >= $6
                 and ($7 = '' or kind = $8) and ($9 = '' or name = $10)
                 and (expires_at is null or expires_at > $11)
             group by 1, 2, 3, 4",
        )
        .bind(wanted.window.from().ms())
        .bind(bin_ms)
        .bind(media_id.to_string())
        .bind(wanted.window.from().ms())
        .bind(wanted.window.to().ms())
        .bind(wanted.min_confidence.percent())
        .bind(wanted.kind.map_or("", Kind::as_str))
        .bind(wanted.kind.map_or("", Kind::as_str))
        .bind(wanted.name.clone().unwrap_or_default())
        .bind(wanted.name.clone().unwrap_or_default())
        .bind(clock().ms())
        .fetch_all(self.db.pool())
        .await
        .context("failed to count detections")?;
        let tallies: anyhow::Result<Vec<Tally>> = rows.iter().map(tally_from_row).collect();
        Ok(in_order(tallies?))
    }

    async fn forget(&self, what: &Forget, now: Time) -> anyhow::Result<Vec<(MediaId, u64)>> {
        let mut all = BTreeMap::new();
        loop {
            let mut write = self.db.write().await?;
            let delete = match what {
                Forget::ExternalId(id) => {
                    sqlx::query("delete from detection where external_id = $1 returning media_id")
                        .bind(id.clone())
                }
                Forget::Celebrity(name) => sqlx::query(
                    "delete from detection where kind = 'celebrity' and name = $1 returning media_id",
                )
                .bind(name.clone()),
                Forget::Media(media_id) => {
                    sqlx::query("delete from detection where media_id = $1 returning media_id")
                        .bind(media_id.to_string())
                }
                Forget::Expired(at) => sqlx::query(
                    "delete from detection where (media_id, position_ms, kind, item) in (
                         select media_id, position_ms, kind, item from detection where expires_at <= $1 limit $2)
                     returning media_id",
                )
                .bind(at.ms())
                .bind(EXPIRED_AT_ONCE),
            };
            let rows = delete
                .fetch_all(write.tx())
                .await
                .context("failed to erase detections")?;
            let counts = counted(&rows)?;
            for media_id in counts.keys() {
                changed(&mut write, media_id, now).await?;
            }
            let person = matches!(what, Forget::ExternalId(_) | Forget::Celebrity(_));
            if person && !counts.is_empty() {
                // No node may answer from what it remembers of that person, not even while the database is away.
                bump(write.tx(), ERASED, now).await?;
            }
            write.commit().await.context("failed to erase detections")?;
            for (media_id, count) in counts {
                *all.entry(media_id).or_default() += count;
            }
            // Only what has expired goes in pieces.
            if !matches!(what, Forget::Expired(_)) || rows.is_empty() {
                return Ok(all.into_iter().collect());
            }
        }
    }

    async fn ping(&self) -> anyhow::Result<()> {
        Ok(self.db.ping().await?)
    }
}
