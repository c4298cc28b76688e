//! Kept answers in SQL.

use anyhow::Context;
use sqlx::Row;

use super::{Answer, Claim, KEPT_MS};
use crate::db::{Db, Write};
use crate::words::Time;

/// Takes the name, unless another has it: the key decides, and whoever comes second waits here for the first one's end. One
/// that is too old counts for nothing.
pub(super) async fn claim(write: &mut Write, claim: &Claim, now: Time) -> anyhow::Result<bool> {
    let row = sqlx::query(
        "insert into idempotency (name, digest, status, answer, created_at) values ($1, $2, 0, '', $3)
         on conflict (name) do update set digest = excluded.digest, created_at = excluded.created_at
         where idempotency.created_at < $4 returning name",
    )
    .bind(claim.name.clone())
    .bind(claim.digest.clone())
    .bind(now.ms())
    .bind(now.plus_ms(-KEPT_MS).ms())
    .fetch_optional(write.tx())
    .await
    .context("failed to claim an idempotency key")?;
    Ok(row.is_some())
}

pub(super) async fn kept(write: &mut Write, claim: &Claim) -> anyhow::Result<(String, Answer)> {
    let row = sqlx::query("select digest, status, etag, answer from idempotency where name = $1")
        .bind(claim.name.clone())
        .fetch_one(write.tx())
        .await
        .context("failed to read a kept answer")?;
    let answer = Answer {
        status: u16::try_from(row.try_get::<i64, _>("status")?)?,
        etag: row.try_get("etag")?,
        json: row.try_get("answer")?,
        replayed: true,
    };
    Ok((row.try_get("digest")?, answer))
}

pub(super) async fn keep(write: &mut Write, claim: &Claim, answer: &Answer) -> anyhow::Result<()> {
    sqlx::query("update idempotency set status = $1, etag = $2, answer = $3 where name = $4")
        .bind(i64::from(answer.status))
        .bind(answer.etag.clone())
        .bind(answer.json.clone())
        .bind(claim.name.clone())
        .execute(write.tx())
        .await
        .map(drop)
        .context("failed to keep an answer")
}

pub(super) async fn prune(db: &Db, before: Time) -> anyhow::Result<u64> {
    let mut write = db.write().await?;
    let done = sqlx::query("delete from idempotency where created_at < $1")
        .bind(before.ms())
        .execute(write.tx())
        .await
        .context("failed to prune kept answers")?;
    write.commit().await?;
    Ok(done.rows_affected())
}
