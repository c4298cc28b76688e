//! Viewers: a pseudonym with a profile, consent and exposures, shared in memory by decisions.

mod attributes;
pub mod http;
mod memory;
mod profile;
mod registry;
mod store;
mod viewer;
mod wire;

use async_trait::async_trait;

use crate::words::{Time, ViewerId};
pub use attributes::{Attributes, Code, Coded};
pub use profile::{AttributeName, Consent, Group, Profile, Value};
pub use registry::Viewers;
pub use viewer::{Exposure, Impression, Viewer};
pub use wire::{profile as profile_from_wire, value_from_wire, value_to_wire};

/// How many exposures of a viewer count: its newest. Caps see no further back.
pub const MOST_EXPOSURES: usize = 256;

/// All that is stored of a viewer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// The profile and when it was stored, where there is one.
    pub profile: Option<(Profile, Time)>,
    /// The newest exposures, the newest first, at most [`MOST_EXPOSURES`].
    pub exposures: Vec<Exposure>,
}

/// Where viewers lie.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Reads a viewer: one point read. Of an unknown one nothing is stored.
    async fn get(&self, viewer_id: &ViewerId) -> anyhow::Result<Stored>;
    /// Replaces a profile.
    async fn put(&self, viewer_id: &ViewerId, profile: &Profile, now: Time) -> anyhow::Result<()>;
    /// Forgets profile and exposures; false where there was neither.
    async fn delete(&self, viewer_id: &ViewerId) -> anyhow::Result<bool>;
    /// Records impressions, all or none; one of a known event changes nothing.
    async fn record(&self, impressions: &[Impression]) -> anyhow::Result<()>;
    /// Whether the store can be reached.
    async fn ping(&self) -> anyhow::Result<()>;
}
