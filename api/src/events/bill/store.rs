//! What is billed, in the event log.

use std::collections::BTreeSet;

use anyhow::Context;

use super::charge;
use crate::db::Write;
use crate::decisions;
use crate::events::EventType;
use crate::events::counted::Counted;
use crate::words::Time;

/// Charges what counts to its campaigns, in the fold's own transaction, and notes in the log what is billed.
pub(in crate::events) async fn settle(
    write: &mut Write,
    counted: &[Counted],
    votes: &BTreeSet<String>,
    now: Time,
) -> anyhow::Result<()> {
    let (events, charges): (Vec<&Counted>, Vec<_>) = counted
        .iter()
        .filter_map(|one| Some((one, charge(one, votes)?)))
        .unzip();
    if charges.is_empty() {
        return Ok(());
    }
    let bills = decisions::charge(write, &charges, now).await?;
    for (event, bill) in events.into_iter().zip(bills) {
        // Impressions are stored as if they were billed: nearly all of them are.
        let stored = match event.event_type {
            EventType::Impression => event.spend.map_or(0, |spend| spend.micros),
            _ => 0,
        };
        let billed = bill.unwrap_or_default();
        if billed != stored {
            sqlx::query("update event set billed_micros = $1 where event_id = $2")
                .bind(i64::try_from(billed)?)
                .bind(event.event_id.clone())
                .execute(write.tx())
                .await
                .context("failed to note what is billed")?;
        }
    }
    Ok(())
}
