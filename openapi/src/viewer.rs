//! Viewers: a pseudonymous id with a profile and consent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A typed attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum AttributeValue {
    /// True or false.
    Bool(bool),
    /// A number; it must be finite.
    Number(f64),
    /// A text of at most 128 characters.
    Text(String),
    /// Up to 16 texts.
    List(Vec<String>),
}

/// A viewer's profile: a full replacement of what stands there.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "demography": {"age": 34, "country": "NO"}, "behaviour": {"visits": 3},
    "psychograph": {"likes": ["birds", "coffee"]}, "attributes": {"plan": "free"}, "consent": {"personalisation": true},
    "opt_out_categories": ["gambling"]
}))]
pub struct ViewerProfile {
    /// Who the viewer is: `age`, `country`, …; at most 32 attributes.
    #[serde(default)]
    pub demography: BTreeMap<String, AttributeValue>,
    /// What the viewer does: `visits`, `device`, …; at most 32 attributes.
    #[serde(default)]
    pub behaviour: BTreeMap<String, AttributeValue>,
    /// What the viewer cares for: `likes`, …; at most 32 attributes.
    #[serde(default)]
    pub psychograph: BTreeMap<String, AttributeValue>,
    /// Anything else of yours; at most 32 attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, AttributeValue>,
    /// What the viewer agreed to.
    #[serde(default)]
    pub consent: Consent,
    /// Ids of categories of which the viewer wants to see nothing, or what lies in them; this always wins, and needs no
    /// consent to be kept.
    #[serde(default)]
    pub opt_out_categories: Vec<String>,
}

/// What the viewer agreed to; nothing unless told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The profile may choose what is shown. Without it the choice is by what is on screen alone.
    #[serde(default)]
    pub personalisation: bool,
}

/// A stored viewer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "viewer_id": "v-81c2", "profile": {"demography": {"age": 34.0, "country": "NO"}, "behaviour": {"visits": 3.0},
        "psychograph": {"likes": ["birds", "coffee"]}, "attributes": {}, "consent": {"personalisation": true}, "opt_out_categories": ["gambling"]},
    "exposures": [{"instrument_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "media_id": "harbour-cup",
        "shown_at": "2026-11-20T19:01:21.000Z"}],
    "updated_at": "2026-11-20T18:30:00.000Z"
}))]
pub struct Viewer {
    /// 1 to 128 of `A-Za-z0-9._:-`: a pseudonym, never a name or an address.
    pub viewer_id: String,
    /// The profile.
    pub profile: ViewerProfile,
    /// What the viewer was shown, the newest first; at most 50.
    pub exposures: Vec<Exposure>,
    /// When the profile was last stored (RFC 3339).
    pub updated_at: String,
}

/// One instrument shown to one viewer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Exposure {
    /// What was shown.
    pub instrument_id: String,
    /// On which media.
    pub media_id: String,
    /// When (RFC 3339).
    pub shown_at: String,
}
