//! What counts, and what it adds up to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Authority, Event, EventType, Overlay, Tally, Worth};
use crate::decisions::receipt::Receipt;
use crate::decisions::{Mode, Spend};
use crate::words::Time;

/// What is known of an overlay beside its key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facts {
    pub(super) media_id: String,
    /// Empty once the viewer was erased.
    pub(super) viewer_id: String,
    pub(super) position_ms: i64,
    pub(super) show_ms: i64,
    pub(super) mode: Mode,
    pub(super) variant: Option<i64>,
    pub(super) campaign_id: Option<String>,
}

impl Facts {
    pub(super) fn of(receipt: &Receipt) -> Self {
        let terms = receipt.terms;
        Self {
            media_id: receipt.media_id.to_string(),
            viewer_id: receipt.viewer_id.to_string(),
            position_ms: receipt.show_at.ms(),
            show_ms: i64::from(receipt.show_ms),
            mode: terms.mode,
            variant: terms.variant.map(i64::from),
            campaign_id: terms
                .spend
                .map(|spend| uuid::Uuid::from_u128(spend.campaign).to_string()),
        }
    }
}

/// An impression that is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    pub(super) facts: Facts,
    pub(super) happened_at: Time,
    pub(super) received_at: Time,
}

impl Drawn {
    /// Whether what arrived then is taken as having followed: it may be early by the waiting time.
    pub(super) fn is_in_time(&self, received_at: Time, waiting_ms: i64) -> bool {
        self.received_at.since(received_at) <= waiting_ms
    }
}

/// An event of a batch on its way into the log.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) event: &'a Event,
    /// Its place in the batch.
    pub(super) place: usize,
    pub(super) overlay: Overlay,
    /// What is known of its overlay; nothing yet where a link told it and the impression has not come.
    pub(super) facts: Option<Facts>,
    /// When its overlay was drawn.
    pub(super) drawn_at: Option<Time>,
    pub(super) counts: bool,
    /// It was stored: nobody had told it before.
    pub(super) fresh: bool,
}

impl<'a> Item<'a> {
    pub(super) fn new(place: usize, event: &'a Event) -> Self {
        let facts = event.receipt().map(Facts::of);
        let drawn = event.event_type == EventType::Impression;
        Self {
            place,
            overlay: event.overlay(),
            counts: drawn && facts.as_ref().is_some_and(|f| f.mode != Mode::Test),
            drawn_at: drawn.then_some(event.happened_at),
            facts,
            fresh: false,
            event,
        }
    }

    /// Takes its impression's word; true where it counts now.
    pub(super) fn meet(&mut self, drawn: &Drawn, waiting_ms: i64) -> bool {
        let facts = self.facts.get_or_insert_with(|| drawn.facts.clone());
        self.drawn_at = Some(drawn.happened_at);
        self.counts = drawn.is_in_time(self.event.received_at, waiting_ms)
            && match facts.mode {
                Mode::Live => true,
                Mode::Holdout => self.event.event_type == EventType::Conversion,
                Mode::Test => false,
            };
        self.counts
    }

    /// Whether it waits for its impression.
    pub(super) fn waits(&self) -> bool {
        let mode = self.facts.as_ref().map_or(Mode::Live, |facts| facts.mode);
        self.drawn_at.is_none() && mode == Mode::Live
    }

    /// Whether it is only tried out.
    pub(super) fn is_test(&self) -> bool {
        let facts = self.facts.as_ref();
        facts.is_some_and(|facts| facts.mode == Mode::Test)
    }

    /// What it is to the counts.
    pub(super) fn counted(&self) -> Option<Counted> {
        let facts = self.facts.as_ref().filter(|_| self.counts)?;
        let event = self.event;
        Some(Counted {
            overlay: self.overlay,
            place: Some(self.place),
            event_id: event.event_id.clone(),
            event_type: event.event_type,
            mode: facts.mode,
            media_id: facts.media_id.clone(),
            viewer_id: facts.viewer_id.clone(),
            campaign_id: facts.campaign_id.clone(),
            spend: event.receipt().and_then(|receipt| receipt.terms.spend),
            received_at: event.received_at,
            answer: event.answer.as_ref().map(ToString::to_string),
            is_right: event.is_right,
            took_ms: took_ms(event.happened_at, self.drawn_at, facts.show_ms),
            worth: event.worth.clone(),
            put_by_host: match &event.authority {
                Authority::Receipt(receipt) => receipt.is_put_by_host(),
                Authority::Link { .. } => false,
            },
        })
    }
}

/// How long an answer took, no longer than the overlay showed.
pub(super) fn took_ms(answered_at: Time, drawn_at: Option<Time>, show_ms: i64) -> i64 {
    let took = drawn_at.map_or(show_ms, |drawn_at| answered_at.since(drawn_at));
    took.clamp(0, show_ms.max(0))
}

/// An event that counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counted {
    pub(super) overlay: Overlay,
    /// Its place in the batch; none where it had waited in the log.
    pub(super) place: Option<usize>,
    pub(super) event_id: String,
    pub(super) event_type: EventType,
    pub(super) mode: Mode,
    pub(super) media_id: String,
    pub(super) viewer_id: String,
    pub(super) campaign_id: Option<String>,
    /// What its receipt reserved.
    pub(super) spend: Option<Spend>,
    pub(super) received_at: Time,
    pub(super) answer: Option<String>,
    pub(super) is_right: Option<bool>,
    pub(super) took_ms: i64,
    pub(super) worth: Option<Worth>,
    /// With an impression: a host put it to all.
    pub(super) put_by_host: bool,
}

impl Counted {
    /// It is a vote, where its viewer has not voted before.
    pub(super) fn is_vote(&self) -> bool {
        self.event_type == EventType::Answer && self.mode == Mode::Live
    }

    /// Its overlay is engaged with by it.
    pub(super) fn engages(&self) -> bool {
        self.mode == Mode::Live && self.event_type.reward() > 0
    }
}

/// What a viewer gains on a media's board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gain {
    pub(super) answered: i64,
    pub(super) points: i64,
    pub(super) right_ms: i64,
}

/// What a fold adds up to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) tallies: BTreeMap<String, Tally>,
    /// Drawn and engaged with, of what a host put to all.
    pub(super) put_by_host: BTreeMap<String, (u64, u64)>,
    pub(super) answers: BTreeMap<(String, String), u64>,
    /// By media and viewer.
    pub(super) gains: BTreeMap<(String, String), Gain>,
    /// How many, and their value, by instrument and currency.
    pub(super) worth: BTreeMap<(String, String), (i64, i64)>,
}

impl Sums {
    /// Adds up what counts, given the events whose votes were taken.
    pub(super) fn of(counted: &[Counted], votes: &BTreeSet<String>) -> Self {
        let mut sums = Self::default();
        for one in counted {
            sums.add(one, votes.contains(&one.event_id));
        }
        sums
    }

    fn add(&mut self, one: &Counted, voted: bool) {
        let instrument = one.overlay.instrument_id().to_string();
        let tally = self.tallies.entry(instrument.clone()).or_default();
        if one.mode != Mode::Live {
            match one.event_type {
                EventType::Impression => tally.ghosts += 1,
                EventType::Conversion => tally.ghost_conversions += 1,
                _ => {}
            }
            return;
        }
        match one.event_type {
            EventType::Impression => {
                tally.impressions += 1;
                if one.put_by_host {
                    self.put_by_host.entry(instrument).or_default().0 += 1;
                }
            }
            EventType::Viewable => tally.viewable += 1,
            EventType::Click => tally.clicks += 1,
            EventType::Scan => tally.scans += 1,
            EventType::Dismiss => tally.dismissals += 1,
            EventType::Conversion => {
                tally.conversions += 1;
                if let Some(worth) = &one.worth {
                    let key = (instrument, worth.currency.clone());
                    let (count, micros) = self.worth.entry(key).or_default();
                    *count += 1;
                    *micros = micros.saturating_add(worth.value_micros);
                }
            }
            EventType::Answer if voted => {
                tally.answers += 1;
                if let Some(answer) = &one.answer {
                    *self
                        .answers
                        .entry((instrument, answer.clone()))
                        .or_default() += 1;
                }
                self.gain(one);
            }
            EventType::Answer => {}
        }
    }

    fn gain(&mut self, one: &Counted) {
        let Some(is_right) = one.is_right else {
            return;
        };
        let key = (one.media_id.clone(), one.viewer_id.clone());
        let gain = self.gains.entry(key).or_default();
        gain.answered += 1;
        if is_right {
            gain.points += 1;
            gain.right_ms += one.took_ms;
        }
    }

    /// Counts an overlay that was engaged with for the first time.
    pub(super) fn engage(&mut self, instrument: &str, put_by_host: bool) {
        self.tallies
            .entry(instrument.to_owned())
            .or_default()
            .engaged += 1;
        if put_by_host {
            self.put_by_host.entry(instrument.to_owned()).or_default().1 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, receipt};
    use super::*;

    fn drawn(received_ms: i64) -> Drawn {
        Drawn {
            facts: Facts::of(&receipt(1, "alice")),
            happened_at: NOW,
            received_at: NOW.plus_ms(received_ms),
        }
    }

    #[test]
    fn an_impression_may_come_late_by_the_waiting_time_and_no_more() {
        let in_time = |ms| drawn(ms).is_in_time(NOW, 60_000);
        assert_eq!(
            [-1_000_000, 0, 60_000, 60_001].map(in_time),
            [true, true, true, false]
        );
    }

    #[test]
    fn an_answer_takes_from_its_impression_on_and_no_longer_than_it_shows() {
        let took = |ms| took_ms(NOW.plus_ms(ms), Some(NOW), 30_000);
        assert_eq!([-5, 0, 700, 31_000].map(took), [0, 0, 700, 30_000]);
        assert_eq!(took_ms(NOW, None, 30_000), 30_000);
    }

    #[test]
    fn a_vote_that_was_not_taken_gives_no_point() {
        let answer = |id: &str, is_right| Counted {
            overlay: Overlay::of(&receipt(1, "alice")),
            place: None,
            event_id: id.to_owned(),
            event_type: EventType::Answer,
            mode: Mode::Live,
            media_id: "cup".to_owned(),
            viewer_id: "alice".to_owned(),
            campaign_id: None,
            spend: None,
            received_at: NOW,
            answer: Some("fish".to_owned()),
            is_right: Some(is_right),
            took_ms: 700,
            worth: None,
            put_by_host: false,
        };
        let all = [answer("a", true), answer("b", true), answer("c", false)];
        let votes = ["a", "c"].map(str::to_owned).into();
        let sums = Sums::of(&all, &votes);
        let gain = sums.gains.values().next().copied();
        let wanted = Gain {
            answered: 2,
            points: 1,
            right_ms: 700,
        };
        assert_eq!(gain, Some(wanted));
        assert_eq!(sums.answers.values().sum::<u64>(), 2);
    }
}
