//! Events: what the viewer did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::ErrorCode;

/// Up to 50 events. The receipts are the authority, so no token is needed; `application/json` or `text/plain`, at most 48 KiB.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventBatch {
    /// The events, in the order in which they happened.
    pub items: Vec<Event>,
    /// When this is sent, by the client's clock (RFC 3339). With it a clock that is wrong does no harm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
}

/// One thing that the viewer did. Unknown fields are ignored and counted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"event_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "type": "answer",
    "at": "2026-11-20T19:01:31.250Z", "receipt": "…", "answer": "fish"}))]
pub struct Event {
    /// A UUID made by the client: an event that comes twice is counted once.
    pub event_id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// When, by the client's clock (RFC 3339).
    pub at: String,
    /// The overlay's receipt.
    pub receipt: String,
    /// With `answer`: the `answer_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// It was drawn.
    Impression,
    /// Half of it was in view for a second.
    Viewable,
    /// Its button was pressed.
    Click,
    /// Its code was scanned. `GET /r/{code}` counts it; it is not taken here.
    Scan,
    /// An answer was given.
    Answer,
    /// It was sent away.
    Dismiss,
    /// What it was for was done. `POST /v1/conversions` takes it; it is not taken here.
    Conversion,
}

/// What became of each event, in the batch's order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"items": [
    {"event_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "status": "accepted", "standing": {"correct_answer_id": null,
        "tallies": [{"answer_id": "fish", "count": 212}, {"answer_id": "rain", "count": 31}]}},
    {"event_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e60", "status": "refused", "code": "receipt_invalid",
        "detail": "the receipt was not sealed by us"}
]}))]
pub struct EventReport {
    /// One entry an event.
    pub items: Vec<EventOutcome>,
}

/// What became of one event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventOutcome {
    /// The event.
    pub event_id: String,
    /// What became of it.
    pub status: EventStatus,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// Why it was refused, for a person to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// After an answer: how the question stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Stored; it will not be lost.
    Accepted,
    /// Known already; nothing was counted twice.
    Duplicate,
    /// Not stored; the code says why. Sending it again will not help.
    Refused,
}

/// How a question stands; told only to who has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    /// The right answer; `null` for a poll.
    #[schema(required)]
    pub correct_answer_id: Option<String>,
    /// How many gave each answer.
    pub tallies: Vec<AnswerTally>,
}

/// How many gave an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerTally {
    /// The answer.
    pub answer_id: String,
    /// How many viewers gave it.
    pub count: u64,
}
