//! What is in an overlay's way: what is seen near where it shows, and what the media keeps clear.

use super::layout::{Rect, Room};
use super::scene::Scene;
use crate::detections::Area;
use crate::words::Window;

/// What is seen this close before and after counts: things move, and an overlay does not.
const NEAR_MS: i64 = 2_000;
/// What the recogniser is less sure of than this, in percent, is in nobody's way.
const SURE: f32 = 50.0;

/// The room on the scene's picture.
pub(super) fn of(scene: &Scene<'_>) -> Room {
    let details = &scene.media.details;
    let mut viewport = scene.viewport;
    viewport.captions |= details.burnt_in_captions;
    let kept = details.keep_clear.iter().map(|kept| Rect {
        left: kept.left,
        top: kept.top,
        width: kept.width,
        height: kept.height,
    });
    Room::new(viewport, kept.chain(seen(scene)))
}

fn seen<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = Rect> + 'a {
    let at = scene.shows_at();
    let near = Window::parse(at.back(NEAR_MS).ms(), at.forward(NEAR_MS).ms(), 2 * NEAR_MS);
    let near = near.into_iter();
    near.flat_map(|near| {
        scene.sight.pages().iter().flat_map(move |page| {
            let sure = page
                .within(near)
                .iter()
                .filter(|hit| hit.confidence >= SURE);
            sure.flat_map(|hit| page.boxes(hit).iter().map(rect))
        })
    })
}

fn rect(area: &Area) -> Rect {
    Rect {
        left: area.left * 100.0,
        top: area.top * 100.0,
        width: (area.right - area.left) * 100.0,
        height: (area.bottom - area.top) * 100.0,
    }
}

/// Languages that are read from right to left.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];

/// Whether the language of this tag is one of them.
pub(super) fn reads_from_right(locale: &str) -> bool {
    let language = locale.split('-').next().unwrap_or_default();
    RIGHT_TO_LEFT
        .iter()
        .any(|known| known.eq_ignore_ascii_case(language))
}
