//! So many of some kinds for so many of others, as the mix rules say.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    // What a host puts to all is chosen: there is nothing to mix.
    let mixed = scene.show.is_none() && scene.shown.held(scene).mixed.has(live.kind);
    mixed.then_some(Reason::Mixed)
}
