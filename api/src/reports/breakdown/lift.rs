//! Lift: by how much more often those who were shown something converted than those who were held out.

use super::Counts;
use crate::reports::rate;

/// The difference of two conversion rates, and its 95 % interval (Newcombe's, of two Wilson intervals).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// Of those who were held out.
    pub held_out_rate: f64,
    /// Shown less held out.
    pub difference: f64,
    /// Lower end of the difference.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// The difference as a share of the rate of those held out; none where that is zero.
    pub relative: Option<f64>,
}

/// The lift of a line; none where one side has seen nothing yet.
#[must_use]
pub fn lift(counts: &Counts) -> Option<Lift> {
    let shown = rate(counts.conversions, counts.impressions)?;
    let held = rate(counts.held_out_conversions, counts.held_out)?;
    let difference = shown.rate - held.rate;
    let below = (shown.rate - shown.low).hypot(held.high - held.rate);
    let above = (shown.high - shown.rate).hypot(held.rate - held.low);
    Some(Lift {
        held_out_rate: held.rate,
        difference,
        low: difference - below,
        high: difference + above,
        relative: (held.rate > 0.0).then(|| difference / held.rate),
    })
}
