//! Competitors are kept apart: while one is on the screen, for a time after it, and within one answer.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    live.advertiser?;
    let rules = &scene.delivery.separation;
    let apart = scene.shown.advertised(scene).iter().any(|(at, hides_at)| {
        let apart_ms = rules.between(live, scene.index.get(*at));
        apart_ms.is_some_and(|ms| scene.now < hides_at.plus_ms(ms))
    });
    apart.then_some(Reason::Separated)
}
