//! It runs on its media only.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    (!live.runs_on(&scene.media.media_id)).then_some(Reason::OtherMedia)
}
