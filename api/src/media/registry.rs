//! All media: changes go to the database, readers look in memory.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Details, Media, TOPIC, ad_breaks, state, store};
use crate::db::{Db, Refresh, Slot};
use crate::error::{ErrorCode, Refusal, Result};
use crate::words::{MediaId, Time};

/// Media by their ids: callers choose the ids, so the hash is seeded, but every decision looks here, so it is a quick one.
pub(super) type ById = HashMap<MediaId, Arc<Media>, foldhash::quality::RandomState>;

/// All media, in the database and, for readers that cannot wait, in memory.
#[derive(Debug)]
pub struct Registry {
    pub(super) db: Db,
    all: Slot<ById>,
    pub(super) state: state::StateSlot,
    pub(super) breaks: ad_breaks::BreakSlot,
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
            state: Slot::default(),
            breaks: Slot::default(),
        };
        registry.rebuild().await?;
        registry.rebuild_state().await?;
        registry.rebuild_breaks().await?;
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
        if changed.iter().any(|topic| topic == state::TOPIC) {
            self.rebuild_state().await?;
        }
        if changed.iter().any(|topic| topic == ad_breaks::TOPIC) {
            self.rebuild_breaks().await?;
        }
        Ok(())
    }
}
