//! What is on screen must be what it asks for, and nothing that it excludes.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;
use crate::words::Position;

/// A host asks for nothing on screen. Nothing is spoiled: what lies ahead of the viewer counts only where the
/// instrument says so.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let unmet = scene.show.is_none() && !live.is_triggered(&scene.sight, until(scene, live));
    unmet.then_some(Reason::TriggerUnmet)
}

fn until(scene: &Scene<'_>, live: &Live) -> Position {
    match live.allow_forward {
        true => scene.sight.ends_at(),
        false => scene.position,
    }
}

/// Which of its conditions does not hold: looked up where somebody asks.
pub(in crate::decisions) fn unmet(scene: &Scene<'_>, live: &Live) -> Option<String> {
    let trigger = live.trigger.as_ref()?;
    let unmet = trigger.unmet(&scene.sight, until(scene, live))?;
    Some(unmet.to_string())
}
