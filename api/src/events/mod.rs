//! Events: what viewers did, taken on the authority of the receipt, and folded into tallies and training rows.

mod check;
mod fold;
pub mod http;
mod intake;
mod kind;
mod model;
mod read;
mod shown;
mod store;
mod trace;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

pub use kind::EventType;
pub use model::{Event, Intake, Outcome, Standing, Tally};
pub use shown::{Candidate, Shown};

use crate::auth::Keys;
use crate::db::Db;
use crate::decisions::receipt::Sealer;
use crate::error::Result;
use crate::instruments::Instruments;
use crate::viewers::Viewers;
use crate::words::{InstrumentId, ViewerId};

/// The topic under which tallies change.
pub const TALLIES: &str = "tallies";

/// How many requests may wait for the fold before the next ones wait for them.
const WAITING: usize = 1_024;

/// The station.
#[derive(Debug)]
pub struct Events {
    db: Db,
    instruments: Arc<Instruments>,
    schema_id: String,
    sealer: Sealer,
    to_fold: mpsc::Sender<fold::Turn>,
    /// Until the fold is started.
    fold: Mutex<Option<fold::Fold>>,
}

impl Events {
    /// Events of receipts that were sealed with these keys. Nothing is stored before [`Events::fold`] runs.
    ///
    /// # Errors
    /// When a key is not one of AES-256.
    pub fn new(
        db: Db,
        instruments: Arc<Instruments>,
        viewers: Arc<Viewers>,
        keys: &Keys,
    ) -> anyhow::Result<Self> {
        let (to_fold, inbox) = mpsc::channel(WAITING);
        let schema_id = viewers.schema().digest().to_owned();
        let fold = fold::Fold::new(db.clone(), instruments.clone(), viewers, inbox);
        Ok(Self {
            schema_id,
            fold: Mutex::new(Some(fold)),
            db,
            instruments,
            sealer: Sealer::new(keys.receipt())?,
            to_fold,
        })
    }

    /// Folds what comes until it is dropped; a second call ends at once, for one fold is all there is.
    pub async fn fold(&self) {
        let fold = self
            .fold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(fold) = fold {
            fold.run().await;
        }
    }

    /// What became of an instrument.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn results(&self, instrument_id: &InstrumentId) -> Result<Outcome> {
        Ok(store::outcome(&self.db, instrument_id).await?)
    }

    /// How often each instrument was chosen and drawn, and engaged with then, by its id; what a host put to all does not count.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tallies(&self) -> Result<BTreeMap<String, (u64, u64)>> {
        Ok(store::tallies(&self.db).await?)
    }

    /// The newest overlays that were drawn, at most so many, the oldest of them first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shown(&self, most: u32) -> Result<Vec<Shown>> {
        Ok(shown::newest(&self.db, &self.schema_id, most).await?)
    }

    /// Takes a viewer out of the log and all that was folded from it; the counts stay.
    ///
    /// # Errors
    /// When the database does not answer; then nothing is changed.
    pub async fn erase_viewer(&self, viewer_id: &ViewerId) -> Result<()> {
        Ok(store::erase_viewer(&self.db, viewer_id).await?)
    }
}

#[cfg(test)]
mod tests;
