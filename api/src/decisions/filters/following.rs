//! An upsell follows something: who was not shown that is not shown this.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

/// Wherever it was shown: on another media or another device too.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let follows = live.follows?;
    let met = scene
        .shown
        .iter()
        .any(|showing| showing.instrument == follows);
    (!met).then_some(Reason::NotFollowing)
}
