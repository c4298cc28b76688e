//! What this node knows of the cues of late: which were shows, and whether they were withdrawn since.

use std::collections::HashMap;

use super::{Cue, Kind};
use crate::words::{CueId, InstrumentId, MediaId, Position, Time};

/// A cue is forgotten this long after it was sent: players that hear it later ignore it.
const KEPT_MS: i64 = 180_000;
/// How many cues are known before old ones are looked for.
const CROWDED: usize = 1_024;

/// What a host put to all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Show {
    /// The instrument.
    pub instrument_id: InstrumentId,
    /// Where all paint it.
    pub at: Position,
    /// It was taken back.
    pub withdrawn: bool,
}

/// What is known of a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It puts this to all.
    Show(Show),
    /// It says something else.
    Other,
}

#[derive(Debug)]
struct Entry {
    media_id: MediaId,
    sent_at: Time,
    found: Found,
}

#[derive(Debug)]
struct Withdrawal {
    media_id: MediaId,
    sent_at: Time,
    /// Everything where none is named.
    instruments: Vec<InstrumentId>,
}

/// The cues of late.
#[derive(Debug, Default)]
pub(super) struct Known {
    cues: HashMap<CueId, Entry, foldhash::quality::RandomState>,
    withdrawals: Vec<Withdrawal>,
}

impl Known {
    /// Learns of a cue; in whatever order they come, a show that was taken back stays so.
    pub(super) fn learn(&mut self, cue: &Cue, now: Time) {
        if self.cues.contains_key(&cue.cue_id) {
            return;
        }
        if self.cues.len() >= CROWDED {
            self.forget(now);
        }
        let found = match &cue.kind {
            Kind::Check => Found::Other,
            Kind::Show { instrument_id, at } => Found::Show(Show {
                withdrawn: self
                    .withdrawals
                    .iter()
                    .any(|w| w.takes(&cue.media_id, instrument_id, cue.sent_at)),
                instrument_id: instrument_id.clone(),
                at: *at,
            }),
            Kind::Withdraw { instruments } => {
                let withdrawal = Withdrawal {
                    media_id: cue.media_id.clone(),
                    sent_at: cue.sent_at,
                    instruments: instruments.clone(),
                };
                for entry in self.cues.values_mut() {
                    if let Found::Show(show) = &mut entry.found {
                        show.withdrawn |=
                            withdrawal.takes(&entry.media_id, &show.instrument_id, entry.sent_at);
                    }
                }
                self.withdrawals.push(withdrawal);
                Found::Other
            }
        };
        let entry = Entry {
            media_id: cue.media_id.clone(),
            sent_at: cue.sent_at,
            found,
        };
        self.cues.insert(cue.cue_id.clone(), entry);
    }

    /// What is known of this cue of this media; `None` where nothing is.
    pub(super) fn get(&self, media_id: &MediaId, cue_id: &str) -> Option<Found> {
        let entry = self.cues.get(cue_id)?;
        // On another media it means nothing, and looking it up would change nothing.
        let here = entry.media_id == *media_id;
        Some(if here {
            entry.found.clone()
        } else {
            Found::Other
        })
    }

    fn forget(&mut self, now: Time) {
        let young = |sent_at: Time| now.since(sent_at) < KEPT_MS;
        self.cues.retain(|_, entry| young(entry.sent_at));
        self.withdrawals.retain(|w| young(w.sent_at));
    }
}

impl Withdrawal {
    fn takes(&self, media_id: &MediaId, instrument_id: &InstrumentId, sent_at: Time) -> bool {
        self.media_id == *media_id
            && sent_at <= self.sent_at
            && (self.instruments.is_empty() || self.instruments.contains(instrument_id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::NewKind;
    use super::*;

    fn id(id: &str) -> InstrumentId {
        InstrumentId::parse(id).expect("an id")
    }

    fn show(cue: &str, instrument: &str, at_ms: i64) -> Cue {
        let kind = NewKind::Show {
            instrument_id: id(instrument),
            lead_ms: 8_000,
        };
        Cue::of(cue, "m", kind, Time::from_ms(at_ms))
    }

    fn withdraw(cue: &str, instrument: Option<&str>, at_ms: i64) -> Cue {
        let kind = NewKind::Withdraw {
            instruments: instrument.map(id).into_iter().collect(),
        };
        Cue::of(cue, "m", kind, Time::from_ms(at_ms))
    }

    fn withdrawn(known: &Known, cue: &str) -> Option<bool> {
        match known.get(&MediaId::parse("m").expect("an id"), cue)? {
            Found::Show(show) => Some(show.withdrawn),
            Found::Other => None,
        }
    }

    #[test]
    fn a_withdrawal_takes_back_what_was_put_before_it_in_whatever_order_they_are_heard_of() {
        let cues = [
            show("a", "poll", 1_000),
            withdraw("w", Some("poll"), 2_000),
            show("again", "poll", 3_000),
            show("quiz", "quiz", 1_500),
        ];
        for first in 0..cues.len() {
            let mut known = Known::default();
            for at in 0..cues.len() {
                known.learn(&cues[(first + at) % cues.len()], Time::from_ms(4_000));
            }
            assert_eq!(withdrawn(&known, "a"), Some(true));
            assert_eq!(withdrawn(&known, "again"), Some(false));
            assert_eq!(withdrawn(&known, "quiz"), Some(false));
            known.learn(&withdraw("all", None, 5_000), Time::from_ms(5_000));
            assert_eq!(withdrawn(&known, "quiz"), Some(true));
        }
    }

    #[test]
    fn a_cue_means_nothing_on_another_media() {
        let mut known = Known::default();
        known.learn(&show("a", "poll", 0), Time::from_ms(0));
        let other = MediaId::parse("n").expect("an id");
        assert_eq!(known.get(&other, "a"), Some(Found::Other));
        assert_eq!(known.get(&other, "unknown"), None);
    }

    #[test]
    fn the_memory_keeps_to_cues_of_late() {
        let mut known = Known::default();
        for n in 0..10_000 {
            let cue = Cue::check(&n.to_string(), "m", Time::from_ms(n * 1_000));
            known.learn(&cue, Time::from_ms(n * 1_000));
        }
        assert!(known.cues.len() <= CROWDED + 1, "{}", known.cues.len());
        assert!(known.cues.contains_key("9999"));
    }
}
