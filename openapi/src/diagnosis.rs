//! Diagnosis: why an instrument is not served.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::reason::Reason;

/// The period that is asked about.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiagnosisQuery {
    /// From when on (RFC 3339); a day before `to` unless told.
    #[serde(default)]
    pub from: Option<String>,
    /// Until when (RFC 3339); now unless told. At most 31 days after `from`.
    #[serde(default)]
    pub to: Option<String>,
}

/// What became of an instrument as a candidate, summed over all nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"instrument_id": "0193…", "from": "2026-11-19T19:00:00.000Z", "to": "2026-11-20T20:00:00.000Z",
    "considered": 1204, "chosen": 31, "reasons": [{"reason": "frequency_capped", "count": 980, "share": 0.814},
        {"reason": "outranked", "count": 193, "share": 0.16}],
    "summary": "It was considered 1204 times and chosen 31 times. What stopped it most, 980 times: The viewer has seen it as often as its cap allows.",
    "hints": []}))]
pub struct Diagnosis {
    /// The instrument.
    pub instrument_id: String,
    /// The first moment counted: a full hour (RFC 3339).
    pub from: String,
    /// Counted until before this moment: a full hour (RFC 3339).
    pub to: String,
    /// In how many decisions it was a candidate.
    pub considered: u64,
    /// In how many of them it was chosen.
    pub chosen: u64,
    /// What stopped it in the others, the most frequent first.
    pub reasons: Vec<ReasonShare>,
    /// The same in a sentence or two.
    pub summary: String,
    /// What keeps it from even becoming a candidate.
    pub hints: Vec<Hint>,
}

/// How often a reason stopped an instrument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReasonShare {
    /// The reason.
    pub reason: Reason,
    /// How often.
    pub count: u64,
    /// Of how often it was considered, 0 to 1.
    pub share: f64,
}

/// Something that keeps an instrument from becoming a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hint {
    /// What it is.
    pub hint: HintCode,
    /// The same for a person to read, with the facts.
    pub detail: String,
}

/// What can keep an instrument from becoming a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HintCode {
    /// It is not live now: nothing but live instruments is considered.
    NotLive,
    /// Its schedule has no moment in the period.
    OutsideSchedule,
    /// A media on which alone it may run is not registered.
    MediaUnknown,
    /// None of the names that trigger it has been detected on the media where it may run.
    TriggerNotDetected,
    /// They have been detected, but never as surely as its trigger asks for.
    TriggerTooUnsure,
    /// Nothing keeps it: nobody asked for a decision while it could run.
    NobodyAsked,
}
