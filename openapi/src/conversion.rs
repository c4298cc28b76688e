//! Conversions: what an advertiser's server says came of a click.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::EventStatus;
use crate::problem::ErrorCode;

/// Up to 500 conversions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversionBatch {
    /// The conversions.
    pub items: Vec<Conversion>,
}

/// Something that was bought, or signed up for. It names its click; where an operator tells it, a viewer and an
/// instrument may stand in place of that.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"conversion_id": "order-20931", "beckon_click_id": "amay7lpq…",
    "at": "2026-11-20T19:21:07Z", "value_micros": 189_000_000, "currency": "EUR"}))]
pub struct Conversion {
    /// What you call it: 1 to 128 characters. One that comes twice from the same caller is counted once.
    pub conversion_id: String,
    /// The `beckon_click_id` with which the viewer came.
    #[serde(default)]
    pub beckon_click_id: Option<String>,
    /// Without a click: who converted.
    #[serde(default)]
    pub viewer_id: Option<String>,
    /// Without a click: by which instrument, which it was shown within the time of attribution.
    #[serde(default)]
    pub instrument_id: Option<String>,
    /// When (RFC 3339).
    pub at: String,
    /// What it was worth, in millionths of the currency.
    #[serde(default)]
    pub value_micros: Option<u64>,
    /// A currency in use, by its code of ISO 4217: `EUR`. Needed with `value_micros`.
    #[serde(default)]
    pub currency: Option<String>,
}

/// What became of each conversion, in the batch's order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"items": [{"conversion_id": "order-20931", "status": "accepted"},
    {"conversion_id": "order-20932", "status": "refused", "code": "click_not_found", "detail": "there is no such click"}]}))]
pub struct ConversionReport {
    /// One entry a conversion.
    pub items: Vec<ConversionOutcome>,
}

/// What became of one conversion.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConversionOutcome {
    /// The conversion.
    pub conversion_id: String,
    /// What became of it.
    pub status: EventStatus,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// Why it was refused, for a person to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
