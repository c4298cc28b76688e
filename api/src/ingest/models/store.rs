//! The models that are kept, in SQL.

use anyhow::Context;
use sqlx::Row;

use super::Status;
use super::act::Kept;
use crate::db::Db;
use crate::ingest::account;
use crate::ingest::spend::Operation;
use crate::words::{MediaId, Time};

/// A model that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub arn: String,
    /// What is kept of it.
    pub kept: Kept,
    /// Until when its running was charged.
    pub billed_to: Time,
}

const fn name(status: Status) -> &'static str {
    match status {
        Status::Stopped => "stopped",
        Status::Starting => "starting",
        Status::Running => "running",
        Status::Stopping => "stopping",
        Status::Failed => "failed",
    }
}

pub(super) async fn all(db: &Db) -> anyhow::Result<Vec<Listed>> {
    let rows = sqlx::query("select arn, ours, asked_at, billed_to from ingest_model")
        .fetch_all(db.pool())
        .await
        .context("failed to read the models")?;
    let row = |row: &sqlx::any::AnyRow| {
        Ok(Listed {
            arn: row.try_get(0)?,
            kept: Kept {
                ours: row.try_get::<i64, _>(1)? == 1,
                asked_at: Time::from_ms(row.try_get(2)?),
            },
            billed_to: Time::from_ms(row.try_get(3)?),
        })
    };
    rows.iter().map(row).collect()
}

pub(super) async fn keep(db: &Db, arn: &str, kept: Kept, status: Status) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "insert into ingest_model (arn, ours, status, asked_at, billed_to) values ($1, $2, $3, $4, $5)
         on conflict (arn) do update set ours = excluded.ours, status = excluded.status, asked_at = excluded.asked_at",
    )
    .bind(arn.to_owned())
    .bind(i64::from(kept.ours))
    .bind(name(status))
    .bind(kept.asked_at.ms())
    .bind(kept.asked_at.ms())
    .execute(write.tx())
    .await
    .context("failed to keep a model")?;
    Ok(write.commit().await?)
}

/// Keeps what it does, and what went wrong with it.
pub(super) async fn tell(
    db: &Db,
    arn: &str,
    status: Option<Status>,
    error: Option<String>,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query("update ingest_model set status = coalesce($2, status), error = $3 where arn = $1")
        .bind(arn.to_owned())
        .bind(status.map(name))
        .bind(error)
        .execute(write.tx())
        .await
        .context("failed to keep what a model does")?;
    Ok(write.commit().await?)
}

pub(super) async fn forget(db: &Db, arn: &str) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query("delete from ingest_model where arn = $1")
        .bind(arn.to_owned())
        .execute(write.tx())
        .await
        .context("failed to forget a model")?;
    Ok(write.commit().await?)
}

/// Charges the time since it was last charged to these media in equal parts; nobody where it did not run. The mark moves
/// in the same transaction, so no second is charged twice.
pub(super) async fn bill(
    db: &Db,
    row: &Listed,
    to: Time,
    shares: &[(MediaId, i64)],
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    let moved =
        sqlx::query("update ingest_model set billed_to = $3 where arn = $1 and billed_to = $2")
            .bind(row.arn.clone())
            .bind(row.billed_to.ms())
            .bind(to.ms())
            .execute(write.tx())
            .await
            .context("failed to charge a model")?;
    if moved.rows_affected() == 1 {
        for (media_id, seconds) in shares {
            account::settle(&mut write, media_id, &[(Operation::ModelSecond, *seconds)]).await?;
        }
    }
    Ok(write.commit().await?)
}
