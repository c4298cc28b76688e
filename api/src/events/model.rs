//! Events, what folding makes of them, and the counts that come of it.

use super::EventType;
use crate::decisions::receipt::{Receipt, instrument_id};
use crate::error::Refusal;
use crate::words::{AnswerId, InstrumentId, Time};

/// What one overlay is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Overlay {
    /// Its instrument, as a number.
    pub instrument: u128,
    /// Its decision, as a number.
    pub decision: u128,
    /// When it was decided.
    pub decided_at: Time,
}

/// By what authority an event is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Authority {
    /// A receipt, which says all there is to say of the overlay.
    Receipt(Box<Receipt>),
    /// The code of a link, which only names the overlay: the rest is its impression's to say.
    Link {
        /// Which overlay.
        overlay: Overlay,
        /// Which version of its instrument.
        version: u32,
    },
}

/// What a conversion was worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// In millionths of the currency.
    pub value_micros: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A checked event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, made by the client.
    pub event_id: String,
    /// What happened.
    pub event_type: EventType,
    /// To which overlay, and who says so.
    pub authority: Authority,
    /// With an answer: which.
    pub answer: Option<AnswerId>,
    /// With an answer: whether it is the right one, where there is one.
    pub is_right: Option<bool>,
    /// With a conversion: what it was worth.
    pub worth: Option<Worth>,
    /// When, by the client's clock.
    pub at: Time,
    /// By how much that clock lay behind ours when it sent, where it said.
    pub skew_ms: Option<i64>,
    /// When, within what is possible.
    pub happened_at: Time,
    /// When it arrived.
    pub received_at: Time,
}

impl Event {
    /// The receipt, where it has one.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        match &self.authority {
            Authority::Receipt(receipt) => Some(receipt),
            Authority::Link { .. } => None,
        }
    }

    /// The overlay.
    #[must_use]
    pub fn overlay(&self) -> Overlay {
        match &self.authority {
            Authority::Receipt(receipt) => Overlay::of(receipt),
            Authority::Link { overlay, .. } => *overlay,
        }
    }

    /// The version of its instrument.
    #[must_use]
    pub fn version(&self) -> u32 {
        match &self.authority {
            Authority::Receipt(receipt) => receipt.chosen.version,
            Authority::Link { version, .. } => *version,
        }
    }
}

impl Overlay {
    /// The overlay of a receipt.
    #[must_use]
    pub fn of(receipt: &Receipt) -> Self {
        Self {
            instrument: receipt.chosen.instrument,
            decision: receipt.decision,
            decided_at: receipt.issued_at,
        }
    }

    /// Its instrument.
    #[must_use]
    pub fn instrument_id(&self) -> InstrumentId {
        instrument_id(self.instrument)
    }

    /// Its decision's id, as it was told.
    #[must_use]
    pub fn decision_id(&self) -> String {
        uuid::Uuid::from_u128(self.decision).to_string()
    }
}

/// What folding made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// It is stored and counted.
    New,
    /// It is stored and does not count: its impression has not come, and may still do so in time, or its viewer is
    /// held out.
    Held,
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
    /// What its conversions were worth, by currency, in the order of the currencies.
    pub worth: Vec<Worth>,
    /// How much came before its impression, and waits for it or waited in vain; in no other count.
    pub uncounted: u64,
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
