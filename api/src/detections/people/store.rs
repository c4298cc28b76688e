//! The list of those who opted out, in SQL.

use std::collections::{BTreeSet, HashSet};

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::OptOut;
use crate::db::Db;
use crate::words::Time;

/// Puts somebody on the list; `erased_at` is null until what is stored of them is erased.
pub async fn put(db: &Db, person: &OptOut) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "insert into opt_out (external_id, note, opted_out_at) values ($1, $2, $3)
         on conflict (external_id) do update set note = excluded.note, erased_at = null",
    )
    .bind(person.external_id.clone())
    .bind(person.note.clone())
    .bind(person.opted_out_at.ms())
    .execute(write.tx())
    .await
    .context("failed to store an opt-out")?;
    write.commit().await.context("failed to store an opt-out")
}

/// Says that nothing of a person is stored any more.
pub async fn erased(db: &Db, external_id: &str, now: Time) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query("update opt_out set erased_at = $1 where external_id = $2")
        .bind(now.ms())
        .bind(external_id.to_owned())
        .execute(write.tx())
        .await
        .context("failed to store that a person was erased")?;
    Ok(write.commit().await?)
}

/// Who stands on the list, but may still be stored.
pub async fn unerased(db: &Db) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query("select external_id from opt_out where erased_at is null")
        .fetch_all(db.pool())
        .await
        .context("failed to read the opt-outs")?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Which of these stand on the list.
pub async fn opted_out(db: &Db, ids: &BTreeSet<&str>) -> anyhow::Result<HashSet<String>> {
    // A text that both engines can take apart does not exist; a batch holds few people.
    let mut found = HashSet::new();
    for id in ids {
        let row = sqlx::query("select external_id from opt_out where external_id = $1")
            .bind((*id).to_owned())
            .fetch_optional(db.pool())
            .await
            .context("failed to ask who opted out")?;
        if let Some(row) = row {
            found.insert(row.try_get(0)?);
        }
    }
    Ok(found)
}

pub async fn get(db: &Db, external_id: &str) -> anyhow::Result<Option<OptOut>> {
    let row =
        sqlx::query("select external_id, note, opted_out_at from opt_out where external_id = $1")
            .bind(external_id.to_owned())
            .fetch_optional(db.pool())
            .await
            .context("failed to read an opt-out")?;
    row.as_ref().map(from_row).transpose()
}

pub async fn page(db: &Db, after: &str, limit: u32) -> anyhow::Result<Vec<OptOut>> {
    let rows = sqlx::query(
        "select external_id, note, opted_out_at from opt_out
         where external_id > $1 order by external_id limit $2",
    )
    .bind(after.to_owned())
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await
    .context("failed to read the opt-outs")?;
    rows.iter().map(from_row).collect()
}

pub async fn delete(db: &Db, external_id: &str) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let gone = sqlx::query("delete from opt_out where external_id = $1")
        .bind(external_id.to_owned())
        .execute(write.tx())
        .await
        .context("failed to delete an opt-out")?
        .rows_affected();
    write
        .commit()
        .await
        .context("failed to delete an opt-out")?;
    Ok(gone > 0)
}

fn from_row(row: &AnyRow) -> anyhow::Result<OptOut> {
    Ok(OptOut {
        external_id: row.try_get(0)?,
        note: row.try_get(1)?,
        opted_out_at: Time::from_ms(row.try_get(2)?),
    })
}
