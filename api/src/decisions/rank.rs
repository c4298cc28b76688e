//! Ranking: tier by tier, the expected reward by the model or by popularity, drawn by the policy.

use beckon_classifier::policy::seed_of;
use beckon_classifier::schema::Piece;

use super::filters;
use super::scene::{Pick, Scene};
use super::terms::Terms;

/// A candidate that no filter stopped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    /// Its place in the index.
    pub(super) at: u32,
    /// Its tier; 1 goes first.
    pub(super) priority: u8,
    /// Its score, as a logit.
    pub(super) score: f32,
    /// How likely it was to be drawn first of its tier.
    pub(super) propensity: f64,
}

/// Numbers that a draw uses again.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    scores: Vec<f32>,
    propensities: Vec<f64>,
}

/// Scores what is left after the filters and draws the slots, the best tier first.
pub(super) fn draw(
    scene: &Scene<'_>,
    context: &[Piece],
    ranked: &mut [Ranked],
    numbers: &mut Numbers,
) -> Vec<Pick> {
    if ranked.is_empty() {
        return Vec::new();
    }
    score(scene, context, ranked);
    // Stable: within a tier the index's order stays, so that the draw depends on nothing else.
    ranked.sort_by_key(|candidate| candidate.priority);
    let mut picks = Vec::with_capacity(scene.slots);
    let mut from = 0;
    while from < ranked.len() && picks.len() < scene.slots {
        let priority = ranked[from].priority;
        let to = from
            + ranked[from..]
                .iter()
                .take_while(|candidate| candidate.priority == priority)
                .count();
        let seed = seed_of(&[scene.seed, u64::from(priority)]);
        draw_tier(
            scene,
            from..to,
            &mut ranked[from..to],
            seed,
            numbers,
            &mut picks,
        );
        from = to;
    }
    picks
}

/// Picks what a host put to all, if nothing stopped it: nobody ranked, so it was sure to be picked.
pub(super) fn put(scene: &Scene<'_>, ranked: &mut [Ranked]) -> Vec<Pick> {
    let pick = |(i, candidate): (usize, &mut Ranked)| {
        candidate.propensity = 1.0;
        Pick {
            at: candidate.at,
            show_ms: filters::life_of(scene, scene.index.get(candidate.at)).show_ms,
            ranked: i,
            tier: i..i + 1,
            propensity: 1.0,
            terms: Terms::default(),
        }
    };
    ranked.iter_mut().enumerate().map(pick).collect()
}

fn score(scene: &Scene<'_>, context: &[Piece], ranked: &mut [Ranked]) {
    match scene.ranking.model() {
        Some(model) => {
            let viewer = if scene.personal {
                scene.viewer.pieces()
            } else {
                &[]
            };
            let scorer = model.scorer(viewer, context);
            for candidate in ranked {
                candidate.score = scorer.score(&scene.index.get(candidate.at).pieces);
            }
        }
        None => {
            for candidate in ranked {
                candidate.score = scene
                    .ranking
                    .popularity()
                    .score(scene.index.get(candidate.at).instrument_id.as_str());
            }
        }
    }
}

fn draw_tier(
    scene: &Scene<'_>,
    tier: std::ops::Range<usize>,
    ranked: &mut [Ranked],
    seed: u64,
    numbers: &mut Numbers,
    picks: &mut Vec<Pick>,
) {
    numbers.scores.clear();
    numbers
        .scores
        .extend(ranked.iter().map(|candidate| candidate.score));
    let first = scene
        .policy
        .policy
        .draw_one(&numbers.scores, seed, &mut numbers.propensities);
    for (candidate, propensity) in ranked.iter_mut().zip(&numbers.propensities) {
        candidate.propensity = *propensity;
    }
    let free = scene.slots - picks.len();
    let mut pick = |drawn: beckon_classifier::policy::Drawn| {
        let live = scene.index.get(ranked[drawn.index].at);
        picks.push(Pick {
            at: ranked[drawn.index].at,
            show_ms: filters::life_of(scene, live).show_ms,
            ranked: tier.start + drawn.index,
            tier: tier.clone(),
            propensity: drawn.propensity,
            terms: Terms::default(),
        });
    };
    if free == 1 {
        first.into_iter().for_each(&mut pick);
    } else {
        scene
            .policy
            .policy
            .draw(&numbers.scores, free, seed)
            .into_iter()
            .for_each(&mut pick);
    }
}
