//! Campaigns in SQL. What is spent of them, `decisions` writes; their limits stand here, for they change with them.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::row::CampaignRow;
use super::{Campaign, CampaignDefinition, CampaignState, Limits};
use crate::db::{Db, Write, bump};
use crate::instruments::TOPIC;
use crate::words::{CampaignId, Time};

const COLUMNS: &str = "campaign_id, version, state, definition, live_at, created_at, updated_at";

fn from_row(row: &AnyRow) -> anyhow::Result<Campaign> {
    let state: String = row.try_get("state")?;
    let definition: String = row.try_get("definition")?;
    let id: String = row.try_get("campaign_id")?;
    Ok(Campaign {
        campaign_id: CampaignId::parse(&id)
            .map_err(|e| anyhow::anyhow!("a stored campaign is invalid: {}", e.detail))?,
        version: u32::try_from(row.try_get::<i64, _>("version")?)?,
        state: CampaignState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .with_context(|| format!("a stored campaign is in the unknown state {state}"))?,
        live_at: row.try_get::<Option<i64>, _>("live_at")?.map(Time::from_ms),
        definition: serde_json::from_str::<CampaignRow>(&definition)?.try_into()?,
        created_at: Time::from_ms(row.try_get("created_at")?),
        updated_at: Time::from_ms(row.try_get("updated_at")?),
    })
}

pub(super) async fn get(db: &Db, id: &CampaignId) -> anyhow::Result<Option<Campaign>> {
    let sql = format!("select {COLUMNS} from campaign where campaign_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read a campaign")?;
    row.as_ref().map(from_row).transpose()
}

/// What a campaign is at this moment of a transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn definition(
    write: &mut Write,
    id: &CampaignId,
) -> anyhow::Result<Option<CampaignDefinition>> {
    let row = sqlx::query("select definition from campaign where campaign_id = $1")
        .bind(id.to_string())
        .fetch_optional(write.tx())
        .await
        .context("failed to read what a campaign is")?;
    let parse =
        |row: AnyRow| serde_json::from_str::<CampaignRow>(row.try_get("definition")?)?.try_into();
    row.map(parse).transpose()
}

pub(super) async fn page(
    db: &Db,
    state: Option<CampaignState>,
    after: &str,
    limit: u32,
) -> anyhow::Result<Vec<Campaign>> {
    let state = state.map_or("", CampaignState::as_str);
    let sql = format!(
        "select {COLUMNS} from campaign where campaign_id > $1 and ($2 = '' or state = $3)
         order by campaign_id limit $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(after.to_owned())
        .bind(state)
        .bind(state)
        .bind(i64::from(limit))
        .fetch_all(db.pool())
        .await
        .context("failed to list campaigns")?;
    rows.iter().map(from_row).collect()
}

/// All that are not over: live instruments may name them, and are held back while they are not live.
pub(in crate::instruments) async fn all(db: &Db) -> anyhow::Result<Vec<Campaign>> {
    let sql = format!("select {COLUMNS} from campaign where state <> 'archived'");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(db.pool())
        .await
        .context("failed to read the campaigns")?;
    rows.iter().map(from_row).collect()
}

/// What a limit is in SQL.
fn most(limit: Option<u64>) -> i64 {
    limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(crate) async fn insert(write: &mut Write, campaign: &Campaign) -> anyhow::Result<()> {
    let Campaign {
        campaign_id,
        version,
        state,
        live_at,
        definition,
        created_at,
        updated_at,
    } = campaign;
    sqlx::query(
        "insert into campaign (campaign_id, version, state, definition, live_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(campaign_id.to_string())
    .bind(i64::from(*version))
    .bind(state.as_str())
    .bind(serde_json::to_string(&CampaignRow::from(definition))?)
    .bind(live_at.map(Time::ms))
    .bind(created_at.ms())
    .bind(updated_at.ms())
    .execute(write.tx())
    .await
    .context("failed to store a campaign")?;
    let Limits {
        impressions,
        micros,
        billed,
    } = definition.limits();
    sqlx::query(
        "insert into campaign_budget (campaign_id, impressions_limit, micros_limit, billed_limit,
             impressions, micros, billed, asked, bill_per, bill_micros)
         values ($1, $2, $3, $4, 0, 0, 0, 0, $5, $6)",
    )
    .bind(campaign_id.to_string())
    .bind(most(impressions))
    .bind(most(micros))
    .bind(most(billed))
    .bind(definition.billed().as_str())
    .bind(i64::try_from(definition.micros())?)
    .execute(write.tx())
    .await
    .context("failed to store a campaign's budget")?;
    Ok(bump(write.tx(), TOPIC, *created_at).await?)
}

/// A campaign, whose row belongs to this transaction until it ends: two changes that race go one after the other.
pub(super) async fn lock(write: &mut Write, id: &CampaignId) -> anyhow::Result<Option<Campaign>> {
    let sql =
        format!("update campaign set version = version where campaign_id = $1 returning {COLUMNS}");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(write.tx())
        .await
        .context("failed to lock a campaign")?;
    row.as_ref().map(from_row).transpose()
}

/// Writes a locked campaign as it is from now on.
pub(super) async fn put(write: &mut Write, changed: &Campaign) -> anyhow::Result<()> {
    let Campaign {
        campaign_id,
        version,
        state,
        live_at,
        definition,
        created_at: _,
        updated_at,
    } = changed;
    sqlx::query(
        "update campaign set version = $1, state = $2, definition = $3, live_at = $4, updated_at = $5
         where campaign_id = $6",
    )
    .bind(i64::from(*version))
    .bind(state.as_str())
    .bind(serde_json::to_string(&CampaignRow::from(definition))?)
    .bind(live_at.map(Time::ms))
    .bind(updated_at.ms())
    .bind(campaign_id.to_string())
    .execute(write.tx())
    .await
    .context("failed to change a campaign")?;
    Ok(bump(write.tx(), TOPIC, *updated_at).await?)
}

/// So much of a campaign is given away: impressions, millionths, and what is billed.
pub(super) struct GivenAway {
    pub(super) impressions: i64,
    pub(super) micros: i64,
    pub(super) billed: i64,
}

/// Sets the limits of a campaign, unless more of one is given away than it would allow: then nothing changes.
pub(super) async fn set_limits(
    write: &mut Write,
    id: &CampaignId,
    definition: &CampaignDefinition,
) -> anyhow::Result<Option<GivenAway>> {
    let limits = definition.limits();
    let [impressions, micros, billed] =
        [limits.impressions, limits.micros, limits.billed].map(most);
    let done = sqlx::query(
        "update campaign_budget set impressions_limit = $1, micros_limit = $2, billed_limit = $3, bill_per = $4,
             bill_micros = $5
         where campaign_id = $6 and impressions <= $7 and micros <= $8 and billed <= $9",
    )
    .bind(impressions)
    .bind(micros)
    .bind(billed)
    .bind(definition.billed().as_str())
    .bind(i64::try_from(definition.micros())?)
    .bind(id.to_string())
    .bind(impressions)
    .bind(micros)
    .bind(billed)
    .execute(write.tx())
    .await
    .context("failed to change a campaign's budget")?;
    if done.rows_affected() == 1 {
        return Ok(None);
    }
    let row = sqlx::query(
        "select impressions, micros, billed from campaign_budget where campaign_id = $1",
    )
    .bind(id.to_string())
    .fetch_one(write.tx())
    .await
    .context("failed to read a campaign's budget")?;
    Ok(Some(GivenAway {
        impressions: row.try_get("impressions")?,
        micros: row.try_get("micros")?,
        billed: row.try_get("billed")?,
    }))
}
