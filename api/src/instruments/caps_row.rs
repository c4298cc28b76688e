//! Caps and cooldowns as they are stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::caps::{Cap, Caps, Cooldowns, LevelCaps, Period};
use super::definition::Kind;

/// Counts and times; for ever where there is none.
pub(super) type CapsRow = Vec<(u32, Option<i64>)>;

/// Caps to store.
pub(super) fn caps_to_row(caps: &Caps) -> CapsRow {
    let row = |cap: &Cap| match cap.period {
        Period::Within(ms) => (cap.count, Some(ms)),
        Period::Life => (cap.count, None),
    };
    caps.0.iter().map(row).collect()
}

/// Caps that were stored.
pub(super) fn caps_from_row(rows: CapsRow) -> Caps {
    let cap = |(count, ms): (u32, Option<i64>)| Cap {
        count,
        period: ms.map_or(Period::Life, Period::Within),
    };
    Caps(rows.into_iter().map(cap).collect())
}

/// Caps over all instruments, those of kinds by their names.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct LevelCapsRow {
    global: CapsRow,
    advertiser: CapsRow,
    kinds: BTreeMap<String, CapsRow>,
}

/// Cooldowns, those of kinds by their names.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CooldownsRow {
    global_ms: i64,
    kinds: BTreeMap<String, i64>,
    session_ms: i64,
    session_count: Option<u32>,
}

/// A kind that this node does not know was written by a newer one, and none of its instruments runs here.
fn by_kind<R, T>(rows: BTreeMap<String, R>, each: impl Fn(R) -> T) -> BTreeMap<Kind, T> {
    let known = |(name, row): (String, R)| {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
        kind.map(|kind| (kind, each(row)))
    };
    rows.into_iter().filter_map(known).collect()
}

impl From<&LevelCaps> for LevelCapsRow {
    fn from(caps: &LevelCaps) -> Self {
        let LevelCaps {
            global,
            advertiser,
            kinds,
        } = caps;
        let kind = |(kind, caps): (&Kind, &Caps)| (kind.as_str().to_owned(), caps_to_row(caps));
        Self {
            global: caps_to_row(global),
            advertiser: caps_to_row(advertiser),
            kinds: kinds.iter().map(kind).collect(),
        }
    }
}

impl From<LevelCapsRow> for LevelCaps {
    fn from(row: LevelCapsRow) -> Self {
        Self {
            global: caps_from_row(row.global),
            advertiser: caps_from_row(row.advertiser),
            kinds: by_kind(row.kinds, caps_from_row),
        }
    }
}

impl From<&Cooldowns> for CooldownsRow {
    fn from(cooldowns: &Cooldowns) -> Self {
        let Cooldowns {
            global_ms,
            kinds,
            session_ms,
            session_count,
        } = cooldowns;
        let kind = |(kind, ms): (&Kind, &i64)| (kind.as_str().to_owned(), *ms);
        Self {
            global_ms: *global_ms,
            kinds: kinds.iter().map(kind).collect(),
            session_ms: *session_ms,
            session_count: *session_count,
        }
    }
}

impl From<CooldownsRow> for Cooldowns {
    fn from(row: CooldownsRow) -> Self {
        Self {
            global_ms: row.global_ms,
            kinds: by_kind(row.kinds, |ms| ms),
            session_ms: row.session_ms,
            session_count: row.session_count,
        }
    }
}
