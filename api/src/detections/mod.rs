//! Detections: what was seen in a media, by position, in a store and, for decisions, in memory by pages.

mod analysed;
pub mod http;
mod import;
mod model;
mod names;
mod pages;
mod store;
mod wire;

use std::sync::Arc;

use self::analysed::Marks;
use crate::db::Db;
use crate::error::Result;
use crate::words::{Confidence, MediaId, Time, Window};

pub use analysed::Analysed;
pub use import::{Import, Shape, read as read_import};
pub use model::{BoundingBox, Detection, Kind, Stored};
pub use names::{NameId, Names};
pub use pages::{Hit, Page, Pages};
pub use store::Store;

/// Before the media's id, the topic under which its detections change.
const TOPIC: &str = "detections:";

/// The station: the store, and the pages in memory that its writes keep true.
#[derive(Debug)]
pub struct Detections {
    store: Arc<dyn Store>,
    pages: Pages,
    marks: Marks,
}

impl Detections {
    /// Detections in the registry's database.
    #[must_use]
    pub fn in_sql(db: Db) -> Self {
        Self::new(Arc::new(store::SqlStore::new(db)))
    }

    /// Detections in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            pages: Pages::new(store.clone()),
            marks: Marks::new(store.clone()),
            store,
        }
    }

    /// Stores a batch; people only where the media has a legal basis for it.
    ///
    /// # Errors
    /// When the store does not answer; then nothing was stored.
    pub async fn put(
        &self,
        media: &crate::media::Media,
        batch: Vec<Detection>,
        now: Time,
    ) -> Result<Stored> {
        let (batch, stored) = model::allowed(media, batch);
        if !batch.is_empty() {
            let id = &media.media_id;
            self.store.put(id, &batch, now).await?;
            self.pages.forget(id, batch.iter().map(|d| d.position));
        }
        Ok(stored)
    }

    /// The detections of a window, in the order of their sort key, after this key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn range(
        &self,
        media_id: &MediaId,
        window: Window,
        min_confidence: Confidence,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Detection>> {
        let after = after.unwrap_or_default();
        Ok(self
            .store
            .range(media_id, window, min_confidence, after, limit)
            .await?)
    }

    /// The pages in memory, for decisions and cues.
    #[must_use]
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// Whether the store can be reached.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn ping(&self) -> anyhow::Result<()> {
        self.store.ping().await
    }
}
