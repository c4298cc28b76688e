//! An instrument and its versions: what stands in the registry.

use beckon_classifier::schema::Piece;

use super::Standing;
use super::content::{Content, Question};
use super::definition::{Definition, Kind};
use crate::etag::ETag;
use crate::viewers::Labels;
use crate::words::{ExternalId, InstrumentId, Time};

/// What a marketer hands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it is to be.
    pub definition: Definition,
    /// Its id in the marketer's own system.
    pub external_id: Option<ExternalId>,
}

/// An instrument as its latest version says.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    /// Its id.
    pub instrument_id: InstrumentId,
    /// Where it stands, and which of its versions runs.
    pub standing: Standing,
    /// Who wrote the latest version; none where that was not kept yet.
    pub author: Option<String>,
    /// Its id in the marketer's own system.
    pub external_id: Option<ExternalId>,
    /// What its latest version says.
    pub definition: Definition,
    /// When it was registered.
    pub created_at: Time,
    /// When its latest version or state came.
    pub updated_at: Time,
}

impl Instrument {
    /// Which state of it this is.
    #[must_use]
    pub fn etag(&self) -> ETag {
        ETag::new(self.standing.version, self.standing.revision)
    }

    /// Its path below `/v1/`, by which the audit trail calls it.
    #[must_use]
    pub fn resource(instrument_id: &InstrumentId) -> String {
        format!("instruments/{instrument_id}")
    }
}

/// A version as colleagues read it: who wrote it, who approved it, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Of which instrument.
    pub instrument_id: InstrumentId,
    /// Counts from 1.
    pub version: u32,
    /// Who wrote it; none where that was not kept yet.
    pub author: Option<String>,
    /// When.
    pub created_at: Time,
    /// Who approved it, and when.
    pub approved: Option<(String, Time)>,
    /// What it says.
    pub definition: Definition,
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
