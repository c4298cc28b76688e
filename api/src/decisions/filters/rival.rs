//! An advertiser never stands beside a rival that is on screen.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    live.meets_rival(&scene.sight)
        .then_some(Reason::RivalOnScreen)
}
