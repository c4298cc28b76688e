//! Cues: the signal on one media.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a cue says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CueKind {
    /// Each viewer asks for its own overlay.
    Check,
}

/// A cue to send now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "check"}))]
pub struct NewCue {
    /// What it says.
    pub kind: CueKind,
    /// The position it is about; the media's position at this moment unless told.
    #[serde(default)]
    pub seen_ms: Option<i64>,
    /// Over how long viewers spread their questions: 0 to 10 000 ms; the node's setting unless told.
    #[serde(default)]
    pub spread_ms: Option<u32>,
}

/// A cue as it travels in the stream and by SSE: compact JSON under 1 KB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "beckon": 1, "kind": "check", "cue_id": "0193…", "media_id": "harbour-cup", "seen_ms": 81000,
    "sent_at": "2026-11-20T19:01:23.400Z", "valid_until": "2026-11-20T19:02:23.400Z", "spread_ms": 400
}))]
pub struct Cue {
    /// Our mark and the version of this shape; metadata without it belongs to the host.
    pub beckon: u32,
    /// What it says.
    pub kind: CueKind,
    /// Its id: a cue that was seen is ignored.
    pub cue_id: String,
    /// The media it is about.
    pub media_id: String,
    /// The position it is about; where it lies in the stream is another one.
    pub seen_ms: i64,
    /// When it was sent (RFC 3339).
    pub sent_at: String,
    /// After this it is ignored (RFC 3339).
    pub valid_until: String,
    /// Each viewer waits a random part of this before it asks.
    pub spread_ms: u32,
}
