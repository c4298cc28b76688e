//! Recall: what a cue that a viewer brings along was about, from memory, or from the database where another node has
//! only just sent it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::known::Found;
use super::{Cues, Show, TOPIC, lock, store, wire};
use crate::config::now;
use crate::db::Refresh;
use crate::error::Result;
use crate::words::{MediaId, Time};

/// How far back cues of other nodes are looked for: longer than any node is behind.
const BEHIND_MS: i64 = 30_000;
/// How far back the database is asked.
const BACK_MS: i64 = 180_000;
/// It is asked for one media's cues at most this often, however many viewers bring along what we do not know.
const APART_MS: i64 = 100;
/// How often a question waits for its turn to have the database asked.
const TURNS: usize = 3;

/// When a media's cues were last read.
pub(super) type LastRead = Arc<tokio::sync::Mutex<Option<Time>>>;

impl Cues {
    /// What this cue puts to all; `None` where it says something else, or is none of ours.
    ///
    /// # Errors
    /// When it is not in memory and the database does not answer.
    pub async fn show(&self, media_id: &MediaId, cue_id: &str) -> Result<Option<Show>> {
        for _ in 0..TURNS {
            match self.recall(media_id, cue_id) {
                Some(Found::Show(show)) => return Ok(Some(show)),
                Some(Found::Other) => return Ok(None),
                // Ours say when they were made: what we cannot have forgotten yet is not looked for.
                None if !is_of_late(cue_id, now()) => return Ok(None),
                None => {}
            }
            let last = lock(&self.last_read)
                .entry(media_id.clone())
                .or_default()
                .clone();
            let mut last = last.lock().await;
            let wait_ms = last.map_or(0, |last| APART_MS - now().since(last));
            if wait_ms > 0 && wait_ms <= APART_MS {
                drop(last);
                tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())).await;
                continue;
            }
            // Read by another while we waited for the turn, or read now.
            if self.recall(media_id, cue_id).is_none() {
                let cues = store::since(&self.db, media_id, now().plus_ms(-BACK_MS)).await?;
                self.learn(&cues);
                *last = Some(now());
            }
        }
        Ok(match self.recall(media_id, cue_id) {
            Some(Found::Show(show)) => Some(show),
            Some(Found::Other) | None => None,
        })
    }

    fn recall(&self, media_id: &MediaId, cue_id: &str) -> Option<Found> {
        let known = self.known.read();
        known
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get(media_id, cue_id)
    }

    pub(super) fn learn(&self, cues: &[super::Cue]) {
        let now = now();
        let known = self.known.write();
        let mut known = known.unwrap_or_else(std::sync::PoisonError::into_inner);
        for cue in cues {
            known.learn(cue, now);
        }
    }
}

#[async_trait]
impl Refresh for Cues {
    /// Another node sent cues: tell them to those who listen here.
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        for media in changed.iter().filter_map(|topic| topic.strip_prefix(TOPIC)) {
            let Ok(media_id) = MediaId::parse(media) else {
                continue;
            };
            // What was sent before this node began was told by others then.
            let from = now().plus_ms(-BEHIND_MS).max(self.began_at);
            let cues = store::since(&self.db, &media_id, from).await?;
            self.learn(&cues);
            for cue in cues {
                self.hub.tell(&cue, &wire::json(&cue)?);
            }
        }
        Ok(())
    }
}

/// Whether an id was made within the last minutes: it begins with its moment.
fn is_of_late(cue_id: &str, now: Time) -> bool {
    let Some(made) = uuid::Uuid::parse_str(cue_id)
        .ok()
        .and_then(|id| id.get_timestamp())
    else {
        return false;
    };
    let (seconds, nanos) = made.to_unix();
    let made = i64::try_from(seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(1_000)
        + i64::from(nanos / 1_000_000);
    // Clocks of nodes differ a little.
    (-5_000..BACK_MS).contains(&now.since(Time::from_ms(made)))
}
