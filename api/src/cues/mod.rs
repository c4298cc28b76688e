//! Cues: the signal on one media: "check now" while something that is on screen is due, and what a host puts to all or
//! takes back.

mod bucket;
mod carry;
mod cue;
mod due;
pub mod http;
mod hub;
#[cfg(feature = "aws")]
pub mod ivs;
mod kill;
mod known;
pub mod life;
mod look;
mod recall;
mod send;
mod signal;
mod store;
mod ticker;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use self::hub::Hub;
use self::known::Known;
use crate::config::now;
use crate::db::Db;
use crate::media::{Media, OverlayLife};
use crate::words::{CueId, MediaId, Time};

pub use cue::{Cue, Kind, NewCue, NewKind};
pub use hub::{Listener, Told};
pub use known::Show;
pub use signal::{NotPut, Origin, Signal, Signals};
pub use ticker::{Sources, Ticker};

/// Before the media's id, the topic under which its cues change.
const TOPIC: &str = "cues:";

/// The station.
#[derive(Debug)]
pub struct Cues {
    db: Db,
    sources: Sources,
    signal: Arc<dyn Signal>,
    hub: Hub,
    known: RwLock<Known>,
    last_read: Mutex<HashMap<MediaId, recall::LastRead>>,
    /// How overlays live where neither their instrument nor their media says.
    life: OverlayLife,
    spread_ms: u32,
    began_at: Time,
    /// By what name this node carries cues into streams.
    carrier: String,
    /// A check that waits for its channel gives way to a newer one.
    newest: Mutex<HashMap<MediaId, CueId>>,
}

impl Cues {
    /// Cues that go into streams through `signal`, and to those who listen.
    #[must_use]
    pub fn new(
        db: Db,
        sources: Sources,
        signal: Arc<dyn Signal>,
        life: OverlayLife,
        spread_ms: u32,
    ) -> Self {
        Self {
            db,
            sources,
            signal,
            hub: Hub::default(),
            known: RwLock::default(),
            last_read: Mutex::default(),
            life,
            spread_ms,
            began_at: now(),
            carrier: uuid::Uuid::now_v7().to_string(),
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

    /// Forgets cues that were sent before this moment, and says how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune(&self, before: Time) -> anyhow::Result<u64> {
        store::prune(&self.db, before).await
    }

    /// Ends what everybody listens to, so that a server that stops need not wait for them.
    pub fn close(&self) {
        self.hub.close();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // None of these tables has a half-made state: a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
