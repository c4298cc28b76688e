//! The account in SQL.

use std::collections::HashMap;

use anyhow::Context;
use sqlx::Row;

use super::{Looked, Operation, Said, Spend, State, Tally};
use crate::db::{Db, Write};
use crate::ingest::ledger::{Entry, Outcome};
use crate::words::{MediaId, Time};

/// Counts a segment in the transaction of its line in the ledger.
pub async fn count(write: &mut Write, entry: &Entry) -> anyhow::Result<()> {
    let Looked {
        frames,
        lag_ms,
        waiting,
        thinning,
        unreserved,
        partial,
    } = &entry.looked;
    let (mut analysed, mut failed, mut skipped, mut gaps) = (0_i64, 0_i64, 0_i64, 0_i64);
    let mut error = partial.clone();
    match &entry.outcome {
        Outcome::Analysed => analysed = 1,
        Outcome::Gap => gaps = 1,
        Outcome::Skipped(_) => skipped = 1,
        Outcome::Failed(why) => {
            failed = 1;
            error = Some(why.clone());
        }
    }
    let length_ms = entry.to.ms() - entry.from.ms();
    let per_second = *frames as f64 * 1000.0 / length_ms.max(1) as f64;
    sqlx::query(
        "insert into ingest_tally (media_id, analysed, failed, skipped, gaps, frames, detections, waiting, lag_ms,
             thinning, frames_per_second, last_error, last_error_at, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (media_id) do update set
             analysed = ingest_tally.analysed + excluded.analysed,
             failed = ingest_tally.failed + excluded.failed,
             skipped = ingest_tally.skipped + excluded.skipped,
             gaps = ingest_tally.gaps + excluded.gaps,
             frames = ingest_tally.frames + excluded.frames,
             detections = ingest_tally.detections + excluded.detections,
             waiting = excluded.waiting, lag_ms = excluded.lag_ms, thinning = excluded.thinning,
             frames_per_second = excluded.frames_per_second,
             last_error = coalesce(excluded.last_error, ingest_tally.last_error),
             last_error_at = coalesce(excluded.last_error_at, ingest_tally.last_error_at),
             at = excluded.at",
    )
    .bind(entry.media_id.to_string())
    .bind(analysed)
    .bind(failed)
    .bind(skipped)
    .bind(gaps)
    .bind(i64::try_from(*frames)?)
    .bind(i64::try_from(entry.detections)?)
    .bind(i64::try_from(*waiting)?)
    .bind(*lag_ms)
    .bind(i64::from((*thinning).max(1)))
    .bind(per_second)
    .bind(error.clone())
    .bind(error.map(|_| entry.finished_at.ms()))
    .bind(entry.finished_at.ms())
    .execute(write.tx())
    .await
    .context("failed to count a segment")?;
    settle(write, &entry.media_id, unreserved).await
}

/// What was called beyond the reservation is charged, and what was not called is given back.
pub async fn settle(
    write: &mut Write,
    media_id: &MediaId,
    unreserved: &[(Operation, i64)],
) -> anyhow::Result<()> {
    let price = |(operation, count): &(Operation, i64)| operation.micro_usd() * count;
    charge(
        write,
        media_id,
        unreserved.iter().map(price).sum(),
        i64::MAX,
    )
    .await?;
    count_calls(write, media_id, unreserved).await
}

pub(super) async fn tally(db: &Db, media_id: &MediaId) -> anyhow::Result<Tally> {
    let row = sqlx::query(
        "select analysed, failed, skipped, gaps, frames, detections, waiting, lag_ms, thinning, frames_per_second,
             last_error, last_error_at, at
         from ingest_tally where media_id = $1",
    )
    .bind(media_id.to_string())
    .fetch_optional(db.pool())
    .await
    .context("failed to read what was counted")?;
    let Some(row) = row else {
        return Ok(Tally::default());
    };
    let error: Option<String> = row.try_get("last_error")?;
    let error_at: Option<i64> = row.try_get("last_error_at")?;
    let at: i64 = row.try_get("at")?;
    Ok(Tally {
        analysed: row.try_get("analysed")?,
        failed: row.try_get("failed")?,
        skipped: row.try_get("skipped")?,
        gaps: row.try_get("gaps")?,
        frames: row.try_get("frames")?,
        detections: row.try_get("detections")?,
        waiting: row.try_get("waiting")?,
        lag_ms: row.try_get("lag_ms")?,
        thinning: row.try_get("thinning")?,
        frames_per_second: row.try_get("frames_per_second")?,
        last_error: error.zip(error_at.map(Time::from_ms)),
        // A row that an error alone has made counts no segment yet.
        at: (at > 0).then(|| Time::from_ms(at)),
    })
}

pub(super) async fn note_error(
    db: &Db,
    media_id: &MediaId,
    error: &str,
    now: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "insert into ingest_tally (media_id, analysed, failed, skipped, gaps, frames, detections, waiting, lag_ms,
             thinning, frames_per_second, last_error, last_error_at, at)
         select media_id, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, $2, $3, 0 from media where media_id = $1
         on conflict (media_id) do update set
             last_error = excluded.last_error, last_error_at = excluded.last_error_at",
    )
    .bind(media_id.to_string())
    .bind(error.to_owned())
    .bind(now.ms())
    .execute(write.tx())
    .await
    .context("failed to keep an error")?;
    Ok(write.commit().await?)
}

pub(super) async fn spend(db: &Db, media_id: &MediaId) -> anyhow::Result<Spend> {
    let total = sqlx::query("select micro_usd from ingest_spend where media_id = $1")
        .bind(media_id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read what was spent")?;
    let rows = sqlx::query("select operation, calls from ingest_call where media_id = $1")
        .bind(media_id.to_string())
        .fetch_all(db.pool())
        .await
        .context("failed to read the calls")?;
    let mut calls = Vec::with_capacity(rows.len());
    for row in rows {
        let name: String = row.try_get(0)?;
        // A newer node may count what this one does not know; its price is in the total.
        if let Some(operation) = Operation::ALL.into_iter().find(|o| o.as_str() == name) {
            calls.push((operation, row.try_get(1)?));
        }
    }
    calls.sort_unstable();
    Ok(Spend {
        calls,
        micro_usd: total.map(|row| row.try_get(0)).transpose()?.unwrap_or(0),
    })
}

pub(super) async fn reserve(
    db: &Db,
    media_id: &MediaId,
    calls: &[(Operation, u32)],
    price: i64,
    most: i64,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    if !charge(&mut write, media_id, price, most).await? {
        return Ok(false);
    }
    let calls: Vec<_> = calls.iter().map(|(o, n)| (*o, i64::from(*n))).collect();
    count_calls(&mut write, media_id, &calls).await?;
    write.commit().await?;
    Ok(true)
}

/// The condition stands in the update itself: two that reserve at once cannot both take the last of it.
async fn charge(
    write: &mut Write,
    media_id: &MediaId,
    price: i64,
    most: i64,
) -> anyhow::Result<bool> {
    sqlx::query(
        "insert into ingest_spend (media_id, micro_usd) values ($1, 0) on conflict (media_id) do nothing",
    )
    .bind(media_id.to_string())
    .execute(write.tx())
    .await
    .context("failed to open an account")?;
    let taken = sqlx::query(
        "update ingest_spend set micro_usd = micro_usd + $2 where media_id = $1 and micro_usd <= $3",
    )
    .bind(media_id.to_string())
    .bind(price)
    .bind(most.saturating_sub(price))
    .execute(write.tx())
    .await
    .context("failed to reserve calls")?;
    Ok(taken.rows_affected() == 1)
}

async fn count_calls(
    write: &mut Write,
    media_id: &MediaId,
    calls: &[(Operation, i64)],
) -> anyhow::Result<()> {
    for (operation, count) in calls {
        sqlx::query(
            "insert into ingest_call (media_id, operation, calls) values ($1, $2, $3)
             on conflict (media_id, operation) do update set calls = ingest_call.calls + excluded.calls",
        )
        .bind(media_id.to_string())
        .bind(operation.as_str())
        .bind(*count)
        .execute(write.tx())
        .await
        .context("failed to count calls")?;
    }
    Ok(())
}

pub(super) async fn states(db: &Db) -> anyhow::Result<HashMap<MediaId, State>> {
    let rows = sqlx::query("select media_id, state, reason, version, since from ingest_state")
        .fetch_all(db.pool())
        .await
        .context("failed to read what watchers said")?;
    let mut states = HashMap::with_capacity(rows.len());
    for row in rows {
        let (id, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let said = Said::ALL.into_iter().find(|said| said.as_str() == name);
        if let (Ok(id), Some(said)) = (MediaId::parse(&id), said) {
            let state = State {
                said,
                reason: row.try_get(2)?,
                version: Time::from_ms(row.try_get(3)?),
                since: Time::from_ms(row.try_get(4)?),
            };
            states.insert(id, state);
        }
    }
    Ok(states)
}

pub(super) async fn say(db: &Db, media_id: &MediaId, state: &State) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "insert into ingest_state (media_id, state, reason, version, since)
         select media_id, $2, $3, $4, $5 from media where media_id = $1
         on conflict (media_id) do update set
             state = excluded.state, reason = excluded.reason, version = excluded.version, since = excluded.since",
    )
    .bind(media_id.to_string())
    .bind(state.said.as_str())
    .bind(state.reason.clone())
    .bind(state.version.ms())
    .bind(state.since.ms())
    .execute(write.tx())
    .await
    .context("failed to keep what a watcher said")?;
    Ok(write.commit().await?)
}
