//! Why it came to this: what was seen, and every candidate with its score or what stopped it.

use std::collections::HashMap;
use std::time::Duration;

use beckon_openapi::decision as wire;

use super::reason;
use crate::decisions::choose::Scratch;
use crate::decisions::rank::Ranked;
use crate::decisions::scene::{Choice, Scene};
use crate::decisions::{Ranking, receipt};
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
            None => ranked_by(scene.ranking),
        },
        decided_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
    }
}

fn ranked_by(ranking: &Ranking) -> String {
    ranking
        .model()
        .map_or_else(|| "popularity".to_owned(), |model| model.id().to_owned())
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
            let lost_to = ranked.filter(|_| !picked).map(Ranked::lost_to);
            wire::Candidate {
                instrument_id: live.instrument_id.to_string(),
                version: live.version,
                name: live.name.to_string(),
                kind: live.kind.into(),
                score: ranked.map(|ranked| expected(scene.ranking, ranked.score)),
                propensity: ranked.map(|ranked| ranked.propensity),
                reason: stopped.or(lost_to).map(reason),
            }
        })
        .collect();
    told.sort_by(|a, b| b.score.unwrap_or(-1.0).total_cmp(&a.score.unwrap_or(-1.0)));
    told
}

/// The expected reward behind a score.
fn expected(ranking: &Ranking, score: f32) -> f64 {
    match ranking.model() {
        Some(model) => model.probability(score),
        None => beckon_classifier::metrics::sigmoid(f64::from(score)),
    }
}
