//! Who has clicked, answered or converted does not see it again, where it says so; a host's choice is no exception.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;
use crate::viewers::Acts;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    if live.stop_after == Acts::NONE {
        return None;
    }
    let done = scene.shown.acts(scene.viewer, live.key);
    done.meets(live.stop_after).then_some(Reason::Suppressed)
}
