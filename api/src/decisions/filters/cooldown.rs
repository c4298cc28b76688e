//! Nothing follows an overlay too soon: cooldowns over everything, over its kind, and within the session.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    // A host waits for no cooldown, as for no quiet.
    let cooling = scene.show.is_none() && scene.shown.limits(scene).cooling & live.kind.bit() != 0;
    cooling.then_some(Reason::CoolingDown)
}
