//! The choice itself: pure, from values to values.

use std::cell::RefCell;
use std::sync::Arc;

use beckon_classifier::schema::Piece;

use super::candidates::{self, Candidate};
use super::decide::NamedPolicy;
use super::rank::{self, Ranked};
use super::receipt::Other;
use super::shown::Shown;
use super::{Ranking, context, filters};
use crate::detections::Page;
use crate::instruments::Index;
use crate::media::{Media, OverlayLife};
use crate::viewers::Viewer;
use crate::words::{Position, Time, Window};

/// Why a candidate was left out, or why there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing that triggers an instrument is in the window.
    NothingOnScreen,
    /// It runs on other media only.
    OtherMedia,
    /// Its schedule has not begun, or is over.
    OutsideSchedule,
    /// The client cannot draw its kind.
    CannotDraw,
    /// The viewer is not in its audience.
    OutsideAudience,
    /// Its audience asks for a profile that may not be used.
    NoConsent,
    /// The viewer has seen it as often as its cap allows.
    FrequencyCapped,
    /// It, or the media, is in its quiet time.
    Quiet,
    /// An overlay is on this viewer's screen.
    Showing,
    /// Another candidate went before it.
    Outranked,
}

impl Reason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::NothingOnScreen,
        Self::OtherMedia,
        Self::OutsideSchedule,
        Self::CannotDraw,
        Self::OutsideAudience,
        Self::NoConsent,
        Self::FrequencyCapped,
        Self::Quiet,
        Self::Showing,
        Self::Outranked,
    ];
}

/// Everything that a choice depends on.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) media: &'a Media,
    pub(super) window: Window,
    pub(super) position: Position,
    pub(super) pages: &'a [Arc<Page>],
    pub(super) index: &'a Index,
    pub(super) viewer: &'a Viewer,
    /// The profile may be used.
    pub(super) personal: bool,
    pub(super) shown: &'a Shown,
    pub(super) can_draw: u8,
    pub(super) slots: usize,
    pub(super) ranking: &'a Ranking,
    pub(super) context: &'a context::Fields,
    pub(super) locale: Option<&'a str>,
    pub(super) policy: &'a NamedPolicy,
    /// The media's overlay life, or the node's.
    pub(super) life: OverlayLife,
    pub(super) seed: u64,
    pub(super) now: Time,
}

/// What was chosen, and what was not, and why.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) decision: u128,
    pub(super) picks: Vec<Pick>,
    /// How many candidates each reason left out, by the reason's number.
    pub(super) reasons: [u32; Reason::ALL.len()],
    pub(super) context: Vec<Piece>,
    /// The first moment at which a candidate that is only held by an overlay's life could run.
    pub(super) free_at: Option<Time>,
}

/// One chosen instrument.
#[derive(Debug)]
pub(super) struct Pick {
    /// Its place in the index.
    pub(super) at: u32,
    pub(super) show_ms: i64,
    /// Which of the ranked it is, and out of which stretch of them it was drawn.
    pub(super) ranked: usize,
    pub(super) tier: std::ops::Range<usize>,
    /// How likely it was to be chosen, given the slots before it.
    pub(super) propensity: f64,
}

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

/// Lends the worker's scratch memory.
pub(super) fn with_scratch<T>(run: impl FnOnce(&mut Scratch) -> T) -> T {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    SCRATCH.with_borrow_mut(run)
}

/// Chooses.
pub(super) fn choose(scene: &Scene<'_>, scratch: &mut Scratch) -> Choice {
    let hits = scene
        .pages
        .iter()
        .flat_map(|page| page.within(scene.window));
    candidates::collect(scene.index, hits, scene.position, &mut scratch.candidates);

    let mut reasons = [0; Reason::ALL.len()];
    let mut free_at: Option<Time> = None;
    scratch.stopped.clear();
    scratch.ranked.clear();
    for candidate in &scratch.candidates {
        let live = scene.index.get(candidate.at);
        let objection = filters::objection(scene, live);
        scratch.stopped.push(objection);
        match objection {
            None => scratch.ranked.push(Ranked {
                at: candidate.at,
                priority: live.priority,
                score: 0.0,
                propensity: 0.0,
            }),
            Some(reason) => {
                reasons[reason as usize] += 1;
                if matches!(reason, Reason::Quiet | Reason::Showing) {
                    let free = filters::held_until(scene, live);
                    free_at = [free_at, free].into_iter().flatten().min();
                }
            }
        }
    }
    if scratch.candidates.is_empty() {
        reasons[Reason::NothingOnScreen as usize] = 1;
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

    let picks = rank::draw(scene, &context, &mut scratch.ranked, &mut scratch.numbers);
    let outranked = scratch.ranked.len() - picks.len();
    reasons[Reason::Outranked as usize] = u32::try_from(outranked).unwrap_or(u32::MAX);
    Choice {
        decision: decision_number(scene.seed),
        picks,
        reasons,
        context,
        free_at,
    }
}

/// The decision's id follows from its seed: a question that is asked again is the same decision.
fn decision_number(seed: u64) -> u128 {
    let high = beckon_classifier::draw::mix(seed, 1);
    let low = beckon_classifier::draw::mix(seed, 2);
    // Marked as a UUID of version 8: made by our own rule.
    let number = (u128::from(high) << 64) | u128::from(low);
    (number & !(0xf << 76) & !(0b11 << 62)) | (0x8 << 76) | (0b10 << 62)
}
