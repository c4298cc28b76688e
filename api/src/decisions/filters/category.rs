//! A viewer's opt-out from a category always wins, whoever asks for the overlay and whatever consent there is.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    live.categories
        .meets(scene.viewer.opt_outs())
        .then_some(Reason::CategoryOptedOut)
}
