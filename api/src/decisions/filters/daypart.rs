//! It runs in its hours only, by the clocks of its own place.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    (!live.in_daypart(&scene.clock)).then_some(Reason::OutsideDaypart)
}
