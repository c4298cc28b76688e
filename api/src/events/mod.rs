//! Events: what viewers did, taken on the authority of the receipt, and folded into tallies and training rows.

mod asked;
mod bill;
mod board;
mod check;
pub mod conversions;
mod counted;
mod fold;
mod grain;
pub mod http;
mod intake;
mod kind;
pub mod links;
mod model;
mod own_id;
mod read;
mod shown;
mod store;
mod trace;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

pub use board::{Board, Score};
pub use grain::{Grain, Stretch};
pub use kind::EventType;
pub use model::{Authority, Event, Intake, Outcome, Overlay, Standing, Tally, Worth};
pub use shown::{Candidate, Shown};

use crate::auth::Keys;
use crate::config::EventOptions;
use crate::db::Db;
use crate::decisions::link::Links;
use crate::decisions::receipt::Sealer;
use crate::instruments::Instruments;
use crate::viewers::Viewers;
use own_id::own_id;

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
    links: Links,
    attribution_ms: i64,
    handle_key: [u8; 32],
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
        options: &EventOptions,
    ) -> anyhow::Result<Self> {
        let (to_fold, inbox) = mpsc::channel(WAITING);
        let schema_id = viewers.schema().digest().to_owned();
        let fold = fold::Fold::new(
            db.clone(),
            instruments.clone(),
            viewers,
            options.waiting_ms(),
            inbox,
        );
        Ok(Self {
            schema_id,
            fold: Mutex::new(Some(fold)),
            db,
            instruments,
            sealer: Sealer::new(keys.receipt())?,
            links: Links::new(keys.receipt()),
            attribution_ms: options.attribution_ms(),
            handle_key: keys.derived("beckon 2026 handles on leaderboards"),
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
}

#[cfg(test)]
mod tests;
