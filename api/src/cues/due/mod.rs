//! Due: which of the instruments that are triggered may be signalled now, as the media's overlay life stands.

use std::collections::HashMap;

use super::Kind;
use super::life::Terms;
use crate::media::{OverlayLife, QuietScope};
use crate::words::{InstrumentId, Position, Time};

/// An instrument that something on screen has triggered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triggered {
    /// Which.
    pub instrument_id: InstrumentId,
    /// How it lives on this media.
    pub life: OverlayLife,
    /// Where what triggers it was seen last.
    pub seen: Position,
}

/// What a life belongs to: one instrument, or the media as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The whole media.
    Media,
    /// One instrument on it.
    Instrument(InstrumentId),
}

/// When a life is free again, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free {
    /// By the media's positions.
    pub position_ms: i64,
    /// By the wall.
    pub at: Time,
}

/// The moment of a look, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// What was seen last.
    pub seen: Position,
    /// The wall's time.
    pub now: Time,
}

/// The lives of a media that are known.
pub type Lives = HashMap<Subject, Free>;

impl Free {
    /// Free as soon as either clock says so: one that steps back holds nothing up for ever.
    const fn has_come(self, moment: Moment) -> bool {
        self.position_ms <= moment.seen.ms() || self.at.ms() <= moment.now.ms()
    }

    const fn after(terms: Terms, moment: Moment) -> Self {
        Self {
            position_ms: terms.free(moment.seen.ms()),
            at: Time::from_ms(terms.free(moment.now.ms())),
        }
    }
}

/// The lives that begin if a signal is sent now; empty where none is due.
#[must_use]
pub fn due(triggered: &[Triggered], lives: &Lives, moment: Moment) -> Vec<(Subject, Free)> {
    let is_free = |subject: &Subject| lives.get(subject).is_none_or(|free| free.has_come(moment));
    if !is_free(&Subject::Media) {
        return Vec::new();
    }
    let mut begin = Vec::new();
    let mut media: Option<Free> = None;
    for Triggered {
        instrument_id,
        life,
        seen: _,
    } in triggered
    {
        let subject = Subject::Instrument(instrument_id.clone());
        if !is_free(&subject) {
            continue;
        }
        let free = Free::after(Terms::from(*life), moment);
        begin.push((subject, free));
        if life.quiet_scope == QuietScope::Media {
            // Any of them may be what a viewer is shown: the media rests as long as the longest asks.
            media = Some(match media {
                Some(known) if known.position_ms >= free.position_ms => known,
                _ => free,
            });
        }
    }
    begin.extend(media.map(|free| (Subject::Media, free)));
    begin
}

/// The lives that a host's show begins, whatever rests: nothing is signalled on top of it, nor in its quiet.
#[must_use]
pub fn begun(kind: &Kind, life: OverlayLife, moment: Moment) -> Vec<(Subject, Free)> {
    let Kind::Show { instrument_id, .. } = kind else {
        return Vec::new();
    };
    let shown = Triggered {
        instrument_id: instrument_id.clone(),
        life,
        seen: moment.seen,
    };
    due(&[shown], &Lives::new(), moment)
}

#[cfg(test)]
mod tests;
