//! Where detections lie: what any store of them can do.

pub(super) mod row;
pub(super) mod sql;

use async_trait::async_trait;

use super::{Analysed, Detection, Tally, Wanted};
use crate::db::Along;
use crate::words::{MediaId, Time};

pub(super) use sql::SqlStore;

/// How far an analysis came, and the record of its own that is written along.
#[derive(Clone, Copy)]
pub struct Analysis<'a> {
    /// How far the media is analysed now.
    pub mark: Analysed,
    /// Its own record; where that stands there already, the analysis is known.
    pub along: &'a dyn Along,
}

/// What is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forget {
    /// Whoever has this external id, over all media.
    ExternalId(String),
    /// The celebrity of this very name, over all media.
    Celebrity(String),
    /// Everything of a media.
    Media(MediaId),
    /// What had expired by then.
    Expired(Time),
}

/// Where detections lie.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Stores all of them, or fails; one of the same position, kind, name and external id replaces what stands
    /// there. False where the analysis that they come from is known: then what it says stands there already.
    async fn put(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        analysis: Option<Analysis<'_>>,
        now: Time,
    ) -> anyhow::Result<bool>;
    /// How far a media was analysed.
    async fn analysed(&self, media_id: &MediaId) -> anyhow::Result<Option<Analysed>>;
    /// Reads what is wanted in the order of the sort key, after this key, at most `limit`.
    async fn range(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        after: &str,
        limit: u32,
    ) -> anyhow::Result<Vec<Detection>>;
    /// Counts what is wanted by name, in stretches of `bin_ms` from where the window begins.
    async fn tally(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        bin_ms: i64,
    ) -> anyhow::Result<Vec<Tally>>;
    /// Erases, and says how many of which media; other nodes hear that these have changed.
    async fn forget(&self, what: &Forget, now: Time) -> anyhow::Result<Vec<(MediaId, u64)>>;
    /// Whether the store can be reached.
    async fn ping(&self) -> anyhow::Result<()>;
}
