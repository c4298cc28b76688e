//! Account: what a media's ingest has come to, for every node to read: counts, lag, calls, spend and state.

mod store;

use std::collections::HashMap;

use super::spend::{Calls, Operation, cost};
use crate::db::Db;
use crate::words::{MediaId, Time};

pub(super) use store::{count, settle};

/// What the last segment says of how the looking goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looked {
    /// Pictures that were looked at.
    pub frames: usize,
    /// How far behind the stream's edge it was done, in ms.
    pub lag_ms: i64,
    /// How many listed segments wait behind it.
    pub waiting: usize,
    /// How much was left out to keep up; 1 is nothing.
    pub thinning: u32,
    /// Calls that were made beyond those that were reserved, or fewer where below zero.
    pub unreserved: Vec<(Operation, i64)>,
    /// What failed while the rest was answered.
    pub partial: Option<String>,
}

/// Counts of a media's segments, and what the last of them said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    /// Segments that were looked at.
    pub analysed: i64,
    /// That could not be read or looked at.
    pub failed: i64,
    /// That were passed over to keep up.
    pub skipped: i64,
    /// Where the stream had nothing.
    pub gaps: i64,
    /// Pictures that were looked at.
    pub frames: i64,
    /// Things that were seen.
    pub detections: i64,
    /// Listed segments that wait.
    pub waiting: i64,
    /// How far behind the stream's edge, in ms.
    pub lag_ms: i64,
    /// How much is left out to keep up; 1 is nothing.
    pub thinning: i64,
    /// Pictures a second of the stream.
    pub frames_per_second: f64,
    /// What went wrong last, and when.
    pub last_error: Option<(String, Time)>,
    /// When the last segment was done; `None` before the first.
    pub at: Option<Time>,
}

impl Tally {
    /// Every segment that was seen in the playlist.
    #[must_use]
    pub const fn seen(&self) -> i64 {
        self.analysed + self.failed + self.skipped + self.gaps + self.waiting
    }
}

/// What a watcher says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It watches.
    Watching,
    /// The stream has ended.
    Ended,
    /// It cannot be done.
    Failed,
    /// The spend limit is reached.
    Spent,
}

impl Said {
    const ALL: [Self; 4] = [Self::Watching, Self::Ended, Self::Failed, Self::Spent];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Watching => "watching",
            Self::Ended => "ended",
            Self::Failed => "failed",
            Self::Spent => "spent",
        }
    }
}

/// What was said last, of which version of the media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What.
    pub said: Said,
    /// Why, for people.
    pub reason: Option<String>,
    /// The media's `updated_at`.
    pub version: Time,
    /// Since when.
    pub since: Time,
}

/// What recognition of a media was charged by estimate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spend {
    /// Calls of each kind.
    pub calls: Vec<(Operation, i64)>,
    /// In millionths of a US dollar.
    pub micro_usd: i64,
}

/// A media's counts; all zero where nothing was counted.
///
/// # Errors
/// When the database does not answer.
pub async fn tally(db: &Db, media_id: &MediaId) -> anyhow::Result<Tally> {
    store::tally(db, media_id).await
}

/// What a media was charged.
///
/// # Errors
/// When the database does not answer.
pub async fn spend(db: &Db, media_id: &MediaId) -> anyhow::Result<Spend> {
    store::spend(db, media_id).await
}

/// What was last said of each media.
///
/// # Errors
/// When the database does not answer.
pub async fn states(db: &Db) -> anyhow::Result<HashMap<MediaId, State>> {
    store::states(db).await
}

/// Keeps what a watcher says of a media; nothing where the media is gone.
///
/// # Errors
/// When the database does not answer.
pub async fn say(db: &Db, media_id: &MediaId, state: &State) -> anyhow::Result<()> {
    store::say(db, media_id, state).await
}

/// Keeps what went wrong last with a media, where no segment was in hand.
///
/// # Errors
/// When the database does not answer.
pub async fn note_error(db: &Db, media_id: &MediaId, error: &str, now: Time) -> anyhow::Result<()> {
    store::note_error(db, media_id, error, now).await
}

/// Charges these calls before they are made; false where they would pass the limit, and then nothing is charged.
///
/// # Errors
/// When the database does not answer; then the calls must not be made.
pub async fn reserve(
    db: &Db,
    media_id: &MediaId,
    calls: &Calls,
    most: Option<i64>,
) -> anyhow::Result<bool> {
    store::reserve(db, media_id, calls, cost(calls), most.unwrap_or(i64::MAX)).await
}
