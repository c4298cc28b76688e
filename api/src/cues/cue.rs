//! What a cue is.

use crate::words::{CueId, InstrumentId, MediaId, Position, Time};

/// How long a cue is good for: whoever meets it later, as in a recording, ignores it.
const VALID_MS: i64 = 60_000;

/// What a cue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Each viewer asks for its own overlay.
    Check,
    /// A host puts one instrument to all.
    Show {
        /// Which.
        instrument_id: InstrumentId,
        /// Where all paint it.
        at: Position,
    },
    /// Take it off now.
    Withdraw {
        /// Which instruments, eight at the most; everything where none is named.
        instruments: Vec<InstrumentId>,
    },
}

/// So many ids fit into a cue beside all else.
pub(super) const MOST_WITHDRAWN: usize = 8;

impl Kind {
    /// The kind as it is stored.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Show { .. } => "show",
            Self::Withdraw { .. } => "withdraw",
        }
    }

    /// The instruments that it speaks of.
    #[must_use]
    pub const fn instruments(&self) -> &[InstrumentId] {
        match self {
            Self::Check => &[],
            Self::Show { instrument_id, .. } => std::slice::from_ref(instrument_id),
            Self::Withdraw { instruments } => instruments.as_slice(),
        }
    }

    /// Where all paint it.
    #[must_use]
    pub const fn show_at(&self) -> Option<Position> {
        match self {
            Self::Show { at, .. } => Some(*at),
            Self::Check | Self::Withdraw { .. } => None,
        }
    }
}

/// What a new cue should say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewKind {
    /// Each viewer asks for its own overlay.
    Check,
    /// One instrument to all.
    Show {
        /// Which.
        instrument_id: InstrumentId,
        /// How far ahead of where the media stands: long enough for everybody to hear of it and ask.
        lead_ms: i64,
    },
    /// Take it off now.
    Withdraw {
        /// Which instruments; everything where none is named.
        instruments: Vec<InstrumentId>,
    },
}

/// A cue to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCue {
    /// What it says.
    pub kind: NewKind,
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
    /// A cue that is sent at this moment, while the media stands at `stands_at`.
    #[must_use]
    pub fn new(
        cue_id: CueId,
        media_id: MediaId,
        new: NewCue,
        stands_at: Position,
        spread_ms: u32,
        now: Time,
    ) -> Self {
        let (kind, lead_ms) = match new.kind {
            NewKind::Check => (Kind::Check, 0),
            NewKind::Show {
                instrument_id,
                lead_ms,
            } => {
                let at = stands_at.forward(lead_ms);
                (Kind::Show { instrument_id, at }, lead_ms)
            }
            NewKind::Withdraw { instruments } => (Kind::Withdraw { instruments }, 0),
        };
        Self {
            cue_id,
            media_id,
            // Nobody asks because of a withdrawal: there is nothing to spread.
            spread_ms: match kind {
                Kind::Withdraw { .. } => 0,
                Kind::Check | Kind::Show { .. } => new.spread_ms.unwrap_or(spread_ms),
            },
            kind,
            seen: new.seen.unwrap_or(stands_at),
            sent_at: now,
            valid_until: now.plus_ms(VALID_MS).plus_ms(lead_ms),
        }
    }
}

#[cfg(test)]
impl Cue {
    /// A check cue, for tests.
    pub(super) fn check(id: &str, media: &str, now: Time) -> Self {
        let kind = NewKind::Check;
        Self::of(id, media, kind, now)
    }

    /// A cue of this kind on a media that stands at its zero, for tests.
    pub(super) fn of(id: &str, media: &str, kind: NewKind, now: Time) -> Self {
        let new = NewCue {
            kind,
            seen: None,
            spread_ms: None,
        };
        let cue_id = CueId::parse(id).expect("an id");
        let media_id = MediaId::parse(media).expect("an id");
        Self::new(cue_id, media_id, new, Position::ZERO, 0, now)
    }
}
