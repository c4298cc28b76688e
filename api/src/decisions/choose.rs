//! The choice itself: pure, from values to values.

use std::cell::RefCell;

use super::candidates::{self, Candidate};
use super::filters::{self, Filter};
use super::rank::{self, Ranked};
use super::receipt::Other;
use super::scene::{Choice, Reason, Scene};
use super::sticky;
use super::terms::Mode;
use crate::words::Time;

/// Memory that decisions of one worker use again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) candidates: Vec<Candidate>,
    /// What stopped each candidate, in their order.
    pub(super) stopped: Vec<Option<Reason>>,
    pub(super) ranked: Vec<Ranked>,
    pub(super) numbers: rank::Numbers,
    pub(super) receipt: Vec<u8>,
    pub(super) inputs: Vec<u8>,
    pub(super) others: Vec<Other>,
}

impl Scratch {
    /// What became of each candidate of a choice, by its place in the index: what stopped it or what it lost to; nothing
    /// where it was chosen.
    pub(super) fn fates<'a>(
        &'a self,
        choice: &'a Choice,
    ) -> impl Iterator<Item = (u32, Option<Reason>)> + 'a {
        let candidates = self.candidates.iter().zip(&self.stopped);
        let stopped = candidates.filter_map(|(one, why)| why.map(|why| (one.at, Some(why))));
        let ranked = self.ranked.iter().enumerate().map(|(i, ranked)| {
            let picked = choice.picks.iter().any(|pick| pick.ranked == i);
            (ranked.at, (!picked).then(|| ranked.lost_to()))
        });
        stopped.chain(ranked)
    }

    /// The candidates that nothing stopped but a budget, by their places in the index, and whether one did.
    pub(super) fn could_be_shown(&self) -> impl Iterator<Item = (u32, bool)> {
        let budget = |reason| matches!(reason, Some(Reason::Paced | Reason::BudgetSpent));
        let all = self.candidates.iter().zip(&self.stopped);
        let stopped = all.filter(move |(_, stopped)| budget(**stopped));
        let stopped = stopped.map(|(candidate, _)| (candidate.at, true));
        // Of those, some may have been stopped when they were to be reserved.
        let ranked = self.ranked.iter().map(move |one| (one.at, budget(one.out)));
        stopped.chain(ranked)
    }
}

/// Lends the worker's scratch memory.
pub(super) fn with_scratch<T>(run: impl FnOnce(&mut Scratch) -> T) -> T {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    SCRATCH.with_borrow_mut(run)
}

/// Chooses, by these rules.
pub(super) fn choose(rules: &[(&str, Filter)], scene: &Scene<'_>, scratch: &mut Scratch) -> Choice {
    let mut reasons = [0; Reason::ALL.len()];
    collect(scene, &mut scratch.candidates, &mut reasons);
    let mut free_at: Option<Time> = None;
    scratch.stopped.clear();
    scratch.ranked.clear();
    for candidate in &scratch.candidates {
        let live = scene.index.get(candidate.at);
        let objection = filters::objection(rules, scene, candidate, live);
        scratch.stopped.push(objection);
        match objection {
            None => scratch.ranked.push(Ranked::new(candidate.at, live)),
            Some(reason) => {
                reasons[reason as usize] += 1;
                if matches!(reason, Reason::Quiet | Reason::Showing) {
                    let free = filters::held_until(scene, live);
                    free_at = [free_at, free].into_iter().flatten().min();
                }
            }
        }
    }

    let sure = |c: &&Candidate| c.hit.map_or(0.0, |hit| hit.confidence);
    let surest = scratch
        .candidates
        .iter()
        .filter(|c| c.hit.is_some())
        .max_by(|a, b| sure(a).total_cmp(&sure(b)));
    let seen = surest
        .and_then(|candidate| candidate.hit)
        .map(|hit| hit.name);
    let context = scene
        .context
        .pieces(scene.media.media_id.as_str(), seen, scene.locale);

    let mut picks = match scene.show {
        Some(_) => rank::put(scene, &mut scratch.ranked, &mut scratch.numbers),
        None => {
            let (ranked, numbers) = (&mut scratch.ranked, &mut scratch.numbers);
            rank::draw(rules, scene, &context, ranked, numbers)
        }
    };
    for (i, ranked) in scratch.ranked.iter().enumerate() {
        if picks.iter().all(|pick| pick.ranked != i) {
            reasons[ranked.lost_to() as usize] += 1;
        }
    }
    for pick in &mut picks {
        let live = scene.index.get(pick.at);
        pick.terms.mode = scene.mode;
        pick.terms.variant = sticky::variant(&scene.viewer.viewer_id, live.key, &live.weights);
    }
    if scene.mode == Mode::Holdout {
        reasons[Reason::Holdout as usize] = u32::try_from(picks.len()).unwrap_or(u32::MAX);
    }
    Choice {
        decision: decision_number(scene.seed),
        picks,
        reasons,
        context,
        free_at,
    }
}

/// Collects the candidates, or counts why there is none at all.
fn collect(scene: &Scene<'_>, found: &mut Vec<Candidate>, reasons: &mut [u32; Reason::ALL.len()]) {
    found.clear();
    let none = match scene.show {
        _ if scene.held => Some(Reason::Held),
        Some(show) if show.withdrawn => Some(Reason::Withdrawn),
        Some(show) => match scene.index.by_id(&show.instrument_id) {
            Some(at) => {
                found.push(Candidate { at, hit: None });
                None
            }
            None => Some(Reason::NotLive),
        },
        None => {
            candidates::collect(scene.index, scene.sight.hits(), scene.position, found);
            found.is_empty().then_some(Reason::NothingOnScreen)
        }
    };
    if let Some(reason) = none {
        reasons[reason as usize] = 1;
    }
}

/// The decision's id follows from its seed: a question that is asked again is the same decision.
pub(super) fn decision_number(seed: u64) -> u128 {
    let high = beckon_classifier::draw::mix(seed, 1);
    let low = beckon_classifier::draw::mix(seed, 2);
    // Marked as a UUID of version 8: made by our own rule.
    let number = (u128::from(high) << 64) | u128::from(low);
    (number & !(0xf << 76) & !(0b11 << 62)) | (0x8 << 76) | (0b10 << 62)
}
