//! Review: where instruments stand, their versions, and the steps from state to state.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instrument::NewInstrument;

/// Where an instrument stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstrumentState {
    /// Being written; never shown.
    Draft,
    /// Its first version waits for approval; never shown.
    InReview,
    /// A version is approved, and it has not gone live yet.
    Approved,
    /// Its approved version may be shown.
    Live,
    /// Not shown for now.
    Paused,
    /// Not shown any more, for good.
    Archived,
}

/// Where the review of an instrument's latest version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Being written, or sent back.
    Draft,
    /// It waits for somebody else's approval.
    InReview,
    /// Approved: it is the version that runs.
    Approved,
}

/// One version of an instrument. It never changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "instrument_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "version": 1, "author": "mia", "created_at": "2026-11-20T18:40:00.000Z",
    "approved_by": "max", "approved_at": "2026-11-20T18:42:10.000Z", "definition": {"name": "Kingfisher poll",
        "content": {"kind": "poll", "question": "What is it waiting for?", "answers": [
            {"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]},
        "trigger": {"names": ["Kingfisher"], "min_confidence": 80.0}}
}))]
pub struct InstrumentVersion {
    /// Of which instrument.
    pub instrument_id: String,
    /// Counts from 1.
    pub version: u32,
    /// Who wrote it; `null` where that was not kept yet.
    #[schema(required)]
    pub author: Option<String>,
    /// When it was written (RFC 3339).
    pub created_at: String,
    /// Who approved it.
    #[schema(required)]
    pub approved_by: Option<String>,
    /// When it was approved (RFC 3339).
    #[schema(required)]
    pub approved_at: Option<String>,
    /// What it says.
    pub definition: NewInstrument,
}

/// The state to go to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "approved", "note": "the price is right"}))]
pub struct StateChange {
    /// `in_review` submits the latest version, `approved` approves it, `draft` takes it back or sends it back; `live`,
    /// `paused` and `archived` move the instrument.
    pub state: InstrumentState,
    /// What to say about it in the audit trail; up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
