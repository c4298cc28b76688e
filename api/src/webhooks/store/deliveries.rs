//! Deliveries in SQL.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{event, insert_notice, time};
use crate::db::{Db, Write};
use crate::webhooks::model::{Delivery, DeliveryState, Event, Notice};
use crate::words::Time;

async fn insert_delivery(
    write: &mut Write,
    delivery_id: &str,
    event: Event,
    webhook_id: &str,
    at: i64,
) -> anyhow::Result<()> {
    sqlx::query(
        "insert into webhook_delivery (delivery_id, webhook_id, event, state, attempts, next_at, created_at)
         values ($1, $2, $3, 'pending', 0, $4, $5) on conflict (delivery_id, webhook_id) do nothing",
    )
    .bind(delivery_id.to_owned())
    .bind(webhook_id.to_owned())
    .bind(event.as_str())
    .bind(at)
    .bind(at)
    .execute(write.tx())
    .await
    .context("failed to write a delivery")?;
    Ok(())
}

/// A notice for one webhook alone.
pub(in crate::webhooks) async fn tell_one(
    db: &Db,
    notice: &Notice,
    webhook_id: &str,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    insert_notice(&mut write, notice, true).await?;
    let (id, at) = (&notice.delivery_id, notice.at.ms());
    insert_delivery(&mut write, id, notice.event, webhook_id, at).await?;
    Ok(write.commit().await?)
}

/// Writes a delivery for each new notice and each webhook that wants it. One node does it at a time; if two did, the
/// deliveries' key would let one of each through.
pub(in crate::webhooks) async fn fan_out(
    db: &Db,
    wants: impl Fn(Event) -> Vec<String>,
    most: i64,
) -> anyhow::Result<()> {
    let rows = sqlx::query(
        "select delivery_id, event, created_at from webhook_notice where fanned = 0 order by created_at limit $1",
    )
    .bind(most)
    .fetch_all(db.pool())
    .await
    .context("failed to read the notices")?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut write = db.write().await?;
    for row in &rows {
        let (delivery_id, event): (String, Event) = (row.try_get("delivery_id")?, event(row)?);
        for webhook_id in wants(event) {
            let at = row.try_get("created_at")?;
            insert_delivery(&mut write, &delivery_id, event, &webhook_id, at).await?;
        }
        sqlx::query("update webhook_notice set fanned = 1 where delivery_id = $1")
            .bind(delivery_id)
            .execute(write.tx())
            .await
            .context("failed to note a notice as told on")?;
    }
    Ok(write.commit().await?)
}

/// A delivery that is due.
#[derive(Debug, Clone)]
pub(in crate::webhooks) struct Due {
    pub(in crate::webhooks) delivery_id: String,
    pub(in crate::webhooks) webhook_id: String,
    pub(in crate::webhooks) event: Event,
    pub(in crate::webhooks) body: String,
    pub(in crate::webhooks) attempts: u32,
}

/// Of one webhook, so that one that does not hear holds no other back.
pub(in crate::webhooks) async fn due(
    db: &Db,
    webhook_id: &str,
    now: Time,
    most: i64,
) -> anyhow::Result<Vec<Due>> {
    let rows = sqlx::query(
        "select d.delivery_id, d.webhook_id, d.event, d.attempts, n.body
         from webhook_delivery d join webhook_notice n on n.delivery_id = d.delivery_id
         where d.state = 'pending' and d.webhook_id = $1 and d.next_at <= $2 order by d.next_at limit $3",
    )
    .bind(webhook_id.to_owned())
    .bind(now.ms())
    .bind(most)
    .fetch_all(db.pool())
    .await
    .context("failed to read the deliveries")?;
    let due = |row: &AnyRow| {
        Ok(Due {
            delivery_id: row.try_get("delivery_id")?,
            webhook_id: row.try_get("webhook_id")?,
            event: event(row)?,
            body: row.try_get("body")?,
            attempts: u32::try_from(row.try_get::<i64, _>("attempts")?)?,
        })
    };
    rows.iter().map(due).collect()
}

/// What a try came to.
#[derive(Debug)]
pub(in crate::webhooks) struct Tried {
    pub(in crate::webhooks) state: DeliveryState,
    pub(in crate::webhooks) status: Option<u16>,
    pub(in crate::webhooks) reason: Option<String>,
    /// When it was heard, or is due again.
    pub(in crate::webhooks) at: Time,
}

pub(in crate::webhooks) async fn settle(db: &Db, due: &Due, tried: Tried) -> anyhow::Result<()> {
    let Tried {
        state,
        status,
        reason,
        at,
    } = tried;
    let mut write = db.write().await?;
    sqlx::query(
        "update webhook_delivery set state = $1, status = $2, reason = $3, attempts = $4, next_at = $5, delivered_at = $6
         where delivery_id = $7 and webhook_id = $8",
    )
    .bind(state.as_str())
    .bind(status.map(i64::from))
    .bind(reason)
    .bind(i64::from(due.attempts) + 1)
    .bind(at.ms())
    .bind((state == DeliveryState::Delivered).then(|| at.ms()))
    .bind(due.delivery_id.clone())
    .bind(due.webhook_id.clone())
    .execute(write.tx())
    .await
    .context("failed to settle a delivery")?;
    write.commit().await.context("failed to settle a delivery")
}

/// Makes a delivery due now; false where there is none.
pub(in crate::webhooks) async fn retry(
    db: &Db,
    webhook_id: &str,
    delivery_id: &str,
    now: Time,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "update webhook_delivery set state = 'pending', attempts = 0, next_at = $1, delivered_at = null
         where webhook_id = $2 and delivery_id = $3",
    )
    .bind(now.ms())
    .bind(webhook_id.to_owned())
    .bind(delivery_id.to_owned())
    .execute(write.tx())
    .await
    .context("failed to make a delivery due")?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

fn delivery(row: &AnyRow) -> anyhow::Result<Delivery> {
    let state: String = row.try_get("state")?;
    let known = DeliveryState::ALL.into_iter().find(|s| s.as_str() == state);
    let status: Option<i64> = row.try_get("status")?;
    let delivered_at: Option<i64> = row.try_get("delivered_at")?;
    Ok(Delivery {
        delivery_id: row.try_get("delivery_id")?,
        event: event(row)?,
        state: known
            .with_context(|| format!("a stored delivery is in the unknown state {state}"))?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?)?,
        status: status.map(u16::try_from).transpose()?,
        reason: row.try_get("reason")?,
        next_at: time(row, "next_at")?,
        created_at: time(row, "created_at")?,
        delivered_at: delivered_at.map(Time::from_ms),
    })
}

/// The newest first, after this one.
pub(in crate::webhooks) async fn page(
    db: &Db,
    webhook_id: &str,
    state: Option<DeliveryState>,
    before: Option<(i64, String)>,
    limit: u32,
) -> anyhow::Result<Vec<Delivery>> {
    let state = state.map_or("", DeliveryState::as_str);
    let (at, id) = before.unwrap_or((i64::MAX, String::new()));
    let rows = sqlx::query(
        "select delivery_id, event, state, attempts, status, reason, next_at, created_at, delivered_at
         from webhook_delivery
         where webhook_id = $1 and ($2 = '' or state = $3)
           and (created_at < $4 or (created_at = $5 and delivery_id < $6))
         order by created_at desc, delivery_id desc limit $7",
    )
    .bind(webhook_id.to_owned())
    .bind(state)
    .bind(state)
    .bind(at)
    .bind(at)
    .bind(id)
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await
    .context("failed to read a webhook's deliveries")?;
    rows.iter().map(delivery).collect()
}

/// Lets go of what is over and older than this.
pub(in crate::webhooks) async fn prune(db: &Db, before: Time) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    for sql in [
        "delete from webhook_delivery where created_at < $1 and state <> 'pending'",
        "delete from webhook_notice where created_at < $1 and fanned = 1 and not exists
            (select 1 from webhook_delivery d where d.delivery_id = webhook_notice.delivery_id)",
    ] {
        sqlx::query(sql)
            .bind(before.ms())
            .execute(write.tx())
            .await
            .context("failed to prune the deliveries")?;
    }
    Ok(write.commit().await?)
}
