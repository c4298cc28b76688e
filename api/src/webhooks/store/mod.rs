//! Webhooks and notices in SQL.

mod deliveries;

use anyhow::Context;
use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::model::{Definition, Event, Notice, Secrets, Webhook};
use crate::db::{Along, Db, Write};
use crate::words::Time;

pub(super) use deliveries::{Due, Tried, due, fan_out, page, prune, retry, settle, tell_one};

#[async_trait]
impl Along for Notice {
    /// False where it was written before.
    async fn write(&self, write: &mut Write) -> anyhow::Result<bool> {
        insert_notice(write, self, false).await
    }
}

/// How many notices one statement writes.
const ROWS: usize = 64;

/// Writes notices along with what makes them true; one that was written before stays as it was.
///
/// # Errors
/// When the database does not answer.
pub async fn tell(write: &mut Write, notices: &[Notice]) -> anyhow::Result<()> {
    for piece in notices.chunks(ROWS) {
        let row = |row: usize| {
            let place = row * 4;
            let [id, event, body, at] = [1, 2, 3, 4].map(|column| place + column);
            format!("(${id}, ${event}, ${body}, 0, ${at})")
        };
        let rows: Vec<String> = (0..piece.len()).map(row).collect();
        let sql = format!(
            "insert into webhook_notice (delivery_id, event, body, fanned, created_at) values {}
             on conflict (delivery_id) do nothing",
            rows.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for notice in piece {
            query = query
                .bind(notice.delivery_id.clone())
                .bind(notice.event.as_str())
                .bind(notice.body.clone())
                .bind(notice.at.ms());
        }
        query
            .execute(write.tx())
            .await
            .context("failed to write notices")?;
    }
    Ok(())
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
