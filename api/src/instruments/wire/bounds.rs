//! Bounds that many fields share: of texts, of counts, of how long something shows.

use std::ops::RangeInclusive;

use beckon_openapi::media as wire;

use crate::categories::Category;
use crate::error::{At, Refusal, Result};
use crate::instruments::Schedule;
use crate::instruments::definition::Kind;
use crate::instruments::show_time::ShowTime;
use crate::media::{OverlayLife, life_from_wire};
use crate::words::Time;

/// A second to a year: over what is counted how often something is shown.
pub(in crate::instruments) const COUNTED_MS: RangeInclusive<u64> = 1_000..=31_536_000_000;
/// A day at the most: how long something stays away.
pub(in crate::instruments) const AWAY_MS: RangeInclusive<u64> = 0..=86_400_000;
/// How often a cap lets something be shown.
pub(in crate::instruments) const TIMES: RangeInclusive<u32> = 1..=100;

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

/// A number within its bounds.
pub(in crate::instruments) fn within<N: PartialOrd + std::fmt::Display>(
    field: &str,
    value: N,
    bounds: RangeInclusive<N>,
) -> Result<N> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    let bound = format!("{}..={}", bounds.start(), bounds.end());
    Err(Refusal::field(field, format!("{field} is {value}"), bound).into())
}

/// A time in milliseconds within its bounds.
pub(in crate::instruments) fn ms(
    field: &str,
    value: u64,
    bounds: RangeInclusive<u64>,
) -> Result<i64> {
    let within = within(field, value, bounds)?;
    Ok(i64::try_from(within).map_err(anyhow::Error::from)?)
}

/// Ids of categories.
pub(in crate::instruments) fn categories(
    field: &str,
    ids: &[String],
    most: usize,
) -> Result<Vec<Category>> {
    count(field, ids.len(), 0, most)?;
    let ids = ids.iter().enumerate();
    ids.map(|(i, id)| Category::parse(id).at(&format!("{field}[{i}]")))
        .collect()
}

/// A schedule that ends after it begins.
pub(in crate::instruments) fn schedule(
    starts_at: Option<String>,
    ends_at: Option<String>,
) -> Result<Schedule> {
    let time = |field: &str, text: Option<String>| {
        text.map(|text| Time::parse(&text).at(field)).transpose()
    };
    let schedule = Schedule {
        starts_at: time("schedule.starts_at", starts_at)?,
        ends_at: time("schedule.ends_at", ends_at)?,
    };
    match (schedule.starts_at, schedule.ends_at) {
        (Some(start), Some(end)) if end <= start => {
            let detail = format!("it ends at {end} and begins at {start}");
            Err(Refusal::field("schedule.ends_at", detail, "after starts_at").into())
        }
        _ => Ok(schedule),
    }
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
