//! Caps and cooldowns on the wire and in the domain.

use std::collections::BTreeMap;

use beckon_openapi::caps as wire;

use super::bounds::{AWAY_MS, COUNTED_MS, TIMES, ms, within};
use crate::error::{Refusal, Result};
use crate::instruments::caps::{Cap, Caps, Cooldowns, LevelCaps, Period};
use crate::instruments::definition::Kind;

const MOST_CAPS: usize = 8;

/// Checked caps of one level; a refusal names the field below `field`.
///
/// # Errors
/// When there are too many, or one is out of its bounds.
pub fn caps_from_wire(field: &str, wire: Vec<wire::Cap>) -> Result<Caps> {
    super::count(field, wire.len(), 0, MOST_CAPS)?;
    let caps = wire.into_iter().enumerate();
    let caps = caps.map(|(i, cap)| cap_from_wire(&format!("{field}[{i}]"), cap));
    Ok(Caps(caps.collect::<Result<_>>()?))
}

fn cap_from_wire(field: &str, wire: wire::Cap) -> Result<Cap> {
    let wire::Cap { count, per, per_ms } = wire;
    let count = within(&format!("{field}.count"), count, TIMES)?;
    let period = match (per, per_ms) {
        (Some(wire::CapPeriod::Minute), None) => Period::MINUTE,
        (Some(wire::CapPeriod::Hour), None) => Period::HOUR,
        (Some(wire::CapPeriod::Day), None) => Period::DAY,
        (Some(wire::CapPeriod::Life), None) => Period::Life,
        (None, Some(per_ms)) => Period::Within(ms(&format!("{field}.per_ms"), per_ms, COUNTED_MS)?),
        (Some(_), Some(_)) | (None, None) => {
            let detail = "a cap counts over `per` or over `per_ms`";
            return Err(Refusal::field(field, detail, "exactly one of per and per_ms").into());
        }
    };
    Ok(Cap { count, period })
}

/// Caps for the wire.
#[must_use]
pub fn caps_to_wire(caps: &Caps) -> Vec<wire::Cap> {
    let cap = |cap: &Cap| {
        let (per, per_ms) = match cap.period {
            Period::MINUTE => (Some(wire::CapPeriod::Minute), None),
            Period::HOUR => (Some(wire::CapPeriod::Hour), None),
            Period::DAY => (Some(wire::CapPeriod::Day), None),
            Period::Life => (Some(wire::CapPeriod::Life), None),
            Period::Within(ms) => (None, Some(ms.unsigned_abs())),
        };
        let count = cap.count;
        wire::Cap { count, per, per_ms }
    };
    caps.0.iter().map(cap).collect()
}

/// Checked caps over all instruments.
///
/// # Errors
/// When a kind is unknown, or a cap is out of its bounds.
pub fn level_caps_from_wire(field: &str, wire: wire::LevelCaps) -> Result<LevelCaps> {
    let wire::LevelCaps {
        global,
        advertiser,
        kind,
    } = wire;
    Ok(LevelCaps {
        global: caps_from_wire(&format!("{field}.global"), global)?,
        advertiser: caps_from_wire(&format!("{field}.advertiser"), advertiser)?,
        kinds: by_kind(&format!("{field}.kind"), kind, caps_from_wire)?,
    })
}

/// Caps over all instruments for the wire.
#[must_use]
pub fn level_caps_to_wire(caps: &LevelCaps) -> wire::LevelCaps {
    let LevelCaps {
        global,
        advertiser,
        kinds,
    } = caps;
    let kind = |(kind, caps): (&Kind, &Caps)| (kind.as_str().to_owned(), caps_to_wire(caps));
    wire::LevelCaps {
        global: caps_to_wire(global),
        advertiser: caps_to_wire(advertiser),
        kind: kinds.iter().map(kind).collect(),
    }
}

/// Checked cooldowns.
///
/// # Errors
/// When a kind is unknown, or a cooldown is out of its bounds.
pub fn cooldowns_from_wire(field: &str, wire: wire::Cooldowns) -> Result<Cooldowns> {
    let wire::Cooldowns {
        global_ms,
        kind_ms,
        session_ms,
        session_count,
    } = wire;
    let at = format!("{field}.session_count");
    let session_count = session_count.map(|count| within(&at, count, 1..=1_000));
    Ok(Cooldowns {
        global_ms: cooldown(&format!("{field}.global_ms"), global_ms)?,
        kinds: by_kind(&format!("{field}.kind_ms"), kind_ms, cooldown)?,
        session_ms: cooldown(&format!("{field}.session_ms"), session_ms)?,
        session_count: session_count.transpose()?,
    })
}

/// Cooldowns for the wire.
#[must_use]
pub fn cooldowns_to_wire(cooldowns: &Cooldowns) -> wire::Cooldowns {
    let Cooldowns {
        global_ms,
        kinds,
        session_ms,
        session_count,
    } = cooldowns;
    let kind = |(kind, ms): (&Kind, &i64)| (kind.as_str().to_owned(), ms.unsigned_abs());
    wire::Cooldowns {
        global_ms: global_ms.unsigned_abs(),
        kind_ms: kinds.iter().map(kind).collect(),
        session_ms: session_ms.unsigned_abs(),
        session_count: *session_count,
    }
}

fn cooldown(field: &str, ms: u64) -> Result<i64> {
    super::bounds::ms(field, ms, AWAY_MS)
}

fn by_kind<W, T>(
    field: &str,
    wire: BTreeMap<String, W>,
    each: impl Fn(&str, W) -> Result<T>,
) -> Result<BTreeMap<Kind, T>> {
    let checked = |(name, value): (String, W)| {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
        let kind = kind.ok_or_else(|| {
            let known = Kind::ALL.map(Kind::as_str).join(", ");
            Refusal::field(field, format!("`{name}` is no kind"), known)
        })?;
        Ok((kind, each(&format!("{field}.{name}"), value)?))
    };
    wire.into_iter().map(checked).collect()
}
