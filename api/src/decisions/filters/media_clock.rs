//! It runs in its parts of the media only; where it shows counts.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let inside = live.in_media_clock(scene.media, scene.shows_at());
    (!inside).then_some(Reason::OutsideMediaClock)
}
