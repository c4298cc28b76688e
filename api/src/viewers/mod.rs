//! Viewers: a pseudonym with a profile, consent and exposures, shared in memory by decisions.

mod attributes;
mod counts;
pub mod declared;
mod exposures;
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
pub use counts::{Act, Acts, Counts, Level};
pub use declared::{Declaration, Declarations, Declared, ValueType};
pub use profile::{AttributeName, Consent, Group, Profile, Value};
pub use registry::Viewers;
pub use viewer::{Deed, Exposure, Impression, Labels, Trace, Viewer};
pub use wire::{profile as profile_from_wire, value_from_wire, value_to_wire};

/// How many exposures of a viewer are kept: its newest, this many at least, and at the most this many of those of the
/// last [`KEPT_MS`] before the newest. Caps by minute, hour and day see them all; what is counted for life is apart.
pub const KEPT_EXPOSURES: (usize, usize) = (256, 1_024);
/// How far back from the newest all exposures are kept.
pub const KEPT_MS: i64 = 86_400_000;

/// All that is stored of a viewer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// The profile and when it was stored, where there is one.
    pub profile: Option<(Profile, Time)>,
    /// The newest exposures, the newest first, as far back as [`KEPT_EXPOSURES`] says.
    pub exposures: Vec<Exposure>,
    /// What is counted for ever.
    pub counts: Counts,
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
    /// Records what events left, all or none; one of a known event changes nothing.
    async fn record(&self, traces: &[Trace]) -> anyhow::Result<()>;
    /// Whether the store can be reached.
    async fn ping(&self) -> anyhow::Result<()>;
}
