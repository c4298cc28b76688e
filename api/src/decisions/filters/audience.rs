//! The viewer must be in its audience, and a profile counts only with consent.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let audience = live.audience.as_ref()?;
    if !scene.personal {
        return Some(Reason::NoConsent);
    }
    (!audience.holds(scene.viewer.attributes())).then_some(Reason::OutsideAudience)
}
