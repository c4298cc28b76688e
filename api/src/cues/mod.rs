//! Cues: the signal on one media, "check now", sent while something that is on screen is due.

mod bucket;
mod cue;
mod due;
pub mod http;
mod hub;
pub mod life;
mod look;
mod send;
mod signal;
mod store;
mod ticker;
mod wire;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::bucket::Bucket;
use self::hub::Hub;
use crate::config::now;
use crate::db::{Db, Refresh};
use crate::fetch::Fetcher;
use crate::media::{Media, OverlayLife};
use crate::words::{CueId, MediaId, Time};

pub use cue::{Cue, Kind, NewCue};
pub use hub::{Listener, Told};
pub use signal::{NotPut, Origin, Signal};
pub use ticker::{Sources, Ticker};

/// Before the media's id, the topic under which its cues change.
const TOPIC: &str = "cues:";
/// How far back cues of other nodes are looked for: longer than any node is behind.
const BEHIND_MS: i64 = 30_000;

/// The station.
#[derive(Debug)]
pub struct Cues {
    db: Db,
    signal: Arc<dyn Signal>,
    hub: Hub,
    /// How overlays live where neither their instrument nor their media says.
    life: OverlayLife,
    spread_ms: u32,
    began_at: Time,
    buckets: Mutex<HashMap<String, Bucket>>,
    off_air: Mutex<HashSet<MediaId>>,
    /// A cue that waits for its channel gives way to a newer one.
    newest: Mutex<HashMap<MediaId, CueId>>,
}

impl Cues {
    /// Cues that go through live origins, and to those who listen.
    #[must_use]
    pub fn new(db: Db, fetch: Fetcher, life: OverlayLife, spread_ms: u32) -> Self {
        Self {
            db,
            signal: Arc::new(Origin::new(fetch)),
            hub: Hub::default(),
            life,
            spread_ms,
            began_at: now(),
            buckets: Mutex::default(),
            off_air: Mutex::default(),
            newest: Mutex::default(),
        }
    }

    /// How overlays live on a media whose instruments do not say.
    #[must_use]
    pub fn life_on(&self, media: &Media) -> OverlayLife {
        media.details.overlay_life.unwrap_or(self.life)
    }

    /// Listens to a media's cues from now on.
    #[must_use]
    pub fn listen(&self, media_id: &MediaId) -> Listener {
        self.hub.listen(media_id)
    }

    /// Ends what everybody listens to, so that a server that stops need not wait for them.
    pub fn close(&self) {
        self.hub.close();
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
            for cue in store::since(&self.db, &media_id, from).await? {
                self.hub.tell(&cue, &wire::json(&cue)?);
            }
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // None of these tables has a half-made state: a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
