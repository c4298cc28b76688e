//! Results for the wire.

use beckon_openapi::event::AnswerTally;
use beckon_openapi::results as wire;

use super::Results;
use crate::events::Tally;
use crate::words::Time;

/// Results as they are told.
pub(super) fn results(results: &Results, now: Time) -> wire::Results {
    let Results {
        instrument_id,
        tally,
        engaged,
        answers,
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
        as_of: now.to_string(),
    }
}
