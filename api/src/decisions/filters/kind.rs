//! The client must be able to draw it.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    (scene.can_draw & live.kind.bit() == 0).then_some(Reason::CannotDraw)
}
