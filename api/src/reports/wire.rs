//! Results for the wire.

use beckon_openapi::event::AnswerTally;
use beckon_openapi::leaderboard as board;
use beckon_openapi::results as wire;

use super::{Placed, Results};
use crate::error::{Refusal, Result};
use crate::events::Tally;
use crate::words::{AnswerId, InstrumentId, MediaId, Time};

/// How many of the best are told unless asked otherwise, and at the most.
const BEST: u32 = 10;
const MOST_BEST: u32 = 100;

/// Results as they are told.
pub(super) fn results(results: &Results, now: Time) -> wire::Results {
    let Results {
        instrument_id,
        tally,
        engaged,
        answers,
        worth,
        uncounted,
    } = results;
    let Tally {
        impressions,
        viewable,
        clicks,
        scans,
        answers: answered,
        dismissals,
        conversions,
        engaged: _,
        ghosts: _,
        ghost_conversions: _,
    } = *tally;
    wire::Results {
        instrument_id: instrument_id.to_string(),
        impressions,
        viewable,
        clicks,
        scans,
        answers: answered,
        dismissals,
        conversions,
        engaged_rate: engaged.map(|engaged| engaged.rate),
        engaged_low: engaged.map(|engaged| engaged.low),
        engaged_high: engaged.map(|engaged| engaged.high),
        tallies: answers
            .iter()
            .map(|(answer_id, count)| AnswerTally {
                answer_id: answer_id.to_string(),
                count: *count,
            })
            .collect(),
        conversion_values: worth
            .iter()
            .map(|worth| wire::ConversionValue {
                currency: worth.currency.clone(),
                value_micros: worth.value_micros,
            })
            .collect(),
        uncounted: *uncounted,
        as_of: now.to_string(),
    }
}

/// How a question stands, as those who listen are told.
pub(super) fn live_json(
    instrument_id: &InstrumentId,
    counts: &[(AnswerId, u64)],
    now: Time,
) -> String {
    let results = wire::LiveResults {
        instrument_id: instrument_id.to_string(),
        answers: counts.iter().map(|(_, count)| count).sum(),
        tallies: counts
            .iter()
            .map(|(answer_id, count)| AnswerTally {
                answer_id: answer_id.to_string(),
                count: *count,
            })
            .collect(),
        as_of: now.to_string(),
    };
    serde_json::to_string(&results).unwrap_or_default()
}

/// How many of the best are asked for.
pub(super) fn best(query: &board::LeaderboardQuery) -> Result<u32> {
    let limit = query.limit.unwrap_or(BEST);
    if (1..=MOST_BEST).contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("limit is {limit}");
    Err(Refusal::field("limit", detail, format!("1..={MOST_BEST}")).into())
}

/// A leaderboard as it is told; `handle` names a viewer.
pub(super) fn leaderboard(
    media_id: &MediaId,
    players: u64,
    (best, own): (Vec<Placed>, Option<Placed>),
    handle: impl Fn(&str) -> String,
    now: Time,
) -> board::Leaderboard {
    let entry = |placed: Placed| board::LeaderboardEntry {
        place: placed.place,
        handle: handle(&placed.score.viewer_id),
        points: placed.score.points,
        answered: placed.score.answered,
        right_ms: placed.score.right_ms,
    };
    board::Leaderboard {
        media_id: media_id.to_string(),
        players,
        items: best.into_iter().map(&entry).collect(),
        own: own.map(&entry),
        as_of: now.to_string(),
    }
}
