//! How far each media was analysed, from memory where it was asked for before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Detections, Store};
use crate::error::Result;
use crate::words::{MediaId, Position, Time};

/// How far a media was analysed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Analysed {
    /// What was not detected up to here was not on screen.
    pub to: Position,
    /// When this was known.
    pub at: Time,
}

impl Detections {
    /// How far a media was analysed.
    ///
    /// # Errors
    /// When it is not in memory and the store does not answer.
    pub async fn analysed(&self, media_id: &MediaId) -> Result<Option<Analysed>> {
        Ok(self.marks.get(media_id).await?)
    }
}

/// The marks in memory.
#[derive(Debug)]
pub(super) struct Marks {
    store: Arc<dyn Store>,
    known: Mutex<HashMap<MediaId, Option<Analysed>>>,
}

impl Marks {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            known: Mutex::default(),
        }
    }

    pub async fn get(&self, media_id: &MediaId) -> anyhow::Result<Option<Analysed>> {
        if let Some(known) = self.known().get(media_id) {
            return Ok(*known);
        }
        let found = self.store.analysed(media_id).await?;
        // One that was set meanwhile is newer than what was read.
        Ok(*self.known().entry(media_id.clone()).or_insert(found))
    }

    pub fn set(&self, media_id: &MediaId, mark: Analysed) {
        self.known().insert(media_id.clone(), Some(mark));
    }

    pub fn forget(&self, media_id: &str) {
        self.known().remove(media_id);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<MediaId, Option<Analysed>>> {
        // A table of marks has no half-made state: a panic elsewhere leaves it whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
