//! No kill switch stops it: not its own, not its advertiser's, not the media's.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let killed = scene.killed;
    let stopped = killed.stops_media(&scene.media.media_id) || killed.stops_instrument(live);
    stopped.then_some(Reason::Killed)
}
