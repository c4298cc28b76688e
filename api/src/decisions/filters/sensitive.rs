//! What is restricted keeps away from minors, injuries and everything under moderation.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    live.is_near_sensitive(&scene.sight)
        .then_some(Reason::NearSensitive)
}
