//! Saved audiences: rules that instruments share. A change of one is in force wherever it is used.

pub mod http;
mod keeping;
mod store;
mod wire;

use super::audience::Rule;
use crate::etag::ETag;
use crate::words::{AudienceId, Time};

pub(super) use store::rules;
pub use wire::rule as rule_from_wire;

/// A saved audience.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedAudience {
    /// Its id.
    pub audience_id: AudienceId,
    /// Counts its changes from 1.
    pub revision: u32,
    /// What it is.
    pub definition: AudienceDefinition,
    /// When it was saved first.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl SavedAudience {
    /// Which state of it this is.
    #[must_use]
    pub fn etag(&self) -> ETag {
        ETag::of(self.revision)
    }
}

/// What a saved audience is.
#[derive(Debug, Clone, PartialEq)]
pub struct AudienceDefinition {
    /// What colleagues call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who is in it; no other saved audience stands in it.
    pub rule: Rule,
}
