//! Notices in SQL.

use anyhow::Context;
use sqlx::Row;

use crate::db::Db;
use crate::words::Time;

/// A notice that is to be worked off.
#[derive(Debug, Clone)]
pub struct Due {
    pub notice_id: String,
    pub body: String,
    pub attempts: i64,
}

/// Writes a notice; false where it came before. Two that race: the key lets one through.
pub async fn insert(db: &Db, notice_id: &str, body: &str, now: Time) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "insert into notice (notice_id, body, state, attempts, next_at, received_at) values ($1, $2, 'new', 0, $3, $4)
         on conflict (notice_id) do nothing",
    )
    .bind(notice_id.to_owned())
    .bind(body.to_owned())
    .bind(now.ms())
    .bind(now.ms())
    .execute(write.tx())
    .await
    .context("failed to write a notice")?;
    write.commit().await.context("failed to write a notice")?;
    Ok(done.rows_affected() == 1)
}

/// The notices that are due, the oldest first.
pub async fn due(db: &Db, now: Time, most: i64) -> anyhow::Result<Vec<Due>> {
    let rows = sqlx::query(
        "select notice_id, body, attempts from notice where state = 'new' and next_at <= $1
         order by next_at, received_at limit $2",
    )
    .bind(now.ms())
    .bind(most)
    .fetch_all(db.pool())
    .await
    .context("failed to read the notices")?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                notice_id: row.try_get(0)?,
                body: row.try_get(1)?,
                attempts: row.try_get(2)?,
            })
        })
        .collect()
}

/// What became of a notice.
pub async fn settle(
    db: &Db,
    due: &Due,
    state: &str,
    reason: Option<String>,
    next_at: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "update notice set state = $1, reason = $2, attempts = $3, next_at = $4 where notice_id = $5",
    )
    .bind(state.to_owned())
    .bind(reason)
    .bind(due.attempts + 1)
    .bind(next_at.ms())
    .bind(due.notice_id.clone())
    .execute(write.tx())
    .await
    .context("failed to settle a notice")?;
    write.commit().await.context("failed to settle a notice")
}

/// Forgets what was settled and came before this moment.
pub async fn prune(db: &Db, before: Time) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query("delete from notice where received_at < $1 and state <> 'new'")
        .bind(before.ms())
        .execute(write.tx())
        .await
        .context("failed to prune the notices")?;
    write.commit().await.context("failed to prune the notices")
}
