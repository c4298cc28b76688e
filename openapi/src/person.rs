//! People in the picture: who opted out, and what was erased.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Why somebody opted out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOptOut {
    /// Why, or on whose word; 1 to 256 bytes.
    #[serde(default)]
    #[schema(required)]
    pub note: Option<String>,
}

/// Somebody who opted out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "external_id": "1SK7cR8M", "note": "letter of 2026-11-02", "opted_out_at": "2026-11-20T19:00:00.000Z"
}))]
pub struct OptOut {
    /// The recogniser's id of the person.
    pub external_id: String,
    /// Why, or on whose word.
    #[schema(required)]
    pub note: Option<String>,
    /// When (RFC 3339).
    pub opted_out_at: String,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"detections": 12, "media": 2}))]
pub struct ErasureReport {
    /// How many detections are gone.
    pub detections: u64,
    /// Of how many media they were.
    pub media: u64,
}

/// Whom to erase.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PersonQuery {
    /// The celebrity's name, as the recogniser says it.
    pub name: String,
}
