//! The viewer's overlay life: nothing while an overlay shows, then quiet, for its instrument or the whole media.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;
use crate::media::{OverlayLife, QuietScope};
use crate::words::Time;

/// The life of an instrument's overlays on this media: its own, else the media's, else the node's; shown neither shorter
/// nor longer than its kind and its words allow.
pub(in crate::decisions) fn life_of(scene: &Scene<'_>, live: &Live) -> OverlayLife {
    live.life_on(scene.life)
}

/// Until when what was shown keeps this instrument from running; `None` where nothing does.
fn held(scene: &Scene<'_>, live: &Live) -> Option<(Time, Reason)> {
    let life = life_of(scene, live);
    let lately = scene.shown.lately(scene.now);
    let hidden_at = match life.quiet_scope {
        QuietScope::Media => lately.hidden_at,
        QuietScope::Instrument => {
            let hidden = scene.shown.of(live.key).filter(|showing| showing.here);
            let hidden = hidden.map(|showing| showing.hides_at);
            hidden.filter(|hides_at| *hides_at <= scene.now).max()
        }
    };
    let quiet_until = hidden_at.map(|hidden_at| hidden_at.plus_ms(life.quiet_ms));
    let quiet = quiet_until.filter(|until| scene.now < *until);
    let showing = lately.shows_until.map(|until| (until, Reason::Showing));
    let holds = showing
        .into_iter()
        .chain(quiet.map(|until| (until, Reason::Quiet)));
    holds.max_by_key(|(until, _)| *until)
}

/// From when on nothing that was shown keeps this instrument from running.
pub(in crate::decisions) fn held_until(scene: &Scene<'_>, live: &Live) -> Option<Time> {
    held(scene, live).map(|(until, _)| until)
}

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    // A host waits for no overlay and no quiet.
    if scene.show.is_some() {
        return None;
    }
    held(scene, live).map(|(_, reason)| reason)
}
