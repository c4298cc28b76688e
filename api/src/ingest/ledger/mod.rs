//! Ledger: which segments of a media were dealt with, so that none is analysed twice.

mod store;

use std::collections::BTreeMap;

use super::account::Looked;
use crate::db::Db;
use crate::words::{MediaId, Position, Time};

/// What became of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was looked at.
    Analysed,
    /// It could not be read or looked at.
    Failed(String),
    /// The stream says that there is nothing.
    Gap,
    /// It was passed over, because there was no time left for it.
    Skipped(String),
}

impl Outcome {
    /// Its name in the database and in metrics.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Analysed => "analysed",
            Self::Failed(_) => "failed",
            Self::Gap => "gap",
            Self::Skipped(_) => "skipped",
        }
    }
}

/// One segment that was dealt with. It is written along with what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Of which media.
    pub media_id: MediaId,
    /// Of which run of the encoder: its sequence numbers begin anew when it restarts.
    pub run: i64,
    /// Its media sequence number.
    pub sequence: i64,
    /// Where it begins.
    pub from: Position,
    /// Where it ends.
    pub to: Position,
    /// What became of it.
    pub outcome: Outcome,
    /// How many things were seen.
    pub detections: usize,
    /// How the looking goes.
    pub looked: Looked,
    /// When.
    pub finished_at: Time,
}

/// Where a watch left off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// The run of the encoder.
    pub run: i64,
    /// The newest segment of that run.
    pub sequence: i64,
    /// Where it ends.
    pub end_ms: i64,
}

/// Where the last watch of a media left off.
///
/// # Errors
/// When the database does not answer.
pub async fn last(db: &Db, media_id: &MediaId) -> anyhow::Result<Option<Last>> {
    store::last(db, media_id).await
}

/// The positions of the segments of a run from this sequence number on.
///
/// # Errors
/// When the database does not answer.
pub async fn known(
    db: &Db,
    media_id: &MediaId,
    run: i64,
    from_sequence: i64,
) -> anyhow::Result<BTreeMap<i64, i64>> {
    store::known(db, media_id, run, from_sequence).await
}

/// Forgets segments that were done before this moment, but for the newest of each run: a watcher goes on from there. Says
/// how many.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(db: &Db, before: Time) -> anyhow::Result<u64> {
    store::prune(db, before).await
}
