//! Saved audiences in SQL.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{AudienceDefinition, SavedAudience};
use crate::db::{Db, Write, bump};
use crate::instruments::TOPIC;
use crate::instruments::audience::{Rule, RuleRow, Saved};
use crate::words::{AudienceId, Time};

fn audience_id(row: &AnyRow) -> anyhow::Result<AudienceId> {
    AudienceId::parse(row.try_get("audience_id")?)
        .map_err(|e| anyhow::anyhow!("a saved audience is invalid: {}", e.detail))
}

fn rule(row: &AnyRow) -> anyhow::Result<Rule> {
    serde_json::from_str::<RuleRow>(row.try_get("rule")?)?.try_into()
}

fn rule_text(rule: &Rule) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&RuleRow::from(rule))?)
}

fn from_row(row: &AnyRow) -> anyhow::Result<SavedAudience> {
    Ok(SavedAudience {
        audience_id: audience_id(row)?,
        revision: u32::try_from(row.try_get::<i64, _>("revision")?)?,
        definition: AudienceDefinition {
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            rule: rule(row)?,
        },
        created_at: Time::from_ms(row.try_get("created_at")?),
        updated_at: Time::from_ms(row.try_get("updated_at")?),
    })
}

/// The rules of all of them, for the index.
pub(in crate::instruments) async fn rules(db: &Db) -> anyhow::Result<Saved> {
    let rows = sqlx::query("select audience_id, rule from audience")
        .fetch_all(db.pool())
        .await
        .context("failed to read the saved audiences")?;
    let rules = rows.iter().map(|row| Ok((audience_id(row)?, rule(row)?)));
    Ok(Saved(rules.collect::<anyhow::Result<_>>()?))
}

pub(super) async fn get(db: &Db, id: &AudienceId) -> anyhow::Result<Option<SavedAudience>> {
    let row = sqlx::query(
        "select audience_id, name, description, revision, rule, created_at, updated_at from audience
         where audience_id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(db.pool())
    .await
    .context("failed to read a saved audience")?;
    row.as_ref().map(from_row).transpose()
}

pub(super) async fn page(db: &Db, after: &str, limit: u32) -> anyhow::Result<Vec<SavedAudience>> {
    let rows = sqlx::query(
        "select audience_id, name, description, revision, rule, created_at, updated_at from audience
         where audience_id > $1 order by audience_id limit $2",
    )
    .bind(after.to_owned())
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await
    .context("failed to read a page of saved audiences")?;
    rows.iter().map(from_row).collect()
}

/// Nothing uses it yet, so no topic moves.
pub(super) async fn insert(write: &mut Write, audience: &SavedAudience) -> anyhow::Result<()> {
    let definition = &audience.definition;
    sqlx::query(
        "insert into audience (audience_id, name, description, revision, rule, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(audience.audience_id.to_string())
    .bind(definition.name.clone())
    .bind(definition.description.clone())
    .bind(i64::from(audience.revision))
    .bind(rule_text(&definition.rule)?)
    .bind(audience.created_at.ms())
    .bind(audience.updated_at.ms())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to save an audience")
}

/// An audience, whose row belongs to this transaction until it ends: two changes that race go one after the other.
pub(super) async fn lock(
    write: &mut Write,
    id: &AudienceId,
) -> anyhow::Result<Option<SavedAudience>> {
    let row = sqlx::query(
        "update audience set revision = revision where audience_id = $1
         returning audience_id, name, description, revision, rule, created_at, updated_at",
    )
    .bind(id.to_string())
    .fetch_optional(write.tx())
    .await
    .context("failed to lock a saved audience")?;
    row.as_ref().map(from_row).transpose()
}

/// Writes a locked audience as it is from now on.
pub(super) async fn put(write: &mut Write, changed: &SavedAudience) -> anyhow::Result<()> {
    let definition = &changed.definition;
    sqlx::query(
        "update audience set name = $1, description = $2, rule = $3, revision = $4, updated_at = $5
         where audience_id = $6",
    )
    .bind(definition.name.clone())
    .bind(definition.description.clone())
    .bind(rule_text(&definition.rule)?)
    .bind(i64::from(changed.revision))
    .bind(changed.updated_at.ms())
    .bind(changed.audience_id.to_string())
    .execute(write.tx())
    .await
    .context("failed to change a saved audience")?;
    // The index holds its rule compiled, wherever it is used.
    Ok(bump(write.tx(), TOPIC, changed.updated_at).await?)
}

/// How many instruments use it.
pub(super) async fn users(write: &mut Write, id: &AudienceId) -> anyhow::Result<i64> {
    // As a rule's row writes it; ids of our own making hold nothing that `like` would read otherwise.
    let row = sqlx::query(
        "select count(distinct i.instrument_id) as used from instrument i
         join instrument_version v on v.instrument_id = i.instrument_id
             and (v.version = i.version or v.version = i.approved_version)
         where i.state <> 'archived' and v.definition like $1",
    )
    .bind(format!("%\"saved\":\"{id}\"%"))
    .fetch_one(write.tx())
    .await
    .context("failed to look for who uses an audience")?;
    Ok(row.try_get("used")?)
}

/// Forgets an audience.
pub(super) async fn delete(write: &mut Write, id: &AudienceId) -> anyhow::Result<()> {
    sqlx::query("delete from audience where audience_id = $1")
        .bind(id.to_string())
        .execute(write.tx())
        .await
        .map(drop)
        .context("failed to delete a saved audience")
}
