//! Why it came to this: what was seen, and every candidate with its score or what stopped it.

use std::collections::HashMap;
use std::time::Duration;

use beckon_openapi::decision as wire;

use super::reason;
use crate::decisions::choose::Scratch;
use crate::decisions::rank::Ranked;
use crate::decisions::scene::{Choice, Reason, Scene};
use crate::decisions::{filters, receipt, value};
use crate::detections::{Hit, NameId, Names};

/// How many names an explanation lists.
const MOST_SEEN: usize = 50;

/// The explanation of a choice.
pub fn explain(
    scene: &Scene<'_>,
    choice: &Choice,
    scratch: &Scratch,
    took: Duration,
) -> wire::Explanation {
    wire::Explanation {
        from_ms: scene.window.from().ms(),
        to_ms: scene.window.to().ms(),
        seen: seen(scene),
        candidates: candidates(scene, choice, scratch),
        ranked_by: match scene.show {
            Some(_) => receipt::HOST.to_owned(),
            None => scene.ranking.name(),
        },
        decided_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
    }
}

/// Writes an explanation to the log, under a target of its own: one line that a program can read. Who watched is not in it.
pub fn log(scene: &Scene<'_>, choice: &Choice, scratch: &Scratch, took: Duration) {
    let explanation = explain(scene, choice, scratch, took);
    let counts = (0_usize..)
        .zip(&choice.reasons)
        .filter(|(_, count)| **count > 0);
    let reasons: Vec<String> = counts
        .map(|(at, count)| format!("{}={count}", reason(Reason::ALL[at]).as_str()))
        .collect();
    tracing::info!(
        target: "explain",
        kind = "decision.explained",
        decision_id = %uuid::Uuid::from_u128(choice.decision),
        media_id = %scene.media.media_id,
        position_ms = scene.position.ms(),
        chosen = choice.picks.len(),
        reasons = reasons.join(" "),
        explanation = serde_json::to_string(&explanation).unwrap_or_default(),
        "why it came to this decision"
    );
}

fn seen(scene: &Scene<'_>) -> Vec<wire::Seen> {
    let mut surest: HashMap<NameId, Hit> = HashMap::new();
    for (_, hit) in scene.sight.hits() {
        let known = surest.entry(hit.name).or_insert(*hit);
        if hit.confidence > known.confidence {
            *known = *hit;
        }
    }
    let mut hits: Vec<Hit> = surest.into_values().collect();
    hits.sort_by(|a, b| {
        b.confidence
            .total_cmp(&a.confidence)
            .then(a.position.cmp(&b.position))
            .then(a.name.cmp(&b.name))
    });
    let told = |hit: Hit| wire::Seen {
        name: Names::text(hit.name).to_string(),
        confidence: f64::from(hit.confidence),
        position_ms: hit.position.ms(),
    };
    hits.into_iter().take(MOST_SEEN).map(told).collect()
}

fn candidates(scene: &Scene<'_>, choice: &Choice, scratch: &Scratch) -> Vec<wire::Candidate> {
    let mut told: Vec<wire::Candidate> = scratch
        .candidates
        .iter()
        .zip(&scratch.stopped)
        .map(|(candidate, stopped)| {
            let live = scene.index.get(candidate.at);
            let ranked = scratch
                .ranked
                .iter()
                .find(|ranked| ranked.at == candidate.at && stopped.is_none());
            let picked = choice.picks.iter().any(|pick| pick.at == candidate.at);
            let score = ranked.map(|ranked| scene.ranking.probability(ranked.score));
            let lost_to = ranked.filter(|_| !picked).map(Ranked::lost_to);
            wire::Candidate {
                instrument_id: live.instrument_id.to_string(),
                version: live.version,
                name: live.name.to_string(),
                kind: live.kind.into(),
                score,
                value: score.and_then(|score| value::paid(scene, live, score)),
                propensity: ranked.map(|ranked| ranked.propensity),
                reason: stopped.or(lost_to).map(reason),
                rule: stopped
                    .and_then(|why| filters::rule_of(scene, candidate, why).map(str::to_owned)),
                unmet: stopped
                    .filter(|why| *why == Reason::TriggerUnmet)
                    .and_then(|_| filters::unmet(scene, live)),
                tier: live.priority,
                weight: f64::from(live.log_weight.exp()),
                worth: ranked.map(|ranked| f64::from(ranked.worth)),
            }
        })
        .collect();
    told.sort_by(|a, b| b.score.unwrap_or(-1.0).total_cmp(&a.score.unwrap_or(-1.0)));
    told
}
