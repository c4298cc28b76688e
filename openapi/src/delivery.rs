//! Delivery rules: what holds over all instruments of the installation, for each viewer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caps::{Cooldowns, LevelCaps};
use crate::instrument::InstrumentKind;

/// The rules to follow from now on: a full replacement of those that stand.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "mix": [{"most": 1, "kinds": ["ad", "promotion"], "per": 3, "of": ["poll", "quiz", "trivia"]}],
    "interruptions": {"count": 6, "per_ms": 3600000},
    "separation": {"advertisers_ms": 600000, "categories_ms": 900000, "categories": ["alcohol", "gambling"]},
    "caps": {"global": [{"count": 20, "per": "day"}], "kind": {"ad": [{"count": 6, "per": "hour"}]}},
    "cooldowns": {"global_ms": 60000, "kind_ms": {"ad": 300000}},
    "value": {"EUR": 1.0, "USD": 0.92}
}))]
pub struct NewDeliveryRules {
    /// So many of some kinds for so many of others; each holds by itself. At most 16.
    #[serde(default)]
    pub mix: Vec<Mix>,
    /// How often a viewer may be interrupted at all; as often as the overlay life lets it unless told.
    #[serde(default)]
    pub interruptions: Option<Interruptions>,
    /// How long competitors are kept apart.
    #[serde(default)]
    pub separation: Separation,
    /// How often a viewer is shown anything, anything of one advertiser, and anything of one kind.
    #[serde(default)]
    pub caps: LevelCaps,
    /// How long nothing follows an overlay.
    #[serde(default)]
    pub cooldowns: Cooldowns,
    /// What one unit of a currency is worth, in rewards: above 0, at most 1 000. By it, what a campaign pays counts within a
    /// tier beside the expected reward: per impression as a whole, per click, answer or conversion as likely as the expected
    /// reward says. Whoever expects twice as much of a showing, engagement and money together, has twice the odds. A currency
    /// that is not named is worth nothing; without any, money does not count.
    #[serde(default)]
    pub value: BTreeMap<String, f64>,
}

/// The rules as they stand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "version": 3, "mix": [{"most": 1, "kinds": ["ad", "promotion"], "per": 3, "of": ["poll", "quiz", "trivia"]}],
    "interruptions": {"count": 6, "per_ms": 3600000, "kinds": ["ad", "promotion", "poll", "quiz", "trivia", "product", "upsell"]},
    "separation": {"advertisers_ms": 600000, "categories_ms": 900000, "categories": ["alcohol", "gambling"]},
    "caps": {"global": [{"count": 20, "per": "day"}], "advertiser": [], "kind": {"ad": [{"count": 6, "per": "hour"}]}},
    "cooldowns": {"global_ms": 60000, "kind_ms": {"ad": 300000}, "session_ms": 0, "session_count": null},
    "value": {"EUR": 1.0, "USD": 0.92},
    "updated_at": "2026-11-20T18:42:10.000Z"
}))]
pub struct DeliveryRules {
    /// Counts their changes; 0 before anybody wrote any.
    pub version: u32,
    /// So many of some kinds for so many of others.
    pub mix: Vec<Mix>,
    /// How often a viewer may be interrupted at all.
    #[schema(required)]
    pub interruptions: Option<Interruptions>,
    /// How long competitors are kept apart.
    pub separation: Separation,
    /// How often a viewer is shown anything, anything of one advertiser, and anything of one kind.
    pub caps: LevelCaps,
    /// How long nothing follows an overlay.
    pub cooldowns: Cooldowns,
    /// What one unit of a currency is worth, in rewards.
    pub value: BTreeMap<String, f64>,
    /// When they were last changed (RFC 3339).
    #[schema(required)]
    pub updated_at: Option<String>,
}

/// At most `most` of `kinds` for every `per` of `of` that the viewer was shown. They are earned: before the first of
/// `kinds`, too, `per` of `of` must have been shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// At most this many, 1 to 20,
    pub most: u32,
    /// of these kinds,
    pub kinds: Vec<InstrumentKind>,
    /// for so many, 1 to 20,
    pub per: u32,
    /// of those, none of which is in `kinds`.
    pub of: Vec<InstrumentKind>,
}

/// A viewer's one budget of interruptions, over all media and instruments. Every overlay counts: nobody asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interruptions {
    /// At most this often: 1 to 100.
    pub count: u32,
    /// Within this time: 1 000 to 31 536 000 000 ms.
    pub per_ms: u64,
    /// Which kinds count; all unless told.
    #[serde(default)]
    pub kinds: Option<Vec<InstrumentKind>>,
}

/// How long competitors are kept apart for one viewer, from when the first hides. In one answer, and while one of them is
/// on the screen, they always are. Who competes: whoever an instrument's `competes_with` names, rivals by their
/// entities, and different advertisers in one of `categories`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Separation {
    /// Between advertisers that compete: 0 to 86 400 000 ms.
    #[serde(default)]
    pub advertisers_ms: u64,
    /// Between different advertisers in one of `categories`: 0 to 86 400 000 ms.
    #[serde(default)]
    pub categories_ms: u64,
    /// Ids of categories, or of what they lie within, in which advertisers compete. At most 100.
    #[serde(default)]
    pub categories: Vec<String>,
}
