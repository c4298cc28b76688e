//! Events on the wire and in the domain.

use beckon_openapi::event as wire;

use super::model::Taken;
use super::read::{RawBatch, RawEvent};
use super::{Intake, Standing};
use crate::error::{ErrorCode, Refusal, Result};
use crate::words::Time;

/// How many events one batch may bring.
const MOST: usize = 50;
/// How much of an id that is none is told back.
const MOST_ID: usize = 64;

/// The events of a body, and when they were sent. What a single one lacks is found later, and is its own fault.
pub(super) fn batch(body: &[u8]) -> Result<(Vec<RawEvent<'_>>, Option<Time>)> {
    let malformed = |detail: String| Refusal::new(ErrorCode::MalformedBody, detail);
    let batch: RawBatch<'_> =
        serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    if batch.unknown > 0 {
        tracing::info!(
            kind = "events.unknown_fields",
            count = batch.unknown,
            "a client sends fields that this node does not know"
        );
    }
    let items = batch
        .items
        .ok_or_else(|| malformed("missing field `items`".to_owned()))?;
    if !(1..=MOST).contains(&items.len()) {
        let detail = format!("the batch has {} events", items.len());
        return Err(Refusal::field("items", detail, format!("1..={MOST}")).into());
    }
    // A time that is none is no reason to lose what was done.
    let sent_at = batch.sent_at.text().and_then(|at| Time::parse(at).ok());
    Ok((items, sent_at))
}

/// What became of each event, in the batch's order.
pub(super) fn report(batch: &[RawEvent<'_>], taken: Vec<Taken>) -> wire::EventReport {
    let item = |(raw, taken): (&RawEvent<'_>, Taken)| {
        let told: String = raw
            .event_id
            .text()
            .unwrap_or_default()
            .chars()
            .take(MOST_ID)
            .collect();
        outcome(told, taken)
    };
    wire::EventReport {
        items: batch.iter().zip(taken).map(item).collect(),
    }
}

fn outcome(event_id: String, taken: Taken) -> wire::EventOutcome {
    match taken {
        Ok((intake, standing)) => wire::EventOutcome {
            event_id,
            status: match intake {
                Intake::New | Intake::Held => wire::EventStatus::Accepted,
                // To the client they are one: its answer is known, and nothing was counted.
                Intake::AlreadyAnswered | Intake::Seen => wire::EventStatus::Duplicate,
            },
            code: None,
            detail: None,
            standing: standing.as_ref().map(wire::Standing::from),
        },
        Err(refusal) => wire::EventOutcome {
            event_id,
            status: wire::EventStatus::Refused,
            code: Some(refusal.code),
            detail: Some(match (refusal.field, refusal.bound) {
                (Some(field), Some(bound)) => format!("{field}: {} ({bound})", refusal.detail),
                _ => refusal.detail,
            }),
            standing: None,
        },
    }
}

impl From<&Standing> for wire::Standing {
    fn from(standing: &Standing) -> Self {
        Self {
            correct_answer_id: standing.correct.as_ref().map(ToString::to_string),
            tallies: standing
                .tallies
                .iter()
                .map(|(answer, count)| wire::AnswerTally {
                    answer_id: answer.to_string(),
                    count: *count,
                })
                .collect(),
        }
    }
}
