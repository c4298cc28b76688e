//! A media's timeline: what was seen in it, in stretches of one length, to draw.

use super::{Detections, Line, Wanted, tally};
use crate::error::Result;
use crate::words::{MediaId, Position, Window};

/// How a timeline is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Into stretches of so many milliseconds.
    Every(i64),
    /// Into so many stretches over what there is.
    Into(u32),
}

/// The names seen most often, in stretches of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Where the first stretch begins.
    pub from: Position,
    /// How long a stretch is.
    pub bin_ms: i64,
    /// The names, those seen most often first.
    pub lines: Vec<Line>,
}

impl Detections {
    /// The timeline of what is wanted: the `top` names seen most often.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn timeline(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        cut: Cut,
        top: usize,
    ) -> Result<Timeline> {
        let bin_ms = match cut {
            Cut::Every(ms) => ms,
            Cut::Into(bins) => {
                let window = wanted.window;
                // All of a media has no end of its own: what was seen last is it.
                let to = if window == Window::WHOLE {
                    let whole = self.store.tally(media_id, wanted, i64::MAX).await?;
                    let last = whole.iter().map(|tally| tally.last).max();
                    last.unwrap_or(Position::ZERO)
                } else {
                    window.to()
                };
                tally::bin_length(window.from(), to, bins)
            }
        };
        let tallies = self.store.tally(media_id, wanted, bin_ms).await?;
        Ok(Timeline {
            from: wanted.window.from(),
            bin_ms,
            lines: tally::lines(tallies, top),
        })
    }
}
