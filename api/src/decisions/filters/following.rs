//! An upsell follows something: who was never shown that is not shown this; a host's choice is no exception.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;
use crate::viewers::Level;

/// Wherever and whenever it was shown: on another media, on another device, and so long ago that it is only counted.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let followed = live.follows?;
    let counts = scene.viewer.counts();
    let met = counts.showings(Level::Instrument, followed.code) > 0
        || scene.shown.of(followed.key).next().is_some();
    (!met).then_some(Reason::NotFollowing)
}
