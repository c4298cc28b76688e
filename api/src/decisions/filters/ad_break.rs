//! It runs in the stream's ad breaks only where it may.

use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, live: &Live) -> Option<Reason> {
    (scene.in_ad_break && !live.in_ad_breaks).then_some(Reason::AdBreak)
}
