//! An instrument and its versions: what stands in the registry.

use beckon_classifier::schema::Piece;

use super::content::{Content, Question};
use super::definition::{Definition, Kind};
use crate::viewers::Labels;
use crate::words::{InstrumentId, Time};

/// Where an instrument stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written; never shown.
    Draft,
    /// May be shown.
    Live,
}

impl State {
    /// The state as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Live => "live",
        }
    }
}

/// An instrument as its latest version says.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    /// Its id.
    pub instrument_id: InstrumentId,
    /// Counts from 1.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// What it is.
    pub definition: Definition,
    /// When it was registered.
    pub created_at: Time,
    /// When its latest version or state came.
    pub updated_at: Time,
}

/// One version of an instrument. It never changes, and outlives its instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Of which instrument.
    pub instrument_id: InstrumentId,
    /// Counts from 1.
    pub version: u32,
    /// What it says.
    pub definition: Definition,
    /// What the classifier reads of it.
    pub pieces: Vec<Piece>,
}

impl Version {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.definition.kind
    }

    /// Under what its showings count beside itself.
    #[must_use]
    pub fn labels(&self) -> Labels<String> {
        self.definition.labels()
    }

    /// Its question, where it asks one.
    #[must_use]
    pub const fn question(&self) -> Option<&Question> {
        match &self.definition.content {
            Content::Question(question) => Some(question),
            Content::Offer(_) => None,
        }
    }
}
