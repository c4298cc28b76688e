//! Events, what folding makes of them, and the counts that come of it.

use super::EventType;
use crate::decisions::receipt::Receipt;
use crate::error::Refusal;
use crate::words::{AnswerId, Time};

/// A checked event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, made by the client.
    pub event_id: String,
    /// What happened.
    pub event_type: EventType,
    /// To which overlay.
    pub receipt: Receipt,
    /// With an answer: which.
    pub answer: Option<AnswerId>,
    /// When, by the client's clock.
    pub at: Time,
    /// When, within what is possible.
    pub happened_at: Time,
    /// When it arrived.
    pub received_at: Time,
}

/// What folding made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// It is stored and counted.
    New,
    /// It is stored, but its viewer had answered this instrument before: that vote stands.
    AlreadyAnswered,
    /// It was known, or its overlay had told the same.
    Seen,
}

/// How often what happened to an instrument, over all its versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it was drawn.
    pub impressions: u64,
    /// How often half of it was in view for a second.
    pub viewable: u64,
    /// How often its button was pressed.
    pub clicks: u64,
    /// How often its code was scanned.
    pub scans: u64,
    /// How many viewers answered.
    pub answers: u64,
    /// How often it was sent away.
    pub dismissals: u64,
    /// How often what it was for was done.
    pub conversions: u64,
    /// How often it was drawn and engaged with; never more than `impressions`.
    pub engaged: u64,
    /// How often it would have been shown to those who are held out; in no other count.
    pub ghosts: u64,
    /// How often they converted all the same.
    pub ghost_conversions: u64,
}

/// What became of an instrument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The counts.
    pub tally: Tally,
    /// How many gave each answer, in the order of the answers' ids; those that nobody gave are left out.
    pub answers: Vec<(AnswerId, u64)>,
}

/// How a question stands; told only to who has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The right answer, where there is one.
    pub correct: Option<AnswerId>,
    /// How many gave each answer, in the question's order.
    pub tallies: Vec<(AnswerId, u64)>,
}

/// What became of one event of a batch: its intake and, after an answer, how the question stands; or why it was refused.
pub(super) type Taken = std::result::Result<(Intake, Option<Standing>), Refusal>;
