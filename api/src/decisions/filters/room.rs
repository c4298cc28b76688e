//! There must be a place for it on the picture, clear of what is seen, kept clear and captioned.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

/// Where a strip fits, everything does: as a strip.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, _: &Live) -> Option<Reason> {
    scene.room().is_full().then_some(Reason::NoRoom)
}
