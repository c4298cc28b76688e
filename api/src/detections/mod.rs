//! Detections: what was seen in a media, by position, in a store and, for decisions, in memory by pages.

pub mod http;
mod import;
mod names;
mod pages;
mod store;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;

use crate::db::{Db, Refresh};
use crate::error::Result;
use crate::words::{Confidence, MediaId, Position, Time, Window};

pub use import::{Import, Shape, read as read_import};
pub use names::{NameId, Names};
pub use pages::{Hit, Page, Pages};

/// What kind of thing was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A well-known person.
    Celebrity,
    /// A general object or scene.
    Label,
    /// A mark or product that was registered or trained.
    CustomLabel,
    /// Something to be careful about.
    Moderation,
}

impl Kind {
    /// The kind as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Celebrity => "celebrity",
            Self::Label => "label",
            Self::CustomLabel => "custom_label",
            Self::Moderation => "moderation",
        }
    }
}

/// Where in the picture, as ratios; real recognisers leave 0..1 at the edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// How sure the recogniser is of this box.
    pub confidence: Option<Confidence>,
}

/// One thing seen at one position.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Where in the media.
    pub position: Position,
    /// What kind of thing.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The recogniser's own id.
    pub external_id: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// Where in the picture.
    pub boxes: Vec<BoundingBox>,
    /// What it is a kind of.
    pub parents: Vec<String>,
    /// The recogniser's categories.
    pub categories: Vec<String>,
    /// Who saw it.
    pub source: String,
    /// When it was seen.
    pub seen_at: Time,
}

impl Detection {
    /// The key that orders detections within a media, and pages of them.
    #[must_use]
    pub fn sort_key(&self) -> String {
        format!(
            "{:015}#{}#{}",
            self.position.ms(),
            self.kind.as_str(),
            self.name
        )
    }
}

/// Where detections lie.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Stores all of them, or none; one of the same position, kind and name replaces what stands there.
    async fn put(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        now: Time,
    ) -> anyhow::Result<()>;
    /// Reads a window in the order of the sort key, after this key, at most `limit`.
    async fn range(
        &self,
        media_id: &MediaId,
        window: Window,
        min_confidence: Confidence,
        after: &str,
        limit: u32,
    ) -> anyhow::Result<Vec<Detection>>;
    /// Whether the store can be reached.
    async fn ping(&self) -> anyhow::Result<()>;
}

/// The station: the store, and the pages in memory that its writes keep true.
#[derive(Debug)]
pub struct Detections {
    store: Arc<dyn Store>,
    pages: Pages,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// How many are stored.
    pub stored: usize,
    /// How many celebrities were left out.
    pub left_out_people: usize,
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
        mut batch: Vec<Detection>,
        now: Time,
    ) -> Result<Stored> {
        let all = batch.len();
        if media.details.people_basis.is_none() {
            batch.retain(|detection| detection.kind != Kind::Celebrity);
        }
        if !batch.is_empty() {
            self.store.put(&media.media_id, &batch, now).await?;
            self.pages.forget(
                &media.media_id,
                batch.iter().map(|detection| detection.position),
            );
        }
        Ok(Stored {
            stored: batch.len(),
            left_out_people: all - batch.len(),
        })
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

/// The topic under which the detections of a media change.
fn topic(media_id: &MediaId) -> String {
    format!("detections:{media_id}")
}

#[async_trait]
impl Refresh for Detections {
    /// Another node stored detections: forget the pages of their media.
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        for media in changed
            .iter()
            .filter_map(|topic| topic.strip_prefix("detections:"))
        {
            self.pages.forget_media(media);
        }
        Ok(())
    }
}
