//! Ranking: tier by tier, by what each is expected to be worth, drawn slot by slot by the policy.

use std::cell::OnceCell;

use beckon_classifier::policy::seed_of;
use beckon_classifier::schema::Piece;

use super::budget;
use super::candidates::Candidate;
use super::choose::decision_number;
use super::filters::{self, Filter};
use super::layout::Room;
use super::scene::{Pick, Reason, Scene};
use super::shown::Showing;
use super::terms::Terms;
use super::value;
use crate::instruments::Live;

/// A candidate that no filter stopped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    /// Its place in the index.
    pub(super) at: u32,
    /// Its tier; 1 goes first.
    pub(super) priority: u8,
    /// The reward that is expected of it, as a logit.
    pub(super) score: f32,
    /// The same by its weight and by what is paid for it: what the draw compares.
    pub(super) worth: f32,
    /// How likely it was to be drawn when its tier was first drawn from.
    pub(super) propensity: f64,
    /// It was picked, or what was picked before it leaves no place for it, and why.
    pub(super) out: Option<Reason>,
}

impl Ranked {
    /// One that is still to be scored.
    pub(super) fn new(at: u32, live: &Live) -> Self {
        Self {
            at,
            priority: live.priority,
            score: 0.0,
            worth: 0.0,
            propensity: 0.0,
            out: None,
        }
    }

    /// Why it was not picked, where it was not.
    pub(super) fn lost_to(&self) -> Reason {
        self.out.unwrap_or(Reason::Outranked)
    }
}

/// Numbers that a draw uses again.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    worths: Vec<f32>,
    propensities: Vec<f64>,
    /// What each draw drew among, one stretch a draw: which of the ranked, and how likely it was to be drawn.
    pub(super) drawn_among: Vec<(usize, f64)>,
}

/// Scores what is left after the filters and draws the slots, the best tier first. After each slot the rules look again
/// at what is left, beside what was picked.
pub(super) fn draw(
    rules: &[(&str, Filter)],
    scene: &Scene<'_>,
    context: &[Piece],
    ranked: &mut [Ranked],
    numbers: &mut Numbers,
) -> Vec<Pick> {
    numbers.drawn_among.clear();
    if ranked.is_empty() {
        return Vec::new();
    }
    score(scene, context, ranked);
    // Stable: within a tier the index's order stays, so that the draw depends on nothing else.
    ranked.sort_by_key(|candidate| candidate.priority);
    let mut picks = Vec::with_capacity(scene.slots);
    let mut room = scene.room().clone();
    while let Some(mut pick) = draw_one(scene, ranked, numbers, picks.len()) {
        // Where somebody was quicker, it is drawn again among the others.
        if let Err(reason) = budget::reserve(scene, &mut pick) {
            ranked[pick.ranked].out = Some(reason);
            continue;
        }
        ranked[pick.ranked].out = Some(Reason::Outranked);
        pick.place = room.place(scene.index.get(pick.at).extent);
        if let Some(place) = pick.place {
            room.take(&place.rect);
        }
        picks.push(pick);
        if picks.len() == scene.slots {
            break;
        }
        beside(rules, scene, &picks, &room, ranked);
    }
    picks
}

/// Takes out what may not stand beside the picks: more of one kind than was asked for, and what a rule objects to.
fn beside(
    rules: &[(&str, Filter)],
    scene: &Scene<'_>,
    picks: &[Pick],
    room: &Room,
    ranked: &mut [Ranked],
) {
    let decision = decision_number(scene.seed);
    let live = |pick: &Pick| scene.index.get(pick.at);
    let showing = |pick: &Pick| Showing::of(live(pick), decision, scene.now, pick.show_ms);
    let shown = scene.shown.with(picks.iter().map(showing));
    let next = Scene {
        shown: &shown,
        free: OnceCell::from(room.clone()),
        ..scene.clone()
    };
    for candidate in ranked.iter_mut().filter(|c| c.out.is_none()) {
        let own = scene.index.get(candidate.at);
        let same = picks.iter().filter(|pick| live(pick).kind == own.kind);
        let hit = Candidate {
            at: candidate.at,
            hit: None,
        };
        candidate.out = match same.count() >= scene.per_kind {
            true => Some(Reason::Outranked),
            false => filters::again(rules, &next, &hit, own),
        };
    }
}

/// Picks what a host put to all, if nothing stopped it: nobody ranked, so it was sure to be picked.
pub(super) fn put(scene: &Scene<'_>, ranked: &mut [Ranked], numbers: &mut Numbers) -> Vec<Pick> {
    numbers.drawn_among.clear();
    let pick = |(i, candidate): (usize, &mut Ranked)| {
        candidate.propensity = 1.0;
        let live = scene.index.get(candidate.at);
        let mut pick = Pick {
            at: candidate.at,
            show_ms: filters::life_of(scene, live).show_ms,
            ranked: i,
            drawn_among: 0..0,
            propensity: 1.0,
            place: scene.room().place(live.extent),
            decided_at: scene.now,
            terms: Terms::default(),
        };
        candidate.out = budget::reserve(scene, &mut pick).err();
        candidate.out.is_none().then_some(pick)
    };
    ranked.iter_mut().enumerate().filter_map(pick).collect()
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
            for candidate in ranked.iter_mut() {
                candidate.score = scorer.score(&scene.index.get(candidate.at).pieces);
            }
        }
        None => {
            for candidate in ranked.iter_mut() {
                let live = scene.index.get(candidate.at);
                let popularity = scene.ranking.popularity();
                candidate.score = popularity.score(live.instrument_id.as_str());
            }
        }
    }
    for candidate in ranked {
        let live = scene.index.get(candidate.at);
        // A weight multiplies the odds: twice the weight is worth twice the reward.
        candidate.worth = candidate.score + live.log_weight;
        if !scene.delivery.value.is_empty() {
            candidate.worth += value::raise(scene, live, candidate.score);
        }
    }
}

/// Draws one slot out of the first tier that has any left.
fn draw_one(
    scene: &Scene<'_>,
    ranked: &mut [Ranked],
    numbers: &mut Numbers,
    slot: usize,
) -> Option<Pick> {
    let first = ranked
        .iter()
        .position(|candidate| candidate.out.is_none())?;
    let priority = ranked[first].priority;
    let tier = ranked[first..]
        .iter()
        .take_while(|candidate| candidate.priority == priority);
    let from = numbers.drawn_among.len();
    numbers.worths.clear();
    for (place, candidate) in (first..).zip(tier) {
        if candidate.out.is_none() {
            numbers.worths.push(candidate.worth);
            numbers.drawn_among.push((place, 0.0));
        }
    }
    let seed = match slot {
        0 => seed_of(&[scene.seed, u64::from(priority)]),
        later => seed_of(&[scene.seed, u64::from(priority), later as u64]),
    };
    let policy = &scene.policy.policy;
    let drawn = policy.draw_one(&numbers.worths, seed, &mut numbers.propensities)?;
    let among = &mut numbers.drawn_among[from..];
    for ((place, chance), propensity) in among.iter_mut().zip(&numbers.propensities) {
        *chance = *propensity;
        let told = &mut ranked[*place].propensity;
        // Only the tier's first draw tells how likely each of them was from the start.
        if *told == 0.0 {
            *told = *propensity;
        }
    }
    let (picked, propensity) = (among[drawn.index].0, drawn.propensity);
    let at = ranked[picked].at;
    Some(Pick {
        at,
        show_ms: filters::life_of(scene, scene.index.get(at)).show_ms,
        ranked: picked,
        drawn_among: from..numbers.drawn_among.len(),
        propensity,
        place: None,
        decided_at: scene.now,
        terms: Terms::default(),
    })
}
