//! Slices and what became of them, in SQL. Rows are locked in one order everywhere: budgets, slices, tallies,
//! milestones.

mod charge;
mod exchange;
mod milestones;

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::delivery::Account;
use crate::db::{Db, Write};
use crate::words::{CampaignId, Time};

pub use charge::{Charge, charge};
pub(super) use exchange::{Exchange, end_overdue, exchange, overdue, retire};

fn text(key: u128) -> String {
    Uuid::from_u128(key).to_string()
}

fn number(row: &AnyRow, column: &str) -> anyhow::Result<u64> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).with_context(|| format!("{column} is {number}"))
}

fn signed(count: u64) -> anyhow::Result<i64> {
    Ok(i64::try_from(count)?)
}

async fn tally(write: &mut Write, id: &str) -> anyhow::Result<Account> {
    let row = sqlx::query(TALLY)
        .bind(id.to_owned())
        .fetch_optional(write.tx())
        .await
        .context("failed to read a campaign's tally")?;
    row.as_ref().map_or_else(|| Ok(Account::default()), account)
}

const TALLY: &str =
    "select impressions, clicks, answers, conversions, settled, billed, unbilled, billed_micros
     from campaign_tally where campaign_id = $1";

fn account(row: &AnyRow) -> anyhow::Result<Account> {
    Ok(Account {
        events: [
            number(row, "impressions")?,
            number(row, "clicks")?,
            number(row, "answers")?,
            number(row, "conversions")?,
        ],
        settled: number(row, "settled")?,
        billed: number(row, "billed")?,
        unbilled: number(row, "unbilled")?,
        billed_micros: number(row, "billed_micros")?,
        ..Account::default()
    })
}

/// A campaign's account at this moment; slices whose time is over hold nothing.
pub(super) async fn read(db: &Db, id: &CampaignId, now: Time) -> anyhow::Result<Account> {
    let row = sqlx::query(TALLY)
        .bind(id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read a campaign's tally")?;
    let mut read = row
        .as_ref()
        .map_or_else(|| Ok(Account::default()), account)?;
    let open = sqlx::query(
        "select cast(coalesce(sum(granted - settled), 0) as bigint) as reserved,
             cast(coalesce(sum((granted - settled) * micros), 0) as bigint) as micros
         from campaign_slice where campaign_id = $1 and ends_at > $2",
    )
    .bind(id.to_string())
    .bind(now.ms())
    .fetch_one(db.pool())
    .await
    .context("failed to sum up slices")?;
    read.reserved = number(&open, "reserved")?;
    read.reserved_micros = number(&open, "micros")?;
    Ok(read)
}
