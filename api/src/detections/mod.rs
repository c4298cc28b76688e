//! Detections: what was seen in a media, by position, in a store and, for decisions, in memory by pages.

mod analysed;
#[cfg(feature = "aws")]
mod dynamo;
pub mod entities;
pub mod http;
mod import;
mod model;
mod names;
mod page;
mod pages;
pub mod people;
mod sight;
mod store;
mod storing;
mod tally;
mod timeline;
mod wire;

use std::sync::Arc;

use self::analysed::Marks;
use self::people::People;
use crate::db::Db;
use crate::error::Result;
use crate::words::MediaId;

pub use analysed::Analysed;
pub use import::{Import, Shape, read as read_import};
pub use model::{BoundingBox, Detection, Kind, Stored, Wanted};
pub use names::{NameId, Names};
pub use page::{Area, Hit, Page};
pub use pages::{Pages, Stretch};
pub use sight::{Seen, Sight};
pub use store::{Analysis, Forget, Store};
pub use tally::{Counting, Line, Tally};
pub use timeline::{Cut, Timeline};
pub use wire::{batch as detections_from_wire, kind_from_wire, kind_to_wire};

/// Before the media's id, the topic under which its detections change.
const TOPIC: &str = "detections:";

/// The station: the store, and the pages in memory that its writes keep true.
#[derive(Debug)]
pub struct Detections {
    store: Arc<dyn Store>,
    pages: Pages,
    marks: Marks,
    people: People,
}

impl Detections {
    /// Detections in the registry's database, kept for so long, or for ever.
    #[must_use]
    pub fn in_sql(db: Db, keep_ms: Option<i64>) -> Self {
        let store = store::SqlStore::new(db.clone(), keep_ms);
        Self::new(Arc::new(store), db)
    }

    /// Detections in this store; the people who opted out stand in the registry's database.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, db: Db) -> Self {
        Self {
            pages: Pages::new(store.clone()),
            marks: Marks::new(store.clone()),
            people: People::new(db),
            store,
        }
    }

    /// What is wanted, in the order of the sort key, after this key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn range(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Detection>> {
        let after = after.unwrap_or_default();
        Ok(self.store.range(media_id, wanted, after, limit).await?)
    }

    /// The distinct names of what is wanted, in the order of kind, name and external id, after this key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn names(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        after: Option<&str>,
    ) -> Result<Vec<Tally>> {
        let mut names = self.store.tally(media_id, wanted, i64::MAX).await?;
        names.retain(|tally| after.is_none_or(|after| tally.name_key().as_str() > after));
        Ok(names)
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
