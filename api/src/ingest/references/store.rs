//! References in SQL.

use anyhow::Context;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Reference, TOPIC};
use crate::db::{Db, bump};
use crate::words::{ReferenceId, Time};

const COLUMNS: &str = "reference_id, name, external_id, width, height, blob, warnings, created_at";

fn from_row(row: &AnyRow) -> anyhow::Result<Reference> {
    let side = |column: &str| -> anyhow::Result<u32> {
        Ok(u32::try_from(row.try_get::<i64, _>(column)?)?)
    };
    let id: String = row.try_get("reference_id")?;
    let external_id: String = row.try_get("external_id")?;
    Ok(Reference {
        reference_id: ReferenceId::parse(&id)
            .map_err(|invalid| anyhow::anyhow!("a stored id is invalid: {}", invalid.detail))?,
        name: row.try_get("name")?,
        external_id: Some(external_id).filter(|id| !id.is_empty()),
        width: side("width")?,
        height: side("height")?,
        blob: row.try_get("blob")?,
        warnings: serde_json::from_str(row.try_get("warnings")?)?,
        created_at: Time::from_ms(row.try_get("created_at")?),
    })
}

pub(super) async fn all(db: &Db) -> anyhow::Result<Vec<Reference>> {
    page(db, "", u32::MAX).await
}

pub(super) async fn page(db: &Db, after: &str, limit: u32) -> anyhow::Result<Vec<Reference>> {
    let sql = format!(
        "select {COLUMNS} from reference where reference_id > $1 order by reference_id limit $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(after.to_owned())
        .bind(i64::from(limit))
        .fetch_all(db.pool())
        .await
        .context("failed to read the references")?;
    rows.iter().map(from_row).collect()
}

/// Stores a reference, or `None` where it would be one more than `most`. One of the same name and
/// external id keeps its id and is replaced.
pub(super) async fn put(
    db: &Db,
    reference: &Reference,
    most: i64,
    now: Time,
) -> anyhow::Result<Option<Reference>> {
    let mut write = db.write().await?;
    // First, for its row lock: of two that race for the last place, one counts after the other.
    bump(write.tx(), TOPIC, now).await?;
    let sql = format!(
        "insert into reference ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (name, external_id) do update set width = excluded.width, height = excluded.height,
             blob = excluded.blob, warnings = excluded.warnings, created_at = excluded.created_at
         returning {COLUMNS}"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(reference.reference_id.to_string())
        .bind(reference.name.clone())
        .bind(reference.external_id.clone().unwrap_or_default())
        .bind(i64::from(reference.width))
        .bind(i64::from(reference.height))
        .bind(reference.blob.clone())
        .bind(serde_json::to_string(&reference.warnings)?)
        .bind(reference.created_at.ms())
        .fetch_one(write.tx())
        .await
        .context("failed to store a reference")?;
    let stored = from_row(&row)?;
    let count: i64 = sqlx::query("select count(*) from reference")
        .fetch_one(write.tx())
        .await?
        .try_get(0)?;
    if count > most {
        return Ok(None);
    }
    write.commit().await?;
    Ok(Some(stored))
}
