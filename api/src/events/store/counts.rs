//! What is folded from the log, in SQL: votes, tallies, boards and what conversions were worth.

use std::collections::BTreeSet;

use anyhow::Context;
use sqlx::{AssertSqlSafe, Row};

use super::rows::{pieces, places};
use crate::db::Write;
use crate::events::Tally;
use crate::events::counted::{Counted, Gain, Sums};

/// Stores votes; answers the events whose votes were taken: each viewer has one an instrument, and the first counts.
pub(super) async fn vote(
    write: &mut Write,
    counted: &[Counted],
) -> anyhow::Result<BTreeSet<String>> {
    let mut votes: Vec<(&str, String, &str, &Counted)> = counted
        .iter()
        .filter(|one| one.is_vote())
        .filter_map(|one| {
            let instrument = one.overlay.instrument_id().to_string();
            let answer = one.answer.as_deref()?;
            Some((one.viewer_id.as_str(), instrument, answer, one))
        })
        .collect();
    // In one order between nodes; of a viewer's two in one fold the earlier goes first.
    votes.sort_by(|a, b| (a.0, &a.1, a.3.place).cmp(&(b.0, &b.1, b.3.place)));
    let mut taken = BTreeSet::new();
    for piece in pieces(&votes) {
        let sql = format!(
            "insert into vote (viewer_id, instrument_id, answer_id, event_id) values {}
             on conflict (viewer_id, instrument_id) do nothing returning event_id",
            places(piece.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (viewer, instrument, answer, one) in piece {
            query = query
                .bind((*viewer).to_owned())
                .bind(instrument.clone())
                .bind((*answer).to_owned())
                .bind(one.event_id.clone());
        }
        let rows = query.fetch_all(write.tx()).await;
        for row in rows.context("failed to store votes")? {
            taken.insert(row.try_get(0)?);
        }
    }
    Ok(taken)
}

/// Adds what a fold adds up to. The maps are in the order of their keys: nodes touch rows in one order.
pub(super) async fn add(write: &mut Write, sums: &Sums) -> anyhow::Result<()> {
    let Sums {
        tallies,
        put_by_host,
        answers,
        gains,
        worth,
    } = sums;
    add_gains(write, gains).await?;
    for (instrument, tally) in tallies {
        add_tally(write, instrument, tally).await?;
    }
    for (instrument, counts) in put_by_host {
        add_put(write, instrument, *counts).await?;
    }
    for ((instrument, answer), count) in answers {
        add_answers(write, instrument, answer, *count).await?;
    }
    for ((instrument, currency), worth) in worth {
        add_worth(write, instrument, currency, *worth).await?;
    }
    Ok(())
}

async fn add_gains(
    write: &mut Write,
    gains: &std::collections::BTreeMap<(String, String), Gain>,
) -> anyhow::Result<()> {
    let gains: Vec<(&(String, String), &Gain)> = gains.iter().collect();
    for piece in pieces(&gains) {
        let sql = format!(
            "insert into score (media_id, viewer_id, answered, points, right_ms) values {}
             on conflict (media_id, viewer_id) do update set answered = score.answered + excluded.answered,
                 points = score.points + excluded.points, right_ms = score.right_ms + excluded.right_ms",
            places(piece.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((media_id, viewer_id), gain) in piece {
            query = query
                .bind(media_id.clone())
                .bind(viewer_id.clone())
                .bind(gain.answered)
                .bind(gain.points)
                .bind(gain.right_ms);
        }
        query
            .execute(write.tx())
            .await
            .context("failed to add to a board")?;
    }
    Ok(())
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
    .map(drop)
    .context("failed to add to the answers")
}

async fn add_worth(
    write: &mut Write,
    instrument: &str,
    currency: &str,
    (conversions, value_micros): (i64, i64),
) -> anyhow::Result<()> {
    sqlx::query(
        "insert into conversion_value (instrument_id, currency, conversions, value_micros) values ($1, $2, $3, $4)
         on conflict (instrument_id, currency) do update set
             conversions = conversion_value.conversions + excluded.conversions,
             value_micros = conversion_value.value_micros + excluded.value_micros",
    )
    .bind(instrument.to_owned())
    .bind(currency.to_owned())
    .bind(conversions)
    .bind(value_micros)
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to add what conversions were worth")
}
