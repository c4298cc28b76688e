//! Its campaign has something left to give, and is not ahead of its plan.

use crate::decisions::budget;
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
    budget::reason(scene.tills.standing(campaign, scene.now))
}
