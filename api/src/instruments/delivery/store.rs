//! Delivery rules in SQL.

use anyhow::Context;
use sqlx::Row;

use super::row::RulesRow;
use super::{DeliveryRules, Standing, TOPIC};
use crate::db::{Db, bump};
use crate::words::Time;

/// The one row's key.
const INSTALLATION: &str = "installation";

/// The rules as they stand; none before anybody wrote any.
pub(super) async fn get(db: &Db) -> anyhow::Result<Standing> {
    let row = sqlx::query("select version, rules, updated_at from delivery_rules where scope = $1")
        .bind(INSTALLATION)
        .fetch_optional(db.pool())
        .await
        .context("failed to read the delivery rules")?;
    let Some(row) = row else {
        return Ok(Standing::default());
    };
    Ok(Standing {
        version: u32::try_from(row.try_get::<i64, _>("version")?)?,
        rules: serde_json::from_str::<RulesRow>(row.try_get("rules")?)?.try_into()?,
        updated_at: Some(Time::from_ms(row.try_get("updated_at")?)),
    })
}

/// Replaces the rules where they still stand at this version, or whatever their version without one; false where
/// somebody was faster. The row's own update decides, so two that race cannot both win.
pub(super) async fn put(
    db: &Db,
    rules: &DeliveryRules,
    expected: Option<u32>,
    now: Time,
) -> anyhow::Result<bool> {
    let expected = expected.map_or(-1, i64::from);
    let rules = serde_json::to_string(&RulesRow::from(rules))?;
    let mut write = db.write().await?;
    let done = sqlx::query(
        "insert into delivery_rules (scope, version, rules, updated_at)
         select $1, 1, $2, $3 where $4 <= 0 or exists (select 1 from delivery_rules where scope = $5)
         on conflict (scope) do update set version = delivery_rules.version + 1, rules = excluded.rules,
             updated_at = excluded.updated_at
         where $6 = -1 or delivery_rules.version = $7",
    )
    .bind(INSTALLATION)
    .bind(rules)
    .bind(now.ms())
    .bind(expected)
    .bind(INSTALLATION)
    .bind(expected)
    .bind(expected)
    .execute(write.tx())
    .await
    .context("failed to store the delivery rules")?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    bump(write.tx(), TOPIC, now).await?;
    write.commit().await?;
    Ok(true)
}
