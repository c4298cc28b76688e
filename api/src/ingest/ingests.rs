//! How each media's ingest stands, put together from what the nodes said of it.

use std::sync::Arc;

use super::account::{self, Said, Spend, State, Tally};
use super::timetable::{self, Hours};
use super::watch;
use crate::db::Db;
use crate::error::Result;
use crate::media::{Media, Registry};
use crate::words::{MediaId, Time};

/// Reads how media are ingested.
#[derive(Debug)]
pub struct Ingests {
    db: Db,
    media: Arc<Registry>,
}

/// How one stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The media.
    pub media: Arc<Media>,
    /// What its ingest does.
    pub phase: Phase,
    /// Why, for people.
    pub reason: Option<String>,
    /// Since when; `None` where nobody has said.
    pub since: Option<Time>,
    /// Which node's watch it is.
    pub holder: Option<String>,
    /// What was counted.
    pub tally: Tally,
    /// What it was charged.
    pub spend: Spend,
}

/// What an ingest does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The media is not ingested by itself.
    Idle,
    /// It will be: its time has not come, or no node has taken it yet.
    Waiting,
    /// A node watches it.
    Watching,
    /// The stream or the timetable is over.
    Ended,
    /// It cannot be done.
    Failed,
    /// The spend limit is reached.
    Spent,
}

impl Ingests {
    /// Reads from these.
    #[must_use]
    pub const fn new(db: Db, media: Arc<Registry>) -> Self {
        Self { db, media }
    }

    /// How a media's ingest stands.
    ///
    /// # Errors
    /// When there is no such media, or the database does not answer.
    pub async fn get(&self, media_id: &MediaId, now: Time) -> Result<Standing> {
        let media = self.media.get(media_id)?;
        let mut holders = watch::holders(&self.db, now).await?;
        let mut states = account::states(&self.db).await?;
        let holder = holders.remove(media_id.as_str());
        let state = states.remove(media_id);
        let (phase, reason) = phase(&media, state.as_ref(), holder.is_some(), now);
        Ok(Standing {
            phase,
            reason,
            since: state.map(|state| state.since),
            holder,
            tally: account::tally(&self.db, media_id).await?,
            spend: account::spend(&self.db, media_id).await?,
            media,
        })
    }
}

fn phase(media: &Media, state: Option<&State>, held: bool, now: Time) -> (Phase, Option<String>) {
    // A watcher from the command line holds the lease too, whatever the media says.
    if held {
        return (Phase::Watching, None);
    }
    if media.details.ingest.is_none() {
        return (Phase::Idle, None);
    }
    match timetable::hours(media, now) {
        Hours::Before(at) => return (Phase::Waiting, Some(format!("it starts at {at}"))),
        Hours::Over(at) => return (Phase::Ended, Some(format!("its timetable ended at {at}"))),
        Hours::Open => {}
    }
    if timetable::stream(media, now).is_none() {
        return (
            Phase::Watching,
            Some("its pictures come with notices".to_owned()),
        );
    }
    let waiting = (Phase::Waiting, Some("no node watches it yet".to_owned()));
    let Some(state) = state.filter(|state| state.version == media.updated_at) else {
        return waiting;
    };
    let phase = match state.said {
        Said::Watching => return waiting,
        Said::Ended => Phase::Ended,
        Said::Failed => Phase::Failed,
        Said::Spent => Phase::Spent,
    };
    (phase, state.reason.clone())
}
