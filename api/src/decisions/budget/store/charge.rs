//! What campaigns are charged for, in the transaction that stores the events.

use std::collections::BTreeMap;

use anyhow::Context;
use sqlx::Row;

use super::milestones::note_passed;
use super::{account, number, signed, text};
use crate::db::Write;
use crate::decisions::Spend;
use crate::decisions::budget::NO_SLICE;
use crate::decisions::budget::delivery::Account;
use crate::instruments::campaigns::Counted;
use crate::words::Time;

/// An event that a campaign may have to pay for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The campaign.
    pub campaign: u128,
    /// What happened.
    pub event: Counted,
    /// What its receipt reserved, with an impression.
    pub spend: Option<Spend>,
    /// It came while its receipt was good for billing.
    pub in_time: bool,
}

#[derive(Debug, Default)]
struct Count {
    events: [u64; Counted::ALL.len()],
    settled: u64,
    billed: u64,
    unbilled: u64,
    micros: u64,
}

/// Charges campaigns for new events, in the transaction that stores them; what each was billed, where it was. Nothing is
/// billed past a limit: such an event is counted, and told to be unbilled. What a campaign has come to by it is told.
///
/// # Errors
/// When the database does not answer.
pub async fn charge(
    write: &mut Write,
    charges: &[Charge],
    now: Time,
) -> anyhow::Result<Vec<Option<u64>>> {
    let mut bills = vec![None; charges.len()];
    let mut counts: BTreeMap<u128, Count> = BTreeMap::new();
    let mut of_campaign: BTreeMap<u128, Vec<usize>> = BTreeMap::new();
    let mut of_slice: BTreeMap<u128, Vec<usize>> = BTreeMap::new();
    for (at, charge) in charges.iter().enumerate() {
        let count = counts.entry(charge.campaign).or_default();
        count.events[charge.event as usize] += 1;
        match (charge.event, charge.spend) {
            (Counted::Impression, Some(spend)) if charge.in_time => {
                of_slice.entry(spend.slice).or_default().push(at);
            }
            (Counted::Impression, Some(spend)) => {
                count.unbilled += u64::from(spend.per == Counted::Impression);
            }
            (Counted::Impression, None) => {}
            _ => of_campaign.entry(charge.campaign).or_default().push(at),
        }
    }
    for (campaign, places) in &of_campaign {
        let count = counts.entry(*campaign).or_default();
        bill(write, *campaign, charges, places, count, &mut bills).await?;
    }
    for (slice, places) in &of_slice {
        let room = match *slice {
            NO_SLICE => places.len(),
            slice => settle(write, slice, places.len()).await?,
        };
        for (i, at) in places.iter().enumerate() {
            let count = counts.entry(charges[*at].campaign).or_default();
            let paid = charges[*at]
                .spend
                .filter(|spend| spend.per == Counted::Impression);
            count.settled += u64::from(i < room);
            match paid {
                Some(spend) if i < room => {
                    bills[*at] = Some(spend.micros);
                    count.billed += 1;
                    count.micros += spend.micros;
                }
                Some(_) => count.unbilled += 1,
                None => {}
            }
        }
    }
    for (campaign, count) in &counts {
        let id = text(*campaign);
        let account = add(write, &id, count).await?;
        note_passed(write, &id, &account, now).await?;
    }
    Ok(bills)
}

/// Bills what was not reserved, as far as goal and budget reach, at the price of this moment.
async fn bill(
    write: &mut Write,
    campaign: u128,
    charges: &[Charge],
    places: &[usize],
    count: &mut Count,
    bills: &mut [Option<u64>],
) -> anyhow::Result<()> {
    // It changes nothing, and locks the row until we are done.
    let row = sqlx::query(
        "update campaign_budget set billed = billed where campaign_id = $1
         returning bill_per, bill_micros, billed_limit - billed as billed_left, micros_limit - micros as micros_left",
    )
    .bind(text(campaign))
    .fetch_optional(write.tx())
    .await
    .context("failed to read what is billed")?;
    let Some(row) = row else {
        return Ok(());
    };
    let per: String = row.try_get("bill_per")?;
    let micros = number(&row, "bill_micros")?;
    let bought = number(&row, "micros_left")?.checked_div(micros);
    let left = number(&row, "billed_left")?.min(bought.unwrap_or(u64::MAX));
    let before = count.billed;
    for at in places
        .iter()
        .filter(|at| charges[**at].event.as_str() == per)
    {
        if charges[*at].in_time && count.billed - before < left {
            bills[*at] = Some(micros);
            count.billed += 1;
            count.micros += micros;
        } else {
            count.unbilled += 1;
        }
    }
    let billed = count.billed - before;
    sqlx::query(
        "update campaign_budget set billed = billed + $1, micros = micros + $2 where campaign_id = $3",
    )
    .bind(signed(billed)?)
    .bind(signed(billed * micros)?)
    .bind(text(campaign))
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to bill")
}

/// Settles impressions out of a slice: how many of them it held. One that was drawn twice takes no more than is there.
async fn settle(write: &mut Write, slice: u128, count: usize) -> anyhow::Result<usize> {
    let row = sqlx::query(
        "update campaign_slice set settled = settled where slice_id = $1 returning granted - settled as room",
    )
    .bind(text(slice))
    .fetch_optional(write.tx())
    .await
    .context("failed to read a slice")?;
    let Some(row) = row else {
        return Ok(0);
    };
    let room = count.min(usize::try_from(row.try_get::<i64, _>("room")?).unwrap_or_default());
    sqlx::query("update campaign_slice set settled = settled + $1 where slice_id = $2")
        .bind(i64::try_from(room)?)
        .bind(text(slice))
        .execute(write.tx())
        .await
        .context("failed to settle")?;
    Ok(room)
}

/// Adds to a campaign's tally; how its account stands then.
async fn add(write: &mut Write, id: &str, count: &Count) -> anyhow::Result<Account> {
    let mut query = sqlx::query(
        "insert into campaign_tally (campaign_id, impressions, clicks, answers, conversions, settled, billed, unbilled,
             billed_micros)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (campaign_id) do update set impressions = campaign_tally.impressions + excluded.impressions,
             clicks = campaign_tally.clicks + excluded.clicks, answers = campaign_tally.answers + excluded.answers,
             conversions = campaign_tally.conversions + excluded.conversions,
             settled = campaign_tally.settled + excluded.settled, billed = campaign_tally.billed + excluded.billed,
             unbilled = campaign_tally.unbilled + excluded.unbilled,
             billed_micros = campaign_tally.billed_micros + excluded.billed_micros
         returning impressions, clicks, answers, conversions, settled, billed, unbilled, billed_micros",
    )
    .bind(id.to_owned());
    let Count {
        events,
        settled,
        billed,
        unbilled,
        micros,
    } = count;
    for number in events.iter().chain([settled, billed, unbilled, micros]) {
        query = query.bind(signed(*number)?);
    }
    let row = query.fetch_one(write.tx()).await;
    account(&row.context("failed to add to a campaign's tally")?)
}
