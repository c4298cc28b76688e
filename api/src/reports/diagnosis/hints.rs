//! Why an instrument is not served: what stopped it as a candidate, and what kept it from becoming one.

use crate::decisions::diagnosis::{Detected, Tally};
use crate::instruments::{Instrument, Schedule, State};
use crate::words::{MediaId, Time};

/// What keeps an instrument from becoming a candidate.
#[derive(Debug, Clone, PartialEq)]
pub enum Hint {
    /// It stands here, and only what is live is considered.
    NotLive(State),
    /// Its schedule has no moment in the period.
    OutsideSchedule,
    /// These media, on which alone it may run, are not registered.
    MediaUnknown(Vec<MediaId>),
    /// None of its names has been detected on so many media.
    TriggerNotDetected(usize),
    /// They have, but no surer than this, in percent, while its trigger asks for that.
    TriggerTooUnsure(f64, f64),
    /// Nothing keeps it.
    NobodyAsked,
}

/// The facts about an instrument over a period.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The instrument.
    pub instrument: &'a Instrument,
    /// From when on.
    pub from: Time,
    /// Until before when.
    pub to: Time,
    /// What became of it.
    pub tally: &'a Tally,
    /// Those of its media that are not registered.
    pub unknown_media: Vec<MediaId>,
    /// How its trigger stands, where it has one.
    pub detected: Option<Detected>,
}

/// What keeps it from becoming a candidate, the plainest first.
#[must_use]
pub fn hints(facts: &Facts<'_>) -> Vec<Hint> {
    let definition = &facts.instrument.definition;
    let mut hints = Vec::new();
    let state = facts.instrument.standing.state;
    if state != State::Live {
        hints.push(Hint::NotLive(state));
    }
    let outside = |schedule: &Schedule| {
        let begins_later = schedule.starts_at.is_some_and(|start| start >= facts.to);
        begins_later || schedule.is_over(facts.from)
    };
    if definition.schedule.as_ref().is_some_and(outside) {
        hints.push(Hint::OutsideSchedule);
    }
    if !facts.unknown_media.is_empty() {
        hints.push(Hint::MediaUnknown(facts.unknown_media.clone()));
    }
    if let (Some(trigger), Some(detected)) = (&definition.trigger, facts.detected) {
        let wanted = trigger.min_confidence;
        match detected.best {
            None => hints.push(Hint::TriggerNotDetected(detected.media)),
            Some(best) if best < wanted => {
                hints.push(Hint::TriggerTooUnsure(best.percent(), wanted.percent()));
            }
            Some(_) => {}
        }
    }
    if hints.is_empty() && facts.tally.considered == 0 {
        hints.push(Hint::NobodyAsked);
    }
    hints
}
