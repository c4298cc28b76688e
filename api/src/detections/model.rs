//! What a detection is.

use crate::media::Media;
use crate::words::{Confidence, Position, Time};

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
            self.name
        )
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// How many are stored.
    pub stored: usize,
    /// How many celebrities were left out.
    pub left_out_people: usize,
}

/// What of a batch may be stored: people only where the media has a legal basis for it.
pub(super) fn allowed(media: &Media, mut batch: Vec<Detection>) -> (Vec<Detection>, Stored) {
    let all = batch.len();
    if media.details.people_basis.is_none() {
        batch.retain(|detection| detection.kind != Kind::Celebrity);
    }
    let stored = Stored {
        stored: batch.len(),
        left_out_people: all - batch.len(),
    };
    (batch, stored)
}
