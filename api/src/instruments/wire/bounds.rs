//! Bounds that many fields share: of texts, of counts, of how long something shows.

use beckon_openapi::media as wire;

use crate::error::{Refusal, Result};
use crate::instruments::definition::Kind;
use crate::instruments::show_time::ShowTime;
use crate::media::{OverlayLife, life_from_wire};

/// A text that a person reads. Markup in it is text like any other: whoever shows it shows it as text. Control
/// characters have no way to be shown.
pub(in crate::instruments) fn text(field: &str, value: String, longest: usize) -> Result<String> {
    let length = value.chars().count();
    let plain = !value.trim().is_empty() && !value.chars().any(char::is_control);
    if plain && length <= longest {
        return Ok(value);
    }
    let bound = format!("1 to {longest} characters, no control characters");
    let detail = if plain {
        format!("{field} has {length} characters")
    } else {
        format!("{field} is blank or holds control characters")
    };
    Err(Refusal::field(field, detail, bound).into())
}

/// How many of something there may be.
pub(in crate::instruments) fn count(
    field: &str,
    found: usize,
    least: usize,
    most: usize,
) -> Result<()> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let detail = format!("{field} holds {found}");
    Err(Refusal::field(field, detail, format!("{least} to {most}")).into())
}

/// A life that shows no shorter and no longer than the kind may.
pub(super) fn life_of_kind(wire: wire::OverlayLife, kind: Kind) -> Result<OverlayLife> {
    let life = life_from_wire("overlay_life", wire)?;
    let ShowTime { least_ms, most_ms } = ShowTime::of(kind);
    if ShowTime::of(kind).holds(life.show_ms) {
        return Ok(life);
    }
    let detail = format!("a {} does not show for {} ms", kind.as_str(), life.show_ms);
    let bound = format!("{least_ms}..={most_ms}");
    Err(Refusal::field("overlay_life.show_ms", detail, bound).into())
}
