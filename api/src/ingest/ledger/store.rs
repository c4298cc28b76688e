//! The ledger in SQL.

use std::collections::BTreeMap;

use anyhow::Context;
use async_trait::async_trait;
use sqlx::Row;

use super::{Entry, Last, Outcome};
use crate::db::{Along, Db, Write};
use crate::ingest::account;
use crate::words::{MediaId, Time};

#[async_trait]
impl Along for Entry {
    /// False where the segment was dealt with before: of two watchers that race, the key lets one through.
    async fn write(&self, write: &mut Write) -> anyhow::Result<bool> {
        let detail = match &self.outcome {
            Outcome::Failed(why) | Outcome::Skipped(why) => Some(why.clone()),
            Outcome::Analysed | Outcome::Gap => None,
        };
        let done = sqlx::query(
            "insert into segment (media_id, run, sequence, position_ms, end_ms, outcome, detail, detections, finished_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (media_id, run, sequence) do nothing",
        )
        .bind(self.media_id.to_string())
        .bind(self.run)
        .bind(self.sequence)
        .bind(self.from.ms())
        .bind(self.to.ms())
        .bind(self.outcome.as_str())
        .bind(detail)
        .bind(i64::try_from(self.detections)?)
        .bind(self.finished_at.ms())
        .execute(write.tx())
        .await
        .context("failed to write the ledger")?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        account::count(write, self).await?;
        Ok(true)
    }
}

pub(super) async fn last(db: &Db, media_id: &MediaId) -> anyhow::Result<Option<Last>> {
    let row = sqlx::query(
        "select run, sequence, end_ms from segment where media_id = $1 order by run desc, sequence desc limit 1",
    )
    .bind(media_id.to_string())
    .fetch_optional(db.pool())
    .await
    .context("failed to read the ledger")?;
    row.map(|row| {
        Ok(Last {
            run: row.try_get(0)?,
            sequence: row.try_get(1)?,
            end_ms: row.try_get(2)?,
        })
    })
    .transpose()
}

pub(super) async fn known(
    db: &Db,
    media_id: &MediaId,
    run: i64,
    from_sequence: i64,
) -> anyhow::Result<BTreeMap<i64, i64>> {
    let rows = sqlx::query(
        "select sequence, position_ms from segment where media_id = $1 and run = $2 and sequence >= $3",
    )
    .bind(media_id.to_string())
    .bind(run)
    .bind(from_sequence)
    .fetch_all(db.pool())
    .await
    .context("failed to read the ledger")?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

pub(super) async fn prune(db: &Db, before: Time) -> anyhow::Result<u64> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "delete from segment where finished_at < $1 and sequence < (
             select max(newest.sequence) from segment newest
             where newest.media_id = segment.media_id and newest.run = segment.run)",
    )
    .bind(before.ms())
    .execute(write.tx())
    .await
    .context("failed to prune the ledger")?;
    write.commit().await?;
    Ok(done.rows_affected())
}
