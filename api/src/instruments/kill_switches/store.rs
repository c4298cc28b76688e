//! Kill switches in SQL.

use anyhow::Context;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{KillSwitch, Target};
use crate::db::{Db, Write};
use crate::words::{InstrumentId, Invalid, MediaId, Time};

const COLUMNS: &str = "scope, label, note, set_by, set_at";

fn from_row(row: &AnyRow) -> anyhow::Result<KillSwitch> {
    let invalid = |e: Invalid| anyhow::anyhow!("a stored kill switch is invalid: {}", e.detail);
    let (scope, label): (String, String) = (row.try_get("scope")?, row.try_get("label")?);
    Ok(KillSwitch {
        target: match scope.as_str() {
            "instrument" => Target::Instrument(InstrumentId::parse(&label).map_err(invalid)?),
            "advertiser" => Target::Advertiser(label),
            "media" => Target::Media(MediaId::parse(&label).map_err(invalid)?),
            _ => anyhow::bail!("a stored kill switch stops a {scope}"),
        },
        note: row.try_get("note")?,
        set_by: row.try_get("set_by")?,
        set_at: Time::from_ms(row.try_get("set_at")?),
    })
}

pub(super) async fn all(db: &Db) -> anyhow::Result<Vec<KillSwitch>> {
    let sql = format!("select {COLUMNS} from kill_switch order by scope, id");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .fetch_all(db.pool())
        .await
        .context("failed to read the kill switches")?;
    rows.iter().map(from_row).collect()
}

/// Sets a switch; as it was set before.
pub(super) async fn put(
    write: &mut Write,
    switch: &KillSwitch,
) -> anyhow::Result<Option<KillSwitch>> {
    let before = delete(write, &switch.target).await?;
    sqlx::query(
        "insert into kill_switch (scope, id, label, note, set_by, set_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(switch.target.scope())
    .bind(switch.target.key())
    .bind(switch.target.label().to_owned())
    .bind(switch.note.clone())
    .bind(switch.set_by.clone())
    .bind(switch.set_at.ms())
    .execute(write.tx())
    .await
    .context("failed to set a kill switch")?;
    Ok(before)
}

/// Clears a switch; as it was set before.
pub(super) async fn delete(
    write: &mut Write,
    target: &Target,
) -> anyhow::Result<Option<KillSwitch>> {
    let sql = format!("delete from kill_switch where scope = $1 and id = $2 returning {COLUMNS}");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(target.scope())
        .bind(target.key())
        .fetch_optional(write.tx())
        .await
        .context("failed to clear a kill switch")?;
    row.as_ref().map(from_row).transpose()
}
