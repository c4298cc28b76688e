//! Triggers: what must be on screen, and what must not.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::detection::DetectionKind;

/// What must be on screen: one of `names` and `any`, all of `all`, and nothing of `none`.
///
/// Detections of celebrities trigger only instruments with a `person_right`. Without `names`, `any` and `all` it may run
/// at any cue that something else sets off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "names": ["Kingfisher"], "min_confidence": 80,
    "none": [{"kind": "label", "name": "Cat"}]
}))]
pub struct Trigger {
    /// Up to 50 names, each short for a condition of nothing else; one of them is enough. They match whatever the case.
    #[serde(default)]
    pub names: Vec<String>,
    /// Up to 32 conditions; one of them, or of `names`, is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<Condition>,
    /// Up to 32 conditions that must all hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<Condition>,
    /// Up to 32 conditions of which none may hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub none: Vec<Condition>,
    /// How sure the recogniser must be, 0 to 100, unless a condition says otherwise; 50 unless told.
    #[serde(default)]
    #[schema(required)]
    pub min_confidence: Option<f64>,
    /// For how long at a stretch it must be on screen, unless a condition says otherwise: 0 to 10 000 ms, 0 unless told.
    /// Detections that lie no more than 2 s apart are one stretch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_on_screen_ms: Option<u64>,
    /// Somebody must be on screen who endorses the advertiser, as entities have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub advertiser_endorsed_by_detected: bool,
}

/// What one detection must be; all that is told must hold of the same one. It names a kind, a name, an entity, a parent
/// or a category at the least.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What kind of thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DetectionKind>,
    /// Its name, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The entity that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// It shows an entity that this one endorses: a brand that this celebrity endorses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsed_by: Option<String>,
    /// What it is a kind of, as the recogniser says: `Vehicle`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The recogniser's category; or an id of `GET /v1/categories`, for entities of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How sure the recogniser must be, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<f64>,
    /// For how long at a stretch it must be on screen: 0 to 10 000 ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_on_screen_ms: Option<u64>,
    /// The least share of the picture that a box of it takes, 0 to 1. What has no box has no size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_box: Option<f64>,
    /// The largest share of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_box: Option<f64>,
    /// Where in the picture the middle of that box lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// A part of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// A third of it, by name.
    Third(Third),
    /// A box, in ratios of the picture.
    Box(RegionBox),
}

/// A third of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Third {
    /// From the left edge.
    Left,
    /// Between the left and the right third.
    Centre,
    /// To the right edge.
    Right,
    /// From the top edge.
    Top,
    /// Between the top and the bottom third.
    Middle,
    /// To the bottom edge.
    Bottom,
}

/// A box within the picture, in ratios of its width and height.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionBox {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}
