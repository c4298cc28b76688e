//! Training rows as they are stored: what the receipt said of a drawn overlay, and whether the viewer engaged.

mod store;

pub(super) use store::{Draft, draw, engage, hold, newest};

use crate::words::{InstrumentId, Time};

/// An overlay that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// When it was decided.
    pub decided_at: Time,
    /// For whom.
    pub viewer_id: String,
    /// What was chosen.
    pub chosen: Candidate,
    /// The chosen one's inputs, as the classifier writes them.
    pub inputs: Vec<u8>,
    /// What else could have been chosen.
    pub others: Vec<Candidate>,
    /// All others are there.
    pub complete: bool,
    /// The model that ranked, or `popularity`.
    pub model: String,
    /// The policy that chose.
    pub policy: String,
    /// Whether the viewer engaged.
    pub engaged: bool,
}

/// A candidate as it stood when the choice was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Which instrument.
    pub instrument_id: InstrumentId,
    /// Which version of it.
    pub version: u32,
    /// Its score.
    pub score: f32,
    /// How likely it was to be chosen.
    pub propensity: f64,
}
