//! A viewer's opt-out from a category always wins, whoever asks for the overlay and whatever consent there is.

use crate::decisions::candidates::Candidate;
use crate::decisions::missing::Lack;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    // Of a viewer that could not be read the opt-outs are not known: then nothing runs that somebody may opt out of.
    let unknown = scene.missing.has(Lack::ViewerMissing) && !live.categories.is_empty();
    let opted_out = unknown || live.categories.meets(scene.viewer.opt_outs());
    opted_out.then_some(Reason::CategoryOptedOut)
}
