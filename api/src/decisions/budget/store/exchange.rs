//! What nodes hold of budgets: granted, handed back, and ended.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::milestones::note_passed;
use super::{number, signed, tally, text};
use crate::db::{Db, Write};
use crate::decisions::budget::delivery::Account;
use crate::decisions::budget::pace::{Books, LATE_MS};
use crate::decisions::budget::till::Standing;
use crate::instruments::campaigns::{Counted, Running};
use crate::words::{CampaignId, Time};

/// What a node wants of a campaign's books.
#[derive(Debug)]
pub(in crate::decisions::budget) struct Exchange<'a> {
    pub(in crate::decisions::budget) running: &'a Running,
    pub(in crate::decisions::budget) node: &'a str,
    /// How often it was asked for.
    pub(in crate::decisions::budget) asked: u64,
    /// What is handed back, out of which slice.
    pub(in crate::decisions::budget) back: Option<(u128, u64)>,
    /// Into which slice goes what is granted; it is made if it is not there.
    pub(in crate::decisions::budget) slice: u128,
    pub(in crate::decisions::budget) sells_until: Time,
    pub(in crate::decisions::budget) ends_at: Time,
}

/// Opens the books: hands back, ends what is due, and grants what is decided by what stands there then. The budget's row
/// is locked first, so that of nodes that race one goes after the other.
pub(in crate::decisions::budget) async fn exchange(
    db: &Db,
    errand: &Exchange<'_>,
    now: Time,
    grant: impl FnOnce(&Books) -> (u64, Standing),
) -> anyhow::Result<(u64, Standing)> {
    let id = text(errand.running.key);
    let mut write = db.write().await?;
    lock(&mut write, &id, errand.asked).await?;
    if let Some((slice, count)) = errand.back.filter(|(_, count)| *count > 0) {
        hand_back(&mut write, &id, slice, count).await?;
    }
    end_slices(&mut write, &id, now).await?;
    let account = tally(&mut write, &id).await?;
    let books = books(&mut write, errand.running, &account, now).await?;
    let (granted, standing) = grant(&books);
    if granted > 0 {
        give(&mut write, &id, errand, granted).await?;
    }
    if standing == Standing::Spent {
        // Nearly always the last event has told it; where a goal was lowered to what there is already, none did.
        note_passed(&mut write, &id, &account, now).await?;
    }
    write.commit().await.context("failed to close the books")?;
    Ok((granted, standing))
}

async fn lock(write: &mut Write, id: &str, asked: u64) -> anyhow::Result<()> {
    sqlx::query("update campaign_budget set asked = asked + $1 where campaign_id = $2")
        .bind(signed(asked)?)
        .bind(id.to_owned())
        .execute(write.tx())
        .await
        .map(drop)
        .context("failed to open the books of a campaign")
}

/// Takes so much out of what is given away.
async fn return_to(write: &mut Write, id: &str, count: i64, micros: i64) -> anyhow::Result<()> {
    sqlx::query(
        "update campaign_budget set impressions = impressions - $1, micros = micros - $2 where campaign_id = $3",
    )
    .bind(count)
    .bind(count.saturating_mul(micros))
    .bind(id.to_owned())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to return to a budget")
}

/// What nobody reserved goes back; where the slice has ended meanwhile, it went back then.
async fn hand_back(write: &mut Write, id: &str, slice: u128, count: u64) -> anyhow::Result<()> {
    let count = signed(count)?;
    let row = sqlx::query(
        "update campaign_slice set granted = granted - $1
         where slice_id = $2 and granted - settled >= $3 returning micros",
    )
    .bind(count)
    .bind(text(slice))
    .bind(count)
    .fetch_optional(write.tx())
    .await
    .context("failed to hand back")?;
    match row {
        Some(row) => return_to(write, id, count, row.try_get("micros")?).await,
        None => Ok(()),
    }
}

/// Ends the slices whose time is over: what was not settled returns, and nothing settles out of them any more.
async fn end_slices(write: &mut Write, id: &str, now: Time) -> anyhow::Result<()> {
    let ended = sqlx::query(
        "delete from campaign_slice where campaign_id = $1 and ends_at <= $2 returning granted, settled, micros",
    )
    .bind(id.to_owned())
    .bind(now.ms())
    .fetch_all(write.tx())
    .await
    .context("failed to end slices")?;
    for row in ended {
        let unsettled = row.try_get::<i64, _>("granted")? - row.try_get::<i64, _>("settled")?;
        return_to(write, id, unsettled, row.try_get("micros")?).await?;
    }
    Ok(())
}

async fn books(
    write: &mut Write,
    running: &Running,
    account: &Account,
    now: Time,
) -> anyhow::Result<Books> {
    let id = text(running.key);
    let budget = sqlx::query(
        "select impressions_limit - impressions as impressions_left, micros_limit - micros as micros_left,
             billed_limit - billed as billed_left, asked
         from campaign_budget where campaign_id = $1",
    )
    .bind(id.clone())
    .fetch_optional(write.tx())
    .await
    .context("failed to read a budget")?
    .context("a campaign has no budget")?;
    let young_from = now.plus_ms(-LATE_MS).ms();
    let slices = sqlx::query(
        "select cast(coalesce(sum(case when sells_until > $1 then granted - settled else 0 end), 0) as bigint) as young,
             cast(coalesce(sum(case when sells_until > $2 then 0 else granted end), 0) as bigint) as aged_given,
             cast(coalesce(sum(case when sells_until > $3 then 0 else settled end), 0) as bigint) as aged_settled
         from campaign_slice where campaign_id = $4",
    )
    .bind(young_from)
    .bind(young_from)
    .bind(young_from)
    .bind(id.clone())
    .fetch_one(write.tx())
    .await
    .context("failed to sum up slices")?;
    let bought = match running.micros {
        0 => u64::MAX,
        micros => number(&budget, "micros_left")? / micros,
    };
    let left = number(&budget, "impressions_left")?;
    let headroom = match running.billed {
        Counted::Impression => left.min(bought),
        // What is billed is not reserved: what is shown for nothing left is shown in vain.
        _ if bought == 0 || number(&budget, "billed_left")? == 0 => 0,
        _ => left,
    };
    Ok(Books {
        headroom,
        settled: account.settled,
        reached: account.reached(running),
        young: number(&slices, "young")?,
        aged: (
            number(&slices, "aged_given")?,
            number(&slices, "aged_settled")?,
        ),
        asked: number(&budget, "asked")?,
    })
}

/// Gives impressions away. The condition holds, for the row has been ours since it was read; it is asked all the same.
async fn give(
    write: &mut Write,
    id: &str,
    errand: &Exchange<'_>,
    count: u64,
) -> anyhow::Result<()> {
    let micros = signed(errand.running.impression_micros())?;
    let count = signed(count)?;
    let cost = count
        .checked_mul(micros)
        .context("a grant costs too much")?;
    let done = sqlx::query(
        "update campaign_budget set impressions = impressions + $1, micros = micros + $2
         where campaign_id = $3 and impressions <= impressions_limit - $4 and micros <= micros_limit - $5",
    )
    .bind(count)
    .bind(cost)
    .bind(id.to_owned())
    .bind(count)
    .bind(cost)
    .execute(write.tx())
    .await
    .context("failed to give away")?;
    anyhow::ensure!(
        done.rows_affected() == 1,
        "a budget has less left than it had"
    );
    sqlx::query(
        "insert into campaign_slice (slice_id, campaign_id, node, granted, settled, micros, sells_until, ends_at)
         values ($1, $2, $3, $4, 0, $5, $6, $7)
         on conflict (slice_id) do update set granted = campaign_slice.granted + excluded.granted",
    )
    .bind(text(errand.slice))
    .bind(id.to_owned())
    .bind(errand.node.to_owned())
    .bind(count)
    .bind(micros)
    .bind(errand.sells_until.ms())
    .bind(errand.ends_at.ms())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to cut a slice")
}

/// Campaigns that have slices whose time is over.
pub(in crate::decisions::budget) async fn overdue(
    db: &Db,
    now: Time,
) -> anyhow::Result<Vec<CampaignId>> {
    let rows = sqlx::query("select distinct campaign_id from campaign_slice where ends_at <= $1")
        .bind(now.ms())
        .fetch_all(db.pool())
        .await
        .context("failed to look for slices that are over")?;
    let id = |row: &AnyRow| {
        let id: String = row.try_get(0)?;
        CampaignId::parse(&id).map_err(|e| anyhow::anyhow!(e.detail))
    };
    rows.iter().map(id).collect()
}

/// Ends a campaign's slices whose time is over.
pub(in crate::decisions::budget) async fn end_overdue(
    db: &Db,
    id: &CampaignId,
    now: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    lock(&mut write, id.as_str(), 0).await?;
    end_slices(&mut write, id.as_str(), now).await?;
    Ok(write.commit().await?)
}

/// Hands back what is left of a slice that is not sold from any more.
pub(in crate::decisions::budget) async fn retire(
    db: &Db,
    campaign: u128,
    slice: u128,
    count: u64,
) -> anyhow::Result<()> {
    let id = text(campaign);
    let mut write = db.write().await?;
    lock(&mut write, &id, 0).await?;
    hand_back(&mut write, &id, slice, count).await?;
    Ok(write.commit().await?)
}
