//! What a detection is.

use std::collections::HashSet;

use crate::media::Media;
use crate::words::{Confidence, Invalid, Position, Time, Window};

/// The last position that a detection may have: the key has fifteen digits for it.
const LAST_POSITION: i64 = 999_999_999_999_999;

/// What kind of thing was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A well-known person.
    Celebrity,
    /// A general object or scene.
    Label,
    /// A mark or product that was registered or trained.
    CustomLabel,
    /// Something to be careful about.
    Moderation,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Celebrity,
        Self::Label,
        Self::CustomLabel,
        Self::Moderation,
    ];

    /// The kind as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Celebrity => "celebrity",
            Self::Label => "label",
            Self::CustomLabel => "custom_label",
            Self::Moderation => "moderation",
        }
    }
}

/// Where in the picture, as ratios; real recognisers leave 0..1 at the edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// How sure the recogniser is of this box.
    pub confidence: Option<Confidence>,
}

/// One thing seen at one position.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Where in the media.
    pub position: Position,
    /// What kind of thing.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The recogniser's own id.
    pub external_id: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// Where in the picture.
    pub boxes: Vec<BoundingBox>,
    /// What it is a kind of.
    pub parents: Vec<String>,
    /// The recogniser's categories.
    pub categories: Vec<String>,
    /// Who saw it.
    pub source: String,
    /// When it was seen.
    pub seen_at: Time,
}

impl Detection {
    /// The key that orders detections within a media, and pages of them.
    #[must_use]
    pub fn sort_key(&self) -> String {
        format!(
            "{:015}#{}#{}",
            self.position.ms(),
            self.kind.as_str(),
            self.item()
        )
    }

    /// What was seen, as the end of its key.
    #[must_use]
    pub fn item(&self) -> String {
        item(&self.name, self.external_id.as_deref())
    }
}

/// A name, and after a `#` the external id where there is one. A `#` of the name itself is written %23, so that no
/// two pairs look alike.
pub(super) fn item(name: &str, external_id: Option<&str>) -> String {
    let mut item = name.replace('%', "%25").replace('#', "%23");
    if let Some(id) = external_id {
        item.push('#');
        item.push_str(id);
    }
    item
}

/// Checks where a detection lies.
///
/// # Errors
/// When it lies before the media's zero, or beyond what the key holds.
pub(super) fn place(ms: i64) -> Result<Position, Invalid> {
    if ms > LAST_POSITION {
        return Err(Invalid {
            detail: format!("{ms} ms is longer than any media"),
            bound: "at most 999999999999999",
        });
    }
    Position::parse(ms)
}

/// Which detections of a media are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Where they lie.
    pub window: Window,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only of this very name.
    pub name: Option<String>,
    /// At least as sure.
    pub min_confidence: Confidence,
}

impl Wanted {
    /// Everything in a window.
    #[must_use]
    pub const fn all(window: Window) -> Self {
        Self {
            window,
            kind: None,
            name: None,
            min_confidence: Confidence::ANY,
        }
    }

    /// Whether a detection is among them.
    #[must_use]
    pub fn takes(&self, detection: &Detection) -> bool {
        self.window.contains(detection.position)
            && self.kind.is_none_or(|kind| kind == detection.kind)
            && self
                .name
                .as_ref()
                .is_none_or(|name| *name == detection.name)
            && detection.confidence >= self.min_confidence
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// How many are stored.
    pub stored: usize,
    /// How many people were left out.
    pub left_out_people: usize,
}

/// What of a batch may be stored: celebrities only where the media has a legal basis for it, and nobody who opted out.
pub(super) fn allowed(
    media: &Media,
    mut batch: Vec<Detection>,
    opted_out: &HashSet<String>,
) -> (Vec<Detection>, Stored) {
    let all = batch.len();
    let basis = media.details.people_basis.is_some();
    batch.retain(|detection| {
        let id = detection.external_id.as_ref();
        (basis || detection.kind != Kind::Celebrity) && !id.is_some_and(|id| opted_out.contains(id))
    });
    let stored = Stored {
        stored: batch.len(),
        left_out_people: all - batch.len(),
    };
    (batch, stored)
}

/// When what is stored now expires: in whole seconds, as every store can hold it.
pub(super) fn expiry(now: Time, keep_ms: Option<i64>) -> Option<Time> {
    let until = now.plus_ms(keep_ms?).ms();
    Some(Time::from_ms(until.saturating_add(999) / 1000 * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_namesakes_apart_and_no_two_pairs_look_alike() {
        assert_eq!(item("Kim Lee", None), "Kim Lee");
        assert_eq!(item("Kim Lee", Some("a1")), "Kim Lee#a1");
        assert_ne!(item("C#d", None), item("C", Some("d")));
        assert_ne!(item("C#", None), item("C%23", None));
    }

    #[test]
    fn what_expires_does_so_at_a_full_second_and_never_early() {
        assert_eq!(expiry(Time::from_ms(1_001), None), None);
        let at = expiry(Time::from_ms(1_001), Some(60_000)).expect("it expires");
        assert_eq!(at.ms(), 62_000);
    }
}
