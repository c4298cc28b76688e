//! What is on screen must be what it asks for, and nothing that it excludes.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

/// A host asks for nothing on screen. Nothing is spoiled: what lies ahead of the viewer counts only where the
/// instrument says so.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let until = match live.allow_forward {
        true => scene.sight.ends_at(),
        false => scene.position,
    };
    let unmet = scene.show.is_none() && !live.is_triggered(&scene.sight, until);
    unmet.then_some(Reason::TriggerUnmet)
}
