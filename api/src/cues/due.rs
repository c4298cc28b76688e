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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn triggered(id: &str, show_ms: i64, quiet_ms: i64, quiet_scope: QuietScope) -> Triggered {
        Triggered {
            instrument_id: InstrumentId::parse(id).expect("an id"),
            life: OverlayLife {
                show_ms,
                quiet_ms,
                quiet_scope,
            },
            seen: Position::ZERO,
        }
    }

    fn moment(ms: i64) -> Moment {
        Moment {
            seen: Position::parse(ms).expect("a position"),
            now: Time::from_ms(1_000_000 + ms),
        }
    }

    fn subjects(begin: &[(Subject, Free)]) -> Vec<String> {
        let name = |(subject, _): &(Subject, Free)| match subject {
            Subject::Media => String::new(),
            Subject::Instrument(id) => id.to_string(),
        };
        begin.iter().map(name).collect()
    }

    #[test]
    fn an_instrument_of_its_own_quiet_leaves_others_free() {
        let (a, b) = (
            triggered("a", 100, 500, QuietScope::Instrument),
            triggered("b", 100, 500, QuietScope::Instrument),
        );
        let mut lives = Lives::new();
        lives.extend(due(std::slice::from_ref(&a), &lives, moment(0)));
        assert!(due(std::slice::from_ref(&a), &lives, moment(599)).is_empty());
        assert_eq!(subjects(&due(&[a.clone(), b], &lives, moment(50))), ["b"]);
        assert_eq!(subjects(&due(&[a], &lives, moment(600))), ["a"]);
    }

    #[test]
    fn where_the_media_rests_nothing_is_due() {
        let (a, b) = (
            triggered("a", 100, 500, QuietScope::Media),
            triggered("b", 1, 0, QuietScope::Instrument),
        );
        let mut lives = Lives::new();
        lives.extend(due(&[a, b.clone()], &lives, moment(0)));
        assert_eq!(lives.len(), 3);
        assert!(due(std::slice::from_ref(&b), &lives, moment(599)).is_empty());
        assert_eq!(subjects(&due(&[b], &lives, moment(600))), ["b"]);
    }

    #[test]
    fn nothing_is_due_where_nothing_is_triggered() {
        assert!(due(&[], &Lives::new(), moment(0)).is_empty());
    }

    /// What may happen: time goes on, one of the clocks steps back, one of two nodes looks.
    #[derive(Debug, Clone)]
    enum Step {
        On(i64),
        WallBack(i64),
        PositionBack(i64),
        Look,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (1_i64..300).prop_map(Step::On),
            1 => (1_i64..5_000).prop_map(Step::WallBack),
            1 => (1_i64..5_000).prop_map(Step::PositionBack),
            6 => Just(Step::Look),
        ];
        prop::collection::vec(step, 1..120)
    }

    /// A stored table as two nodes see it: each look reads and writes it as one.
    struct World {
        real: i64,
        wall: i64,
        position: i64,
        lives: Lives,
        shown: Vec<i64>,
    }

    impl World {
        fn take(&mut self, step: &Step, triggered: &[Triggered]) {
            match step {
                Step::On(ms) => {
                    self.real += ms;
                    self.wall += ms;
                    self.position += ms;
                }
                Step::WallBack(ms) => self.wall -= ms,
                Step::PositionBack(ms) => self.position = (self.position - ms).max(0),
                Step::Look => {
                    let moment = Moment {
                        seen: Position::parse(self.position).expect("not below zero"),
                        now: Time::from_ms(self.wall),
                    };
                    let begin = due(triggered, &self.lives, moment);
                    if !begin.is_empty() {
                        self.shown.push(self.real);
                    }
                    self.lives.extend(begin);
                }
            }
        }
    }

    fn world() -> World {
        World {
            real: 0,
            wall: 1_000_000,
            position: 10_000,
            lives: Lives::new(),
            shown: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn no_interleaving_signals_twice_in_one_life(steps in steps()) {
            let one = [triggered("a", 400, 800, QuietScope::Media)];
            let mut world = world();
            for step in &steps {
                world.take(step, &one);
            }
            for pair in world.shown.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 1_200, "{:?}", world.shown);
            }
        }

        #[test]
        fn while_one_clock_is_sound_nothing_rests_for_ever(steps in steps(), wall_is_sound in any::<bool>()) {
            let one = [triggered("a", 400, 800, QuietScope::Instrument)];
            let mut world = world();
            for step in &steps {
                match step {
                    Step::WallBack(_) if wall_is_sound => {}
                    Step::PositionBack(_) if !wall_is_sound => {}
                    step => world.take(step, &one),
                }
            }
            world.take(&Step::On(1_200), &one);
            let before = world.shown.len();
            world.take(&Step::Look, &one);
            prop_assert_eq!(world.shown.len(), before + 1, "a life is over 1.2 s after the last moment");
        }
    }
}
