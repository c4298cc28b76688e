//! Its campaign has something left to give, and is not ahead of its plan.

use crate::decisions::budget::{self, Standing};
use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::decisions::terms::Mode;
use crate::instruments::Live;

/// It is asked last, and not for who only tries out: whom any other rule stops takes nothing of a budget. What was reserved for this very question stays so.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let campaign = live
        .campaign
        .as_ref()
        .filter(|_| scene.mode != Mode::Test)?;
    if scene.reserved.of(live.key).is_some() {
        return None;
    }
    match scene.tills.standing(campaign, scene.now) {
        // For who is held out nothing is bought and no till is filled: for anybody else this one would have been.
        Standing::Dry if scene.mode == Mode::Holdout => None,
        standing => budget::reason(standing),
    }
}
