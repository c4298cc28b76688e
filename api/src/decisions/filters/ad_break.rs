//! It runs in the stream's ad breaks only where it may.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

/// Where it shows counts, which a host may have put elsewhere than where the viewer asked. Hardly an instrument stays
/// out of breaks, so they are looked through for those alone.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let in_break = || scene.breaks.iter().any(|one| one.holds(scene.shows_at()));
    (!live.in_ad_breaks && in_break()).then_some(Reason::AdBreak)
}
