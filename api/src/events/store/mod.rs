//! Events in SQL: the log, and what is folded from it.

mod board;
mod counts;
mod fold;
mod log;
mod report;
mod rows;
mod touch;

use std::collections::BTreeMap;

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Outcome, Tally, Worth};
use crate::db::Db;
use crate::words::{AnswerId, InstrumentId, Invalid, ViewerId};

pub(super) use board::board;
pub(super) use fold::{Folded, Rules, fold};
pub(super) use log::{by_keys, overlay};
pub(super) use report::{grains, viewers_by_variant};
pub(super) use rows::{keys, pieces, places};
pub(super) use touch::{happened_at, last_drawn};

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
        worth: worth(db, instrument_id).await?,
        uncounted: uncounted(db, instrument_id).await?,
    })
}

/// What an instrument's conversions were worth.
async fn worth(db: &Db, instrument_id: &InstrumentId) -> anyhow::Result<Vec<Worth>> {
    let rows = sqlx::query(
        "select currency, value_micros from conversion_value where instrument_id = $1 order by currency",
    )
    .bind(instrument_id.to_string())
    .fetch_all(db.pool())
    .await
    .context("failed to read what conversions were worth")?;
    let one = |row: &AnyRow| {
        Ok(Worth {
            currency: row.try_get("currency")?,
            value_micros: row.try_get("value_micros")?,
        })
    };
    rows.iter().map(one).collect()
}

/// How much of an instrument waits for its impression, or waited in vain.
async fn uncounted(db: &Db, instrument_id: &InstrumentId) -> anyhow::Result<u64> {
    let row = sqlx::query(
        "select count(*) as uncounted from event where instrument_id = $1 and counted = 0 and mode = 'live'",
    )
    .bind(instrument_id.to_string())
    .fetch_one(db.pool())
    .await
    .context("failed to count what waits")?;
    count(&row, "uncounted")
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
        "delete from score where viewer_id = $1",
    ] {
        sqlx::query(sql)
            .bind(viewer_id.to_string())
            .execute(write.tx())
            .await
            .context("failed to erase a viewer")?;
    }
    Ok(write.commit().await?)
}
