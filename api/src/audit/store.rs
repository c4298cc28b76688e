//! The audit trail in SQL: rows are inserted and read, never changed.

use anyhow::Context;
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Entry, Wanted};
use crate::db::{Db, Write};
use crate::words::Time;

pub(super) async fn insert(write: &mut Write, entry: &Entry) -> anyhow::Result<()> {
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    sqlx::query(
        "insert into audit (audit_id, at, subject, role, action, resource, was, becomes, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry.audit_id.clone())
    .bind(entry.at.ms())
    .bind(entry.subject.clone())
    .bind(entry.role.clone())
    .bind(entry.action.clone())
    .bind(entry.resource.clone())
    .bind(json(&entry.from))
    .bind(json(&entry.to))
    .bind(entry.note.clone())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to write the audit trail")
}

/// An id that no entry's lies behind: ids are hexadecimal.
const LAST: &str = "g";

pub(super) async fn page(db: &Db, wanted: &Wanted, limit: u32) -> anyhow::Result<Vec<Entry>> {
    let resource = wanted.resource.clone().unwrap_or_default();
    let subject = wanted.subject.clone().unwrap_or_default();
    let rows = sqlx::query(
        "select audit_id, at, subject, role, action, resource, was, becomes, note from audit
         where audit_id < $1 and ($2 = '' or resource = $3) and ($4 = '' or subject = $5)
         order by audit_id desc limit $6",
    )
    .bind(wanted.before.clone().unwrap_or_else(|| LAST.to_owned()))
    .bind(resource.clone())
    .bind(resource)
    .bind(subject.clone())
    .bind(subject)
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await
    .context("failed to read the audit trail")?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &AnyRow) -> anyhow::Result<Entry> {
    let json = |column: &str| -> anyhow::Result<Option<Value>> {
        let text: Option<String> = row.try_get(column)?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    };
    Ok(Entry {
        audit_id: row.try_get("audit_id")?,
        at: Time::from_ms(row.try_get("at")?),
        subject: row.try_get("subject")?,
        role: row.try_get("role")?,
        action: row.try_get("action")?,
        resource: row.try_get("resource")?,
        from: json("was")?,
        to: json("becomes")?,
        note: row.try_get("note")?,
    })
}
