//! Filters: one rule a file, asked in the order of their cost; the first that objects is the reason.

mod ad_break;
mod audience;
mod frequency;
mod kind;
mod life;
mod media;
mod schedule;

pub(super) use life::{held_until, life_of};

use super::scene::{Reason, Scene};
use crate::instruments::Live;

/// Why this instrument may not run for this viewer now; `None` where it may.
pub(super) fn objection(scene: &Scene<'_>, live: &Live) -> Option<Reason> {
    media::objection(scene, live)
        .or_else(|| schedule::objection(scene, live))
        .or_else(|| kind::objection(scene, live))
        .or_else(|| ad_break::objection(scene, live))
        .or_else(|| audience::objection(scene, live))
        // A host waits for no overlay and no quiet.
        .or_else(|| scene.show.is_none().then(|| life::objection(scene, live))?)
        .or_else(|| frequency::objection(scene, live))
}
