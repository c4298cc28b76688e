//! Delivery rules in SQL.

use anyhow::Context;
use sqlx::Row;

use super::row::RulesRow;
use super::{DeliveryRules, Standing, TOPIC};
use crate::audit::{self, Deed};
use crate::auth::Caller;
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

/// Replaces the rules where they still stand as before, and notes it in the audit trail; false where somebody was
/// faster. The row's own update decides, so two that race cannot both win.
pub(super) async fn replace(
    db: &Db,
    before: &Standing,
    rules: &DeliveryRules,
    caller: &Caller,
    now: Time,
) -> anyhow::Result<bool> {
    let told = |rules: &DeliveryRules| serde_json::to_value(RulesRow::from(rules));
    let deed = Deed {
        action: "delivery_rules.replace",
        resource: "delivery-rules".to_owned(),
        from: (before.version > 0)
            .then(|| told(&before.rules))
            .transpose()?,
        to: Some(told(rules)?),
        note: None,
    };
    let version = i64::from(before.version);
    let mut write = db.write().await?;
    let done = sqlx::query(
        "insert into delivery_rules (scope, version, rules, updated_at)
         select $1, 1, $2, $3 where $4 = 0 or exists (select 1 from delivery_rules where scope = $5)
         on conflict (scope) do update set version = delivery_rules.version + 1, rules = excluded.rules,
             updated_at = excluded.updated_at
         where delivery_rules.version = $6",
    )
    .bind(INSTALLATION)
    .bind(serde_json::to_string(&RulesRow::from(rules))?)
    .bind(now.ms())
    .bind(version)
    .bind(INSTALLATION)
    .bind(version)
    .execute(write.tx())
    .await
    .context("failed to store the delivery rules")?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    audit::note(&mut write, caller, deed, now).await?;
    bump(write.tx(), TOPIC, now).await?;
    write.commit().await?;
    Ok(true)
}
