//! What a cue is.

use crate::words::{CueId, MediaId, Position, Time};

/// How long a cue is good for: whoever meets it later, as in a recording, ignores it.
const VALID_MS: i64 = 60_000;

/// What a cue says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Each viewer asks for its own overlay.
    Check,
}

impl Kind {
    /// The kind as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
        }
    }
}

/// A cue to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCue {
    /// What it says.
    pub kind: Kind,
    /// What it is about; where the media stands now unless told.
    pub seen: Option<Position>,
    /// Over how long viewers spread their questions; the node's setting unless told.
    pub spread_ms: Option<u32>,
}

/// The signal on one media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// Its id: a cue that was seen is ignored.
    pub cue_id: CueId,
    /// The media it is about.
    pub media_id: MediaId,
    /// What it says.
    pub kind: Kind,
    /// What it is about; where in the stream it will lie nobody knows yet.
    pub seen: Position,
    /// When it was sent.
    pub sent_at: Time,
    /// After this it is ignored.
    pub valid_until: Time,
    /// Each viewer waits a random part of this before it asks.
    pub spread_ms: u32,
}

impl Cue {
    /// A check cue that is sent at this moment.
    #[must_use]
    pub const fn check(
        cue_id: CueId,
        media_id: MediaId,
        seen: Position,
        spread_ms: u32,
        now: Time,
    ) -> Self {
        Self {
            cue_id,
            media_id,
            kind: Kind::Check,
            seen,
            sent_at: now,
            valid_until: now.plus_ms(VALID_MS),
            spread_ms,
        }
    }
}
