//! Deliveries in SQL.

use anyhow::Context;
use async_trait::async_trait;
use sqlx::Row;

use super::Message;
use crate::db::{Along, Db, Write};
use crate::words::Time;

/// A delivery that is due.
#[derive(Debug, Clone)]
pub struct Due {
    pub delivery_id: String,
    pub event: String,
    pub body: String,
    pub attempts: i64,
}

#[async_trait]
impl Along for Message {
    /// False where it was written before.
    async fn write(&self, write: &mut Write) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "insert into delivery (delivery_id, event, media_id, body, state, attempts, next_at, created_at)
             values ($1, $2, $3, $4, 'pending', 0, $5, $6) on conflict (delivery_id) do nothing",
        )
        .bind(self.delivery_id.clone())
        .bind(self.event)
        .bind(self.media_id.to_string())
        .bind(self.body.clone())
        .bind(self.at.ms())
        .bind(self.at.ms())
        .execute(write.tx())
        .await
        .context("failed to write a delivery")?;
        Ok(done.rows_affected() == 1)
    }
}

pub async fn due(db: &Db, now: Time) -> anyhow::Result<Vec<Due>> {
    let rows = sqlx::query(
        "select delivery_id, event, body, attempts from delivery where state = 'pending' and next_at <= $1
         order by next_at limit 16",
    )
    .bind(now.ms())
    .fetch_all(db.pool())
    .await
    .context("failed to read the deliveries")?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                delivery_id: row.try_get(0)?,
                event: row.try_get(1)?,
                body: row.try_get(2)?,
                attempts: row.try_get(3)?,
            })
        })
        .collect()
}

/// What became of a delivery: `at` is when it was delivered, or when it is sent again.
pub async fn settle(
    db: &Db,
    due: &Due,
    state: &str,
    status: Option<u16>,
    reason: Option<String>,
    at: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "update delivery set state = $1, status = $2, reason = $3, attempts = $4, next_at = $5, delivered_at = $6
         where delivery_id = $7",
    )
    .bind(state.to_owned())
    .bind(status.map(i64::from))
    .bind(reason)
    .bind(due.attempts + 1)
    .bind(at.ms())
    .bind((state == "delivered").then(|| at.ms()))
    .bind(due.delivery_id.clone())
    .execute(write.tx())
    .await
    .context("failed to settle a delivery")?;
    write.commit().await.context("failed to settle a delivery")
}

pub async fn prune(db: &Db, before: Time) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query("delete from delivery where created_at < $1 and state <> 'pending'")
        .bind(before.ms())
        .execute(write.tx())
        .await
        .context("failed to prune the deliveries")?;
    write
        .commit()
        .await
        .context("failed to prune the deliveries")
}
