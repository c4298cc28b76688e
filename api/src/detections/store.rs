//! Where detections lie: what any store of them can do, and the one in SQL.

use anyhow::Context;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Analysed, BoundingBox, Detection, Kind, TOPIC};
use crate::db::{Along, Db, Write, bump};
use crate::words::{Confidence, Invalid, MediaId, Position, Time, Window};

/// Where detections lie.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Stores all of them, or none; one of the same position, kind and name replaces what stands there.
    async fn put(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        now: Time,
    ) -> anyhow::Result<()>;
    /// Stores what an analysis found and how far it came, along with its own record; false where that record
    /// stands there already, and then nothing is stored.
    async fn put_analysed(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        mark: Analysed,
        along: &dyn Along,
    ) -> anyhow::Result<bool>;
    /// How far a media was analysed.
    async fn analysed(&self, media_id: &MediaId) -> anyhow::Result<Option<Analysed>>;
    /// Reads a window in the order of the sort key, after this key, at most `limit`.
    async fn range(
        &self,
        media_id: &MediaId,
        window: Window,
        min_confidence: Confidence,
        after: &str,
        limit: u32,
    ) -> anyhow::Result<Vec<Detection>>;
    /// Whether the store can be reached.
    async fn ping(&self) -> anyhow::Result<()>;
}

/// Detections in the registry's database.
#[derive(Debug)]
pub(super) struct SqlStore {
    db: Db,
}

/// A box as it is stored: left, top, width, height, confidence.
#[derive(Serialize, Deserialize)]
struct BoxRow(f64, f64, f64, f64, Option<f64>);

impl SqlStore {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }
}

fn boxes_json(boxes: &[BoundingBox]) -> serde_json::Result<String> {
    let rows: Vec<BoxRow> = boxes
        .iter()
        .map(|b| {
            BoxRow(
                b.left,
                b.top,
                b.width,
                b.height,
                b.confidence.map(Confidence::percent),
            )
        })
        .collect();
    serde_json::to_string(&rows)
}

fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored detection is invalid: {}", error.detail)
}

fn kind(text: &str) -> anyhow::Result<Kind> {
    [
        Kind::Celebrity,
        Kind::Label,
        Kind::CustomLabel,
        Kind::Moderation,
    ]
    .into_iter()
    .find(|kind| kind.as_str() == text)
    .with_context(|| format!("a stored detection is of the unknown kind {text}"))
}

fn from_row(row: &AnyRow) -> anyhow::Result<Detection> {
    let json = |column: &str| row.try_get::<String, _>(column);
    let boxes: Vec<BoxRow> = serde_json::from_str(&json("boxes")?)?;
    let boxes = boxes
        .into_iter()
        .map(|BoxRow(left, top, width, height, confidence)| {
            let confidence = confidence
                .map(Confidence::parse)
                .transpose()
                .map_err(invalid)?;
            Ok(BoundingBox {
                left,
                top,
                width,
                height,
                confidence,
            })
        });
    Ok(Detection {
        position: Position::parse(row.try_get("position_ms")?).map_err(invalid)?,
        kind: kind(&json("kind")?)?,
        name: row.try_get("name")?,
        external_id: row.try_get("external_id")?,
        confidence: Confidence::parse(row.try_get("confidence")?).map_err(invalid)?,
        boxes: boxes.collect::<anyhow::Result<_>>()?,
        parents: serde_json::from_str(&json("parents")?)?,
        categories: serde_json::from_str(&json("categories")?)?,
        source: row.try_get("source")?,
        seen_at: Time::from_ms(row.try_get("seen_at")?),
    })
}

/// The sort key's parts; a key that is not one sorts before everything.
fn split_key(key: &str) -> (i64, String, String) {
    let mut parts = key.splitn(3, '#');
    let position = parts.next().and_then(|p| p.parse().ok()).unwrap_or(-1);
    let mut text = || parts.next().unwrap_or_default().to_owned();
    (position, text(), text())
}

async fn insert(
    write: &mut Write,
    media_id: &MediaId,
    detections: &[Detection],
) -> anyhow::Result<()> {
    for detection in detections {
        sqlx::query(
            "insert into detection (media_id, position_ms, kind, name, external_id, confidence, boxes,
                 parents, categories, source, seen_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (media_id, position_ms, kind, name) do update set
                 external_id = excluded.external_id, confidence = excluded.confidence, boxes = excluded.boxes,
                 parents = excluded.parents, categories = excluded.categories, source = excluded.source,
                 seen_at = excluded.seen_at",
        )
        .bind(media_id.to_string())
        .bind(detection.position.ms())
        .bind(detection.kind.as_str())
        .bind(detection.name.clone())
        .bind(detection.external_id.clone())
        .bind(detection.confidence.percent())
        .bind(boxes_json(&detection.boxes)?)
        .bind(serde_json::to_string(&detection.parents)?)
        .bind(serde_json::to_string(&detection.categories)?)
        .bind(detection.source.clone())
        .bind(detection.seen_at.ms())
        .execute(write.tx())
        .await
        .context("failed to store a detection")?;
    }
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn put(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        now: Time,
    ) -> anyhow::Result<()> {
        let mut write = self.db.write().await?;
        insert(&mut write, media_id, detections).await?;
        bump(write.tx(), &format!("{TOPIC}{media_id}"), now).await?;
        write.commit().await.context("failed to store detections")
    }

    async fn put_analysed(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        mark: Analysed,
        along: &dyn Along,
    ) -> anyhow::Result<bool> {
        let mut write = self.db.write().await?;
        if !along.write(&mut write).await? {
            return Ok(false);
        }
        insert(&mut write, media_id, detections).await?;
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
        bump(write.tx(), &format!("{TOPIC}{media_id}"), mark.at).await?;
        write
            .commit()
            .await
            .context("failed to store an analysis")?;
        Ok(true)
    }

    async fn analysed(&self, media_id: &MediaId) -> anyhow::Result<Option<Analysed>> {
        let row = sqlx::query("select position_ms, at from analysed where media_id = $1")
            .bind(media_id.to_string())
            .fetch_optional(self.db.pool())
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

    async fn range(
        &self,
        media_id: &MediaId,
        window: Window,
        min_confidence: Confidence,
        after: &str,
        limit: u32,
    ) -> anyhow::Result<Vec<Detection>> {
        let (position, kind, name) = split_key(after);
        let rows = sqlx::query(
            "select position_ms, kind, name, external_id, confidence, boxes, parents, categories, source, seen_at
             from detection
             where media_id = $1 and position_ms between $2 and $3 and confidence >= $4
                 and (position_ms > $5 or (position_ms = $6 and (kind > $7 or (kind = $8 and name > $9))))
             order by position_ms, kind, name limit $10",
        )
        .bind(media_id.to_string())
        .bind(window.from().ms())
        .bind(window.to().ms())
        .bind(min_confidence.percent())
        .bind(position)
        .bind(position)
        .bind(kind.clone())
        .bind(kind)
        .bind(name)
        .bind(i64::from(limit))
        .fetch_all(self.db.pool())
        .await
        .context("failed to read detections")?;
        rows.iter().map(from_row).collect()
    }

    async fn ping(&self) -> anyhow::Result<()> {
        Ok(self.db.ping().await?)
    }
}
