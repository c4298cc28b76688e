//! Cues: the signal on one media.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a cue says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CueKind {
    /// Each viewer asks for its own overlay.
    Check,
    /// A host puts one instrument to all: it is asked for with this cue's id, and all paint it at one position.
    Show,
    /// Take it off now: one instrument, or everything.
    Withdraw,
}

/// A cue to send now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "show", "instrument_id": "0193…", "lead_ms": 8000}))]
pub struct NewCue {
    /// What it says.
    pub kind: CueKind,
    /// The position it is about; the media's position at this moment unless told.
    #[serde(default)]
    pub seen_ms: Option<i64>,
    /// Over how long viewers spread their questions: 0 to 10 000 ms; the node's setting unless told.
    #[serde(default)]
    pub spread_ms: Option<u32>,
    /// With `show` the live instrument that all get; with `withdraw` the one to take off, everything unless told.
    #[serde(default)]
    pub instrument_id: Option<String>,
    /// With `show`, how far ahead of where the media stands all paint it: 0 to 60 000 ms, 8 000 unless told. It is there
    /// for everybody to hear of it and ask in time.
    #[serde(default)]
    pub lead_ms: Option<u32>,
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
    /// With `show` and `withdraw`: which instrument; a withdrawal without one is of everything, or of `instrument_ids`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument_id: Option<String>,
    /// With `withdraw`: which instruments, where they are several, 8 at the most. Where there are more, several cues say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument_ids: Option<Vec<String>>,
    /// With `show`: the position at which all paint it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_at_ms: Option<i64>,
}

/// Whether anything may be shown on a media now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"held": true}))]
pub struct Hold {
    /// Nothing is shown: overlays are taken off, and decisions are empty, with the reason `held`.
    pub held: bool,
}
