//! It runs within its schedule: from its start on, and before its end.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let early = live.starts_at.is_some_and(|start| scene.now < start);
    let late = live.ends_at.is_some_and(|end| scene.now >= end);
    (early || late).then_some(Reason::OutsideSchedule)
}
