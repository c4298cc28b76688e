//! Recordings in SQL.

use anyhow::Context;
use sqlx::Row;

use crate::db::Db;
use crate::ingest::hooks::Recording;
use crate::words::Time;

/// Keeps what is told of a recording: its beginning and its end may come in any order, and twice.
pub async fn record(db: &Db, recording: &Recording) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "insert into recording (bucket, prefix, channel_arn, started_at, ended_at, duration_ms)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (bucket, prefix) do update set
             started_at = coalesce(excluded.started_at, recording.started_at),
             ended_at = coalesce(excluded.ended_at, recording.ended_at),
             duration_ms = coalesce(excluded.duration_ms, recording.duration_ms)",
    )
    .bind(recording.bucket.clone())
    .bind(recording.prefix.clone())
    .bind(recording.channel_arn.clone())
    .bind(recording.started_at.map(|at| at.ms()))
    .bind(recording.ended_at.map(|at| at.ms()))
    .bind(recording.duration_ms)
    .execute(write.tx())
    .await
    .context("failed to write a recording")?;
    write.commit().await.context("failed to write a recording")
}

/// When a recording began, where that was told.
pub(super) async fn began(db: &Db, bucket: &str, prefix: &str) -> anyhow::Result<Option<Time>> {
    let row = sqlx::query("select started_at from recording where bucket = $1 and prefix = $2")
        .bind(bucket.to_owned())
        .bind(prefix.to_owned())
        .fetch_optional(db.pool())
        .await
        .context("failed to read a recording")?;
    let began = row
        .map(|row| row.try_get::<Option<i64>, _>(0))
        .transpose()?;
    Ok(began.flatten().map(Time::from_ms))
}
