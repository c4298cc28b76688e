//! The viewer sees it only as often as its cap allows, over all media.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let cap = live.frequency_cap?;
    let within = |shown_at| scene.now.since(shown_at) < cap.per_ms;
    let seen = scene
        .shown
        .iter()
        .filter(|showing| showing.instrument == live.key && within(showing.shown_at));
    (seen.count() >= cap.count as usize).then_some(Reason::FrequencyCapped)
}
