//! Results: what became of an instrument.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::AnswerTally;

/// What became of an instrument, over all its versions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"instrument_id": "0193…", "impressions": 1204, "viewable": 1180, "clicks": 0, "scans": 0, "answers": 431,
    "dismissals": 52, "conversions": 0, "engaged_rate": 0.358, "engaged_low": 0.331, "engaged_high": 0.386,
    "tallies": [{"answer_id": "fish", "count": 300}, {"answer_id": "rain", "count": 131}],
    "conversion_values": [], "uncounted": 2, "as_of": "2026-11-20T19:05:00Z"}))]
pub struct Results {
    /// The instrument.
    pub instrument_id: String,
    /// How often it was drawn.
    pub impressions: u64,
    /// How often half of it was in view for a second.
    pub viewable: u64,
    /// How often its button was pressed.
    pub clicks: u64,
    /// How often its code was scanned.
    pub scans: u64,
    /// How many viewers answered.
    pub answers: u64,
    /// How often it was sent away.
    pub dismissals: u64,
    /// How often what it was for was done.
    pub conversions: u64,
    /// The share of drawn overlays that were clicked, scanned, answered or converted; `null` before the first impression.
    #[schema(required)]
    pub engaged_rate: Option<f64>,
    /// Lower end of the rate's 95 % interval (Wilson).
    #[schema(required)]
    pub engaged_low: Option<f64>,
    /// Upper end of it.
    #[schema(required)]
    pub engaged_high: Option<f64>,
    /// How many gave each answer; empty where there is no question.
    pub tallies: Vec<AnswerTally>,
    /// What its conversions were worth, by currency.
    pub conversion_values: Vec<ConversionValue>,
    /// How much came before its overlay's impression, and waits for it or waited in vain; in no other number.
    pub uncounted: u64,
    /// When these numbers were read (RFC 3339).
    pub as_of: String,
}

/// How a question stands, as it is told while votes come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"instrument_id": "0193…", "answers": 431,
    "tallies": [{"answer_id": "fish", "count": 300}, {"answer_id": "rain", "count": 131}], "as_of": "2026-11-20T19:05:00Z"}))]
pub struct LiveResults {
    /// The instrument.
    pub instrument_id: String,
    /// How many viewers have answered.
    pub answers: u64,
    /// How many gave each answer, in the question's order.
    pub tallies: Vec<AnswerTally>,
    /// When these numbers were read (RFC 3339).
    pub as_of: String,
}

/// What conversions were worth in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConversionValue {
    /// ISO 4217.
    pub currency: String,
    /// In millionths of it.
    pub value_micros: i64,
}
