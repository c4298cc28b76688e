//! Webhooks, notices and deliveries in SQL.

use anyhow::Context;
use async_trait::async_trait;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::model::{Definition, Delivery, DeliveryState, Event, Notice, Secrets, Webhook};
use crate::db::{Along, Db, Write};
use crate::words::Time;

#[async_trait]
impl Along for Notice {
    /// False where it was written before.
    async fn write(&self, write: &mut Write) -> anyhow::Result<bool> {
        insert_notice(write, self, false).await
    }
}

async fn insert_notice(write: &mut Write, notice: &Notice, fanned: bool) -> anyhow::Result<bool> {
    let done = sqlx::query(
        "insert into webhook_notice (delivery_id, event, body, fanned, created_at) values ($1, $2, $3, $4, $5)
         on conflict (delivery_id) do nothing",
    )
    .bind(notice.delivery_id.clone())
    .bind(notice.event.as_str())
    .bind(notice.body.clone())
    .bind(i64::from(fanned))
    .bind(notice.at.ms())
    .execute(write.tx())
    .await
    .context("failed to write a notice")?;
    Ok(done.rows_affected() == 1)
}

fn event(row: &AnyRow) -> anyhow::Result<Event> {
    let name: String = row.try_get("event")?;
    Event::parse(&name).with_context(|| format!("a stored notice tells of the unknown {name}"))
}

fn time(row: &AnyRow, column: &str) -> anyhow::Result<Time> {
    Ok(Time::from_ms(row.try_get(column)?))
}

fn webhook(row: &AnyRow) -> anyhow::Result<Webhook> {
    let names: Vec<String> = serde_json::from_str(row.try_get("events")?)?;
    // An event that a later version knew is left out: it cannot happen here.
    let events = names.iter().filter_map(|name| Event::parse(name)).collect();
    let before: Option<String> = row.try_get("secret_before")?;
    let until: Option<i64> = row.try_get("secret_before_until")?;
    Ok(Webhook {
        webhook_id: row.try_get("webhook_id")?,
        definition: Definition {
            url: row.try_get("url")?,
            events,
            description: row.try_get("description")?,
            paused: row.try_get::<i64, _>("paused")? == 1,
        },
        secrets: Secrets {
            now: row.try_get("secret")?,
            before: before.zip(until.map(Time::from_ms)),
        },
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

fn names(events: &[Event]) -> anyhow::Result<String> {
    let names: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
    Ok(serde_json::to_string(&names)?)
}

/// All webhooks in the order of their ids; there are few.
pub(super) async fn all(db: &Db) -> anyhow::Result<Vec<Webhook>> {
    let rows = sqlx::query("select * from webhook order by webhook_id")
        .fetch_all(db.pool())
        .await
        .context("failed to read the webhooks")?;
    rows.iter().map(webhook).collect()
}

pub(super) async fn get(db: &Db, webhook_id: &str) -> anyhow::Result<Option<Webhook>> {
    let row = sqlx::query("select * from webhook where webhook_id = $1")
        .bind(webhook_id.to_owned())
        .fetch_optional(db.pool())
        .await
        .context("failed to read a webhook")?;
    row.as_ref().map(webhook).transpose()
}

/// False where there are `most` already. The count and the insertion are one statement; two that race on PostgreSQL may
/// end one above.
pub(super) async fn insert(db: &Db, new: &Webhook, most: i64) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let Definition {
        url,
        events,
        description,
        paused,
    } = &new.definition;
    let done = sqlx::query(
        "insert into webhook (webhook_id, url, events, description, secret, paused, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8 where (select count(*) from webhook) < $9",
    )
    .bind(new.webhook_id.clone())
    .bind(url.clone())
    .bind(names(events)?)
    .bind(description.clone())
    .bind(new.secrets.now.clone())
    .bind(i64::from(*paused))
    .bind(new.created_at.ms())
    .bind(new.updated_at.ms())
    .bind(most)
    .execute(write.tx())
    .await
    .context("failed to store a webhook")?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn replace(
    db: &Db,
    webhook_id: &str,
    definition: &Definition,
    now: Time,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "update webhook set url = $1, events = $2, description = $3, paused = $4, updated_at = $5 where webhook_id = $6",
    )
    .bind(definition.url.clone())
    .bind(names(&definition.events)?)
    .bind(definition.description.clone())
    .bind(i64::from(definition.paused))
    .bind(now.ms())
    .bind(webhook_id.to_owned())
    .execute(write.tx())
    .await
    .context("failed to change a webhook")?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// The secret of now becomes the one before.
pub(super) async fn rotate(
    db: &Db,
    webhook_id: &str,
    secret: &str,
    before_until: Time,
    now: Time,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "update webhook set secret_before = secret, secret_before_until = $1, secret = $2, updated_at = $3
         where webhook_id = $4",
    )
    .bind(before_until.ms())
    .bind(secret.to_owned())
    .bind(now.ms())
    .bind(webhook_id.to_owned())
    .execute(write.tx())
    .await
    .context("failed to change a webhook's secret")?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// The webhook with its deliveries; false where there is none.
pub(super) async fn delete(db: &Db, webhook_id: &str) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let mut gone = 0;
    for sql in [
        "delete from webhook_delivery where webhook_id = $1",
        "delete from webhook where webhook_id = $1",
    ] {
        let done = sqlx::query(sql)
            .bind(webhook_id.to_owned())
            .execute(write.tx())
            .await
            .context("failed to delete a webhook")?;
        gone = done.rows_affected();
    }
    write.commit().await?;
    Ok(gone == 1)
}

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
pub(super) async fn tell_one(db: &Db, notice: &Notice, webhook_id: &str) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    insert_notice(&mut write, notice, true).await?;
    let (id, at) = (&notice.delivery_id, notice.at.ms());
    insert_delivery(&mut write, id, notice.event, webhook_id, at).await?;
    Ok(write.commit().await?)
}

/// Writes a delivery for each new notice and each webhook that wants it. One node does it at a time; if two did, the
/// deliveries' key would let one of each through.
pub(super) async fn fan_out(
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
pub(super) struct Due {
    pub(super) delivery_id: String,
    pub(super) webhook_id: String,
    pub(super) event: Event,
    pub(super) body: String,
    pub(super) attempts: u32,
}

/// Of one webhook, so that one that does not hear holds no other back.
pub(super) async fn due(
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
pub(super) struct Tried {
    pub(super) state: DeliveryState,
    pub(super) status: Option<u16>,
    pub(super) reason: Option<String>,
    /// When it was heard, or is due again.
    pub(super) at: Time,
}

pub(super) async fn settle(db: &Db, due: &Due, tried: Tried) -> anyhow::Result<()> {
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
pub(super) async fn retry(
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
        state: known.with_context(|| format!("a stored delivery is in the unknown state {state}"))?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?)?,
        status: status.map(u16::try_from).transpose()?,
        reason: row.try_get("reason")?,
        next_at: time(row, "next_at")?,
        created_at: time(row, "created_at")?,
        delivered_at: delivered_at.map(Time::from_ms),
    })
}

/// The newest first, after this one.
pub(super) async fn page(
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
pub(super) async fn prune(db: &Db, before: Time) -> anyhow::Result<()> {
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
