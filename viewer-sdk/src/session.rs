//! One attached player: what is heard, what to ask, and what is due.

use crate::anchor::Anchor;
use crate::caps::Caps;
use crate::cue::{CueFacts, CueGate, CueVerdict, wait_ms};
use crate::outbox::Outbox;
use crate::schedule::Schedule;

/// How far back a question reaches where its cue does not ask for more.
const BACKWARD_MS: i64 = 10_000;
/// How wide a question's window may be at the most.
const WINDOW_MS_MAX: i64 = 60_000;
/// A server that plans checks too close together is not followed.
const CHECK_APART_MS: i64 = 1_000;

/// Where a cue was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the stream, at this media time, and at this date where the segment has one.
    InStream {
        /// The player's clock at the cue.
        media_time_ms: i64,
        /// The stream's own date at the cue.
        date_ms: Option<i64>,
    },
    /// Beside the stream, while the player's clock stood here.
    Beside {
        /// The player's clock now.
        media_time_ms: i64,
    },
}

/// What a cue led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// What became of it.
    pub verdict: CueVerdict,
    /// The position at which it lies in the stream.
    pub place_ms: Option<i64>,
    /// Where it was taken: how long to wait before asking.
    pub wait_ms: u32,
}

/// The question to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Where the overlay will show.
    pub position_ms: i64,
    /// How far back the window reaches.
    pub backward_ms: i64,
}

/// What became of an overlay that was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// It is on the schedule under this key.
    Due(u32),
    /// This device was given it already.
    Seen,
    /// Its time has passed, or never was.
    TooLate,
}

/// Everything the SDK knows about one attached player; its parts are its own to call.
#[derive(Debug)]
pub struct Session {
    gate: CueGate,
    /// From the player's clock to positions.
    pub anchor: Anchor,
    /// What is due.
    pub schedule: Schedule,
    /// What is unsent.
    pub outbox: Outbox,
    /// What the device was given.
    pub caps: Caps,
    next_check_ms: Option<i64>,
    last_asked_ms: Option<i64>,
}

impl Session {
    /// A session on a media whose zero is this moment.
    #[must_use]
    pub fn new(media_id: &str, zero_ms: i64) -> Self {
        Self {
            gate: CueGate::new(media_id),
            anchor: Anchor::new(zero_ms),
            schedule: Schedule::default(),
            outbox: Outbox::default(),
            caps: Caps::default(),
            next_check_ms: None,
            last_asked_ms: None,
        }
    }

    /// A cue came. `random` (0..1) is this viewer's share of the spread.
    pub fn hear(&mut self, cue: &CueFacts, place: Place, now_ms: i64, random: f64) -> Heard {
        let verdict = self.gate.judge(cue, now_ms);
        if verdict != CueVerdict::Taken {
            return Heard {
                verdict,
                place_ms: self.look_up(cue, place),
                wait_ms: 0,
            };
        }
        match place {
            Place::InStream {
                date_ms: Some(date_ms),
                ..
            } => self.anchor.see_dated_cue(cue.sent_at_ms, date_ms),
            Place::InStream { media_time_ms, .. } => {
                self.anchor.see_cue(cue.sent_at_ms, media_time_ms)
            }
            // A cue beside the stream says nothing about the channel's delay; it anchors only what nothing else does.
            Place::Beside { media_time_ms } if self.anchor.source().is_none() => {
                self.anchor.see_cue(cue.sent_at_ms, media_time_ms);
            }
            Place::Beside { .. } => {}
        }
        Heard {
            verdict,
            place_ms: self.look_up(cue, place),
            wait_ms: wait_ms(cue.spread_ms, random),
        }
    }

    /// The question for a cue at this place about that position, asked while the playhead stands here.
    #[must_use]
    pub fn question(
        &mut self,
        place_ms: Option<i64>,
        seen_ms: i64,
        playhead_ms: Option<i64>,
    ) -> Question {
        let position_ms = place_ms.max(playhead_ms).unwrap_or(seen_ms).max(0);
        self.last_asked_ms = Some(position_ms);
        let reach = position_ms.saturating_sub(seen_ms).max(BACKWARD_MS);
        Question {
            position_ms,
            backward_ms: reach.min(WINDOW_MS_MAX),
        }
    }

    /// An overlay was decided, while the playhead stands here; `put` where a host put it to all.
    pub fn plan(
        &mut self,
        decision_id: &str,
        instrument_id: &str,
        times: (i64, i64),
        put: bool,
        playhead_ms: Option<i64>,
    ) -> Planned {
        let (show_at_ms, hide_at_ms) = times;
        if playhead_ms.is_some_and(|playhead| playhead >= hide_at_ms) {
            return Planned::TooLate;
        }
        if !self.caps.take(decision_id, instrument_id) {
            return Planned::Seen;
        }
        self.schedule
            .add(show_at_ms, hide_at_ms, put)
            .map_or(Planned::TooLate, Planned::Due)
    }

    /// The server says at which position to ask again, whether or not a cue comes.
    pub fn plan_check(&mut self, at_ms: Option<i64>) {
        let earliest = self
            .last_asked_ms
            .map_or(0, |asked| asked.saturating_add(CHECK_APART_MS));
        self.next_check_ms = at_ms.map(|at| at.max(earliest));
    }

    /// True once, when the playhead has reached the planned check.
    pub fn check_is_due(&mut self, playhead_ms: i64) -> bool {
        self.next_check_ms
            .take_if(|at| *at <= playhead_ms)
            .is_some()
    }

    fn look_up(&self, cue: &CueFacts, place: Place) -> Option<i64> {
        match place {
            Place::InStream {
                date_ms: Some(date_ms),
                ..
            } => self.anchor.position_of_date(date_ms),
            Place::InStream { media_time_ms, .. } => self.anchor.position_at(media_time_ms),
            Place::Beside { .. } => Some(self.anchor.place_of(cue.sent_at_ms).max(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ZERO: i64 = 1_700_000_000_000;

    fn cue(id: &str, seen_ms: i64, sent_ms: i64) -> CueFacts {
        CueFacts {
            version: 1,
            kind: "check".into(),
            cue_id: id.into(),
            media_id: "cup".into(),
            seen_ms,
            sent_at_ms: ZERO + sent_ms,
            valid_until_ms: ZERO + sent_ms + 60_000,
            spread_ms: 400,
        }
    }

    #[test]
    fn a_cue_in_a_dated_segment_lies_at_its_date_minus_zero() {
        let mut session = Session::new("cup", ZERO);
        let place = Place::InStream {
            media_time_ms: 5_000,
            date_ms: Some(ZERO + 85_000),
        };
        let heard = session.hear(&cue("a", 81_000, 83_000), place, ZERO + 86_000, 0.5);
        assert_eq!(
            heard,
            Heard {
                verdict: CueVerdict::Taken,
                place_ms: Some(85_000),
                wait_ms: 200
            }
        );
        assert_eq!(session.anchor.delay_ms(), 2_000);
    }

    #[test]
    fn a_cue_beside_the_stream_lies_at_its_time_of_sending_plus_the_learnt_delay() {
        let mut session = Session::new("cup", ZERO);
        session.anchor.see_date(ZERO + 80_000, 0);
        session.anchor.see_dated_cue(ZERO, ZERO + 2_500);
        let heard = session.hear(
            &cue("a", 81_000, 83_000),
            Place::Beside { media_time_ms: 0 },
            ZERO + 83_100,
            0.0,
        );
        assert_eq!(heard.place_ms, Some(85_500));
        assert_eq!(
            session.anchor.position_at(0),
            Some(80_000),
            "and does not move the anchor"
        );
    }

    #[test]
    fn a_repeated_cue_teaches_nothing_and_asks_nothing() {
        let mut session = Session::new("cup", ZERO);
        let place = |date| Place::InStream {
            media_time_ms: 0,
            date_ms: Some(ZERO + date),
        };
        session.hear(&cue("a", 0, 83_000), place(85_000), ZERO, 0.5);
        let again = session.hear(&cue("a", 0, 83_000), place(185_000), ZERO, 0.5);
        assert_eq!((again.verdict, again.wait_ms), (CueVerdict::Seen, 0));
        assert_eq!(session.anchor.delay_ms(), 2_000);
    }

    #[test]
    fn the_window_reaches_back_to_what_the_cue_is_about() {
        let mut session = Session::new("cup", ZERO);
        let ask = |session: &mut Session, seen| session.question(Some(85_000), seen, Some(80_000));
        assert_eq!(
            ask(&mut session, 81_000),
            Question {
                position_ms: 85_000,
                backward_ms: 10_000
            }
        );
        assert_eq!(
            ask(&mut session, 60_000),
            Question {
                position_ms: 85_000,
                backward_ms: 25_000
            }
        );
        assert_eq!(
            ask(&mut session, 1_000).backward_ms,
            60_000,
            "but no further than the route allows"
        );
    }

    #[test]
    fn a_cue_that_lies_behind_the_playhead_is_asked_for_at_the_playhead() {
        let mut session = Session::new("cup", ZERO);
        assert_eq!(
            session
                .question(Some(85_000), 81_000, Some(99_000))
                .position_ms,
            99_000
        );
        assert_eq!(
            session.question(None, 81_000, None).position_ms,
            81_000,
            "and without any place at what it is about"
        );
    }

    #[test]
    fn an_overlay_is_planned_once_and_not_after_its_end() {
        let mut session = Session::new("cup", ZERO);
        assert_eq!(
            session.plan("d", "late", (1_000, 2_000), false, Some(2_000)),
            Planned::TooLate
        );
        assert_eq!(
            session.plan("d", "poll", (1_000, 2_000), false, Some(500)),
            Planned::Due(1)
        );
        assert_eq!(
            session.plan("d", "poll", (1_000, 2_000), false, Some(500)),
            Planned::Seen
        );
        assert_eq!(
            session.plan("d", "odd", (2_000, 1_000), false, None),
            Planned::TooLate
        );
    }

    #[test]
    fn a_planned_check_is_due_once_and_never_right_after_a_question() {
        let mut session = Session::new("cup", ZERO);
        let _ = session.question(None, 10_000, None);
        session.plan_check(Some(10_000));
        assert!(!session.check_is_due(10_999));
        assert!(session.check_is_due(11_000));
        assert!(!session.check_is_due(12_000));
    }

    proptest! {
        #[test]
        fn no_window_is_wider_than_the_route_allows(place: Option<i64>, seen: i64, playhead: Option<i64>) {
            let question = Session::new("cup", 0).question(place, seen, playhead);
            prop_assert!(question.position_ms >= 0);
            prop_assert!((BACKWARD_MS..=WINDOW_MS_MAX).contains(&question.backward_ms));
        }
    }
}
