//! Media: what is watched, its zero, and how overlays live on it.

pub mod http;
mod store;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use beckon_openapi::problem::ErrorCode;

use crate::db::{Db, Refresh, Slot};
use crate::error::{Refusal, Result};
use crate::words::{MediaId, Position, Time};

/// The topic under which media change.
const TOPIC: &str = "media";

/// A media.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Its id.
    pub media_id: MediaId,
    /// The first moment covered; it never moves.
    pub zero: Time,
    /// Everything about it that may change.
    pub details: Details,
    /// When it was registered.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// What may change about a media.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// What people call it.
    pub title: String,
    /// Named positions.
    pub markers: Vec<Marker>,
    /// Where it can be played.
    pub playback_url: Option<String>,
    /// A still picture of it.
    pub poster_url: Option<String>,
    /// A short moving picture of it.
    pub preview_url: Option<String>,
    /// What carries its cues inside the stream.
    pub signal: Option<Signal>,
    /// How overlays live on it; the node's defaults where it does not say.
    pub overlay_life: Option<OverlayLife>,
    /// On what legal basis people in the picture are recognised.
    pub people_basis: Option<String>,
}

/// A named position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub position: Position,
}

/// What carries a media's cues inside its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// A live origin that takes the PutMetadata call.
    Origin {
        /// Where it answers.
        url: String,
        /// The channel, as the origin names it.
        channel_arn: String,
    },
}

/// How long an overlay shows, and how long it stays quiet then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverlayLife {
    /// How long it shows.
    pub show_ms: i64,
    /// How long it stays quiet after it hides.
    pub quiet_ms: i64,
    /// What stays quiet.
    pub quiet_scope: QuietScope,
}

/// What stays quiet after an overlay hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuietScope {
    /// Only the instrument that was shown.
    Instrument,
    /// The whole media.
    Media,
}

impl Media {
    /// Where the media stands at this moment, if it is live; before its zero it stands at zero.
    #[must_use]
    pub fn position_at(&self, now: Time) -> Position {
        Position::ZERO.forward(now.since(self.zero))
    }
}

pub use wire::life_from_wire;
pub use wire::life_to_wire;
pub use wire::web_url;

/// All media, in the database and, for readers that cannot wait, in memory.
#[derive(Debug)]
pub struct Registry {
    db: Db,
    all: Slot<HashMap<MediaId, Arc<Media>>>,
}

impl Registry {
    /// Reads the registry.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(db: Db) -> anyhow::Result<Self> {
        let registry = Self {
            db,
            all: Slot::default(),
        };
        registry.rebuild().await?;
        Ok(registry)
    }

    async fn rebuild(&self) -> anyhow::Result<()> {
        self.all.rebuild(store::all(&self.db)).await
    }

    /// A media, from memory.
    ///
    /// # Errors
    /// When there is none of this id.
    pub fn get(&self, media_id: &MediaId) -> Result<Arc<Media>> {
        self.all
            .load()
            .get(media_id)
            .cloned()
            .ok_or_else(|| missing(media_id))
    }

    /// Every media, from memory.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Media>> {
        self.all.load().values().cloned().collect()
    }

    /// Registers a media.
    ///
    /// # Errors
    /// When one of this id exists, or the database does not answer.
    pub async fn create(&self, media: Media) -> Result<Arc<Media>> {
        if !store::insert(&self.db, &media).await? {
            let detail = format!("the media {} exists; PUT changes it", media.media_id);
            return Err(Refusal::new(ErrorCode::MediaExists, detail).into());
        }
        self.rebuild().await?;
        self.get(&media.media_id)
    }

    /// Replaces what may change about a media.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn replace(
        &self,
        media_id: &MediaId,
        details: Details,
        now: Time,
    ) -> Result<Arc<Media>> {
        if !store::update(&self.db, media_id, &details, now).await? {
            return Err(missing(media_id));
        }
        self.rebuild().await?;
        self.get(media_id)
    }

    /// Forgets a media.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn delete(&self, media_id: &MediaId, now: Time) -> Result<()> {
        if !store::delete(&self.db, media_id, now).await? {
            return Err(missing(media_id));
        }
        self.rebuild().await?;
        Ok(())
    }

    /// A page of media in the order of their ids, after this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn page(&self, after: Option<&str>, limit: u32) -> Result<Vec<Media>> {
        Ok(store::page(&self.db, after.unwrap_or_default(), limit).await?)
    }
}

fn missing(media_id: &MediaId) -> crate::error::Error {
    Refusal::new(
        ErrorCode::MediaNotFound,
        format!("there is no media {media_id}"),
    )
    .into()
}

#[async_trait]
impl Refresh for Registry {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed.iter().any(|topic| topic == TOPIC) {
            self.rebuild().await?;
        }
        Ok(())
    }
}
