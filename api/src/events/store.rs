//! Events in SQL: the log, and what is folded from it.

use std::collections::BTreeMap;

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::shown;
use super::trace::{self, Due};
use super::{Event, EventType, Intake, Outcome, TALLIES, Tally};
use crate::db::{Db, Write, bump};
use crate::decisions::Mode;
use crate::words::{AnswerId, InstrumentId, Invalid, MediaId, Time, ViewerId};

/// Two transactions got in each other's way: one of them may begin anew.
pub(super) fn is_collision(error: &anyhow::Error) -> bool {
    let code = |cause: &(dyn std::error::Error + 'static)| {
        let database = cause.downcast_ref::<sqlx::Error>()?.as_database_error()?;
        database.code().map(|code| code.into_owned())
    };
    // PostgreSQL's deadlock and serialisation failure.
    error
        .chain()
        .filter_map(code)
        .any(|code| code == "40P01" || code == "40001")
}

/// Folds the events, all or nothing. Rows are touched in one order everywhere, so that two nodes seldom wait in a ring.
pub(super) async fn fold(
    db: &Db,
    events: &[Event],
    told: &[String],
    schema_id: &str,
    now: Time,
) -> anyhow::Result<Vec<Intake>> {
    let mut intakes = vec![Intake::Seen; events.len()];
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by(|a, b| events[*a].event_id.cmp(&events[*b].event_id));
    let mut write = db.write().await?;
    for at in order {
        if insert_event(&mut write, &events[at]).await? {
            intakes[at] = Intake::New;
        }
    }
    let is_new = |at: &usize, intakes: &[Intake]| intakes[*at] == Intake::New;
    let mut fresh: Vec<usize> = (0..events.len())
        .filter(|at| is_new(at, &intakes))
        .collect();
    fresh.sort_by_key(|at| overlay(&events[*at]));

    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut answers: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut put_by_host: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for at in fresh {
        let event = &events[at];
        let instrument = event.receipt.instrument_id().to_string();
        match (event.receipt.terms.mode, event.event_type) {
            (Mode::Live, _) => {}
            (Mode::Holdout, EventType::Impression) => {
                tallies.entry(instrument).or_default().ghosts += 1;
                continue;
            }
            (Mode::Holdout, EventType::Conversion) => {
                tallies.entry(instrument).or_default().ghost_conversions += 1;
                continue;
            }
            (Mode::Holdout | Mode::Test, _) => continue,
        }
        let mut put = event
            .receipt
            .is_put_by_host()
            .then(|| put_by_host.entry(instrument.clone()).or_default());
        let tally = tallies.entry(instrument.clone()).or_default();
        match (event.event_type, &event.answer) {
            (EventType::Impression, _) => {
                tally.impressions += 1;
                if let Some((drawn, _)) = &mut put {
                    *drawn += 1;
                }
            }
            (EventType::Viewable, _) => tally.viewable += 1,
            (EventType::Click, _) => tally.clicks += 1,
            (EventType::Scan, _) => tally.scans += 1,
            (EventType::Dismiss, _) => tally.dismissals += 1,
            (EventType::Conversion, _) => tally.conversions += 1,
            (EventType::Answer, Some(answer)) if insert_vote(&mut write, event, answer).await? => {
                tally.answers += 1;
                *answers.entry((instrument, answer.to_string())).or_default() += 1;
            }
            (EventType::Answer, _) => intakes[at] = Intake::AlreadyAnswered,
        }
        let learnt = event.event_type == EventType::Impression || event.event_type.reward() > 0;
        if learnt && shown::upsert(&mut write, event, schema_id).await? {
            tally.engaged += 1;
            if let Some((_, engaged)) = &mut put {
                *engaged += 1;
            }
        }
    }
    for (instrument, tally) in &tallies {
        add_tally(&mut write, instrument, tally).await?;
    }
    for (instrument, counts) in &put_by_host {
        add_put(&mut write, instrument, *counts).await?;
    }
    for ((instrument, answer), count) in &answers {
        add_answers(&mut write, instrument, answer, *count).await?;
    }
    if !tallies.is_empty() {
        bump(write.tx(), TALLIES, now).await?;
    }
    trace::set_told(&mut write, told).await?;
    write.commit().await.context("failed to commit events")?;
    Ok(intakes)
}

/// What one overlay is known by.
fn overlay(event: &Event) -> (u128, u128, i64) {
    let receipt = &event.receipt;
    (
        receipt.chosen.instrument,
        receipt.decision,
        receipt.issued_at.ms(),
    )
}

/// False where the event is known, or its overlay has told the same already: the keys decide, also between nodes.
async fn insert_event(write: &mut Write, event: &Event) -> anyhow::Result<bool> {
    let receipt = &event.receipt;
    let done = sqlx::query(
        "insert into event (event_id, event_type, decision_id, decided_at, instrument_id, version, media_id, viewer_id,
             position_ms, show_ms, answer_id, at, happened_at, received_at, exposure_due, mode, variant, campaign_id,
             billed_micros, counted)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         on conflict do nothing",
    )
    .bind(event.event_id.clone())
    .bind(event.event_type.as_str())
    .bind(receipt.decision_id())
    .bind(receipt.issued_at.ms())
    .bind(receipt.instrument_id().to_string())
    .bind(i64::from(receipt.chosen.version))
    .bind(receipt.media_id.to_string())
    .bind(receipt.viewer_id.to_string())
    .bind(receipt.show_at.ms())
    .bind(i64::from(receipt.show_ms))
    .bind(event.answer.as_ref().map(ToString::to_string))
    .bind(event.at.ms())
    .bind(event.happened_at.ms())
    .bind(event.received_at.ms())
    .bind(i64::from(Due::of(event).is_some()))
    .bind(mode_name(receipt.terms.mode))
    .bind(receipt.terms.variant.map(i64::from))
    .bind(receipt.terms.spend.map(|spend| Uuid::from_u128(spend.campaign).to_string()))
    .bind(billed_micros(event)?)
    .bind(i64::from(receipt.terms.mode == Mode::Live))
    .execute(write.tx())
    .await
    .context("failed to store an event")?;
    Ok(done.rows_affected() == 1)
}

/// The mode as it is stored.
const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Test => "test",
        Mode::Holdout => "holdout",
    }
}

/// What an impression is billed: what its receipt reserved, while that is good for billing.
fn billed_micros(event: &Event) -> anyhow::Result<i64> {
    let Event { receipt, .. } = event;
    let billed = event.event_type == EventType::Impression
        && receipt.terms.mode == Mode::Live
        && receipt.billable(event.received_at);
    let spend = receipt.terms.spend.filter(|_| billed);
    Ok(i64::try_from(spend.map_or(0, |spend| spend.micros))?)
}

/// False where this viewer has answered this instrument.
async fn insert_vote(write: &mut Write, event: &Event, answer: &AnswerId) -> anyhow::Result<bool> {
    let done = sqlx::query(
        "insert into vote (viewer_id, instrument_id, answer_id, event_id) values ($1, $2, $3, $4)
         on conflict (viewer_id, instrument_id) do nothing",
    )
    .bind(event.receipt.viewer_id.to_string())
    .bind(event.receipt.instrument_id().to_string())
    .bind(answer.to_string())
    .bind(event.event_id.clone())
    .execute(write.tx())
    .await
    .context("failed to store a vote")?;
    Ok(done.rows_affected() == 1)
}

async fn add_tally(write: &mut Write, instrument: &str, tally: &Tally) -> anyhow::Result<()> {
    let Tally {
        impressions,
        viewable,
        clicks,
        scans,
        answers,
        dismissals,
        conversions,
        engaged,
        ghosts,
        ghost_conversions,
    } = *tally;
    let mut query = sqlx::query(
        "insert into tally (instrument_id, impressions, viewable, clicks, scans, answers, dismissals, conversions, engaged,
             ghosts, ghost_conversions)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (instrument_id) do update set impressions = tally.impressions + excluded.impressions,
             viewable = tally.viewable + excluded.viewable, clicks = tally.clicks + excluded.clicks,
             scans = tally.scans + excluded.scans, answers = tally.answers + excluded.answers,
             dismissals = tally.dismissals + excluded.dismissals,
             conversions = tally.conversions + excluded.conversions, engaged = tally.engaged + excluded.engaged,
             ghosts = tally.ghosts + excluded.ghosts,
             ghost_conversions = tally.ghost_conversions + excluded.ghost_conversions",
    )
    .bind(instrument.to_owned());
    for count in [
        impressions,
        viewable,
        clicks,
        scans,
        answers,
        dismissals,
        conversions,
        engaged,
        ghosts,
        ghost_conversions,
    ] {
        query = query.bind(i64::try_from(count)?);
    }
    query
        .execute(write.tx())
        .await
        .context("failed to add to a tally")?;
    Ok(())
}

/// Counts, within the tally that is there already, what a host put to all.
async fn add_put(
    write: &mut Write,
    instrument: &str,
    (drawn, engaged): (u64, u64),
) -> anyhow::Result<()> {
    sqlx::query(
        "update tally set put_impressions = put_impressions + $1, put_engaged = put_engaged + $2
         where instrument_id = $3",
    )
    .bind(i64::try_from(drawn)?)
    .bind(i64::try_from(engaged)?)
    .bind(instrument.to_owned())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to count what a host put to all")
}

async fn add_answers(
    write: &mut Write,
    instrument: &str,
    answer: &str,
    count: u64,
) -> anyhow::Result<()> {
    sqlx::query(
        "insert into answer_tally (instrument_id, answer_id, count) values ($1, $2, $3)
         on conflict (instrument_id, answer_id) do update set count = answer_tally.count + excluded.count",
    )
    .bind(instrument.to_owned())
    .bind(answer.to_owned())
    .bind(i64::try_from(count)?)
    .execute(write.tx())
    .await
    .context("failed to add to the answers")?;
    Ok(())
}

fn invalid(invalid: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored event is invalid: {}", invalid.detail)
}

/// Whether this viewer has answered this instrument.
pub(super) async fn has_answered(
    db: &Db,
    viewer_id: &ViewerId,
    instrument_id: &InstrumentId,
) -> anyhow::Result<bool> {
    let row = sqlx::query("select 1 from vote where viewer_id = $1 and instrument_id = $2")
        .bind(viewer_id.to_string())
        .bind(instrument_id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to look for a vote")?;
    Ok(row.is_some())
}

fn count(row: &AnyRow, column: &str) -> anyhow::Result<u64> {
    Ok(u64::try_from(row.try_get::<i64, _>(column)?)?)
}

/// What became of an instrument.
pub(super) async fn outcome(db: &Db, instrument_id: &InstrumentId) -> anyhow::Result<Outcome> {
    let row = sqlx::query(
        "select impressions, viewable, clicks, scans, answers, dismissals, conversions, engaged, ghosts, ghost_conversions
         from tally where instrument_id = $1",
    )
    .bind(instrument_id.to_string())
    .fetch_optional(db.pool())
    .await
    .context("failed to read a tally")?;
    let tally = match row {
        None => Tally::default(),
        Some(row) => Tally {
            impressions: count(&row, "impressions")?,
            viewable: count(&row, "viewable")?,
            clicks: count(&row, "clicks")?,
            scans: count(&row, "scans")?,
            answers: count(&row, "answers")?,
            dismissals: count(&row, "dismissals")?,
            conversions: count(&row, "conversions")?,
            engaged: count(&row, "engaged")?,
            ghosts: count(&row, "ghosts")?,
            ghost_conversions: count(&row, "ghost_conversions")?,
        },
    };
    Ok(Outcome {
        tally,
        answers: answers(db, instrument_id).await?,
    })
}

/// How many gave each answer, in the order of their ids.
pub(super) async fn answers(
    db: &Db,
    instrument_id: &InstrumentId,
) -> anyhow::Result<Vec<(AnswerId, u64)>> {
    let rows = sqlx::query(
        "select answer_id, count from answer_tally where instrument_id = $1 order by answer_id",
    )
    .bind(instrument_id.to_string())
    .fetch_all(db.pool())
    .await
    .context("failed to read the answers")?;
    let answer = |row: &AnyRow| {
        let id: String = row.try_get("answer_id")?;
        Ok((AnswerId::parse(&id).map_err(invalid)?, count(row, "count")?))
    };
    rows.iter().map(answer).collect()
}

/// How often each instrument was chosen and drawn, and engaged with then; what a host put to all does not count.
pub(super) async fn tallies(db: &Db) -> anyhow::Result<BTreeMap<String, (u64, u64)>> {
    let rows = sqlx::query(
        "select instrument_id, impressions - put_impressions as impressions, engaged - put_engaged as engaged
         from tally",
    )
        .fetch_all(db.pool())
        .await
        .context("failed to read the tallies")?;
    let tally = |row: &AnyRow| {
        let drawn = (count(row, "impressions")?, count(row, "engaged")?);
        Ok((row.try_get("instrument_id")?, drawn))
    };
    rows.iter().map(tally).collect()
}

/// Takes a viewer out of the log and all that is folded from it; the counts stay.
pub(super) async fn erase_viewer(db: &Db, viewer_id: &ViewerId) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    for sql in [
        "update event set viewer_id = '', exposure_due = 0 where viewer_id = $1",
        "delete from vote where viewer_id = $1",
        "delete from shown where viewer_id = $1",
    ] {
        sqlx::query(sql)
            .bind(viewer_id.to_string())
            .execute(write.tx())
            .await
            .context("failed to erase a viewer")?;
    }
    Ok(write.commit().await?)
}
