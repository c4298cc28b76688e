//! The media clock: the parts of a media in which an instrument runs, by its markers or its zero.

use crate::media::Media;
use crate::words::Position;

/// A part of a media: from its first position on, and before its last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaStretch {
    /// What `from_ms` counts from: this marker, or the media's zero. Before there is such a marker, it has not begun.
    pub from_marker: Option<String>,
    /// What `to_ms` counts from: this marker, or what `from_ms` counts from. Before there is such a marker, it lasts.
    pub to_marker: Option<String>,
    /// So long after that it begins; before it where negative.
    pub from_ms: i64,
    /// So long after that it is over; without it and without `to_marker` it lasts.
    pub to_ms: Option<i64>,
}

/// Where a marker lies: the first of this name, whatever the case of its letters.
fn marker(media: &Media, name: &str) -> Option<i64> {
    let named = |known: &str| known.eq_ignore_ascii_case(name);
    let found = (media.details.markers.iter()).find(|marker| named(&marker.name));
    found.map(|marker| marker.position.ms())
}

impl MediaStretch {
    fn holds(&self, media: &Media, position: Position) -> bool {
        let begin = match &self.from_marker {
            Some(name) => marker(media, name),
            None => Some(0),
        };
        let Some(begin) = begin else {
            return false;
        };
        let end = match (&self.to_marker, self.to_ms) {
            (Some(name), after) => {
                marker(media, name).map(|at| at.saturating_add(after.unwrap_or(0)))
            }
            (None, Some(after)) => Some(begin.saturating_add(after)),
            (None, None) => None,
        };
        position.ms() >= begin.saturating_add(self.from_ms)
            && end.is_none_or(|end| position.ms() < end)
    }
}

/// Whether a position of a media lies in one of these stretches; without any it always does.
#[must_use]
pub fn runs_in(stretches: &[MediaStretch], media: &Media, position: Position) -> bool {
    stretches.is_empty() || stretches.iter().any(|one| one.holds(media, position))
}
