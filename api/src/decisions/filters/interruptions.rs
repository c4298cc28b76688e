//! A viewer has one budget of interruptions, over all media and instruments; a host's choice keeps it like any cap.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let interrupted = scene.shown.held(scene).interrupted.has(live.kind);
    interrupted.then_some(Reason::Interrupted)
}
