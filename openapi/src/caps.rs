//! Caps and cooldowns: how often one viewer is shown something, and how long nothing follows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// At most so often within a period: `{"count": 3, "per": "day"}`. Exactly one of `per` and `per_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"count": 3, "per": "day"}))]
pub struct Cap {
    /// At most this often: 1 to 100.
    pub count: u32,
    /// Within this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<CapPeriod>,
    /// Within this time: 1 000 to 31 536 000 000 ms. Beyond a day the newest 256 showings of the viewer are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_ms: Option<u64>,
}

/// The time over which a cap counts. It rolls: a day is the last 24 hours, not the calendar's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapPeriod {
    /// The last 60 seconds.
    Minute,
    /// The last 60 minutes.
    Hour,
    /// The last 24 hours.
    Day,
    /// For ever.
    Life,
}

/// Caps per viewer over all instruments, on every device and media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"global": [{"count": 20, "per": "day"}], "advertiser": [{"count": 3, "per": "hour"}],
    "kind": {"ad": [{"count": 6, "per": "hour"}]}}))]
pub struct LevelCaps {
    /// Everything together; at most 8 caps.
    #[serde(default)]
    pub global: Vec<Cap>,
    /// Everything of one advertiser, whichever it is; at most 8 caps.
    #[serde(default)]
    pub advertiser: Vec<Cap>,
    /// Everything of one kind, by the kind's name; at most 8 caps each.
    #[serde(default)]
    pub kind: BTreeMap<String, Vec<Cap>>,
}

/// How long nothing follows an overlay, counted from when it hides; at most 86 400 000 ms each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"global_ms": 60000, "kind_ms": {"ad": 300000}, "session_ms": 120000, "session_count": 12}))]
pub struct Cooldowns {
    /// After any overlay, on whatever device and media: nothing for so long.
    #[serde(default)]
    pub global_ms: u64,
    /// After an overlay of this kind, by its name: none of the kind for so long.
    #[serde(default)]
    pub kind_ms: BTreeMap<String, u64>,
    /// After an overlay since the session began (`session_ms` of the question): nothing for so long.
    #[serde(default)]
    pub session_ms: u64,
    /// How many overlays a viewer sees from the session's begin on: 1 to 1 000; no limit unless told.
    #[serde(default)]
    pub session_count: Option<u32>,
}
