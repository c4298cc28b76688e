//! References: the images that the embedded recogniser looks for, in the database, the blobs and, prepared, in memory.

pub mod http;
mod picture;
mod store;
mod wire;

use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use beckon_matcher::{Matcher, Options};

use self::picture::Picture;
use crate::blobs::Blobs;
use crate::db::{Db, Refresh, Slot};
use crate::error::{ErrorCode, Refusal, Result};
use crate::words::{ReferenceId, Time};

/// The topic under which references change.
const TOPIC: &str = "references";
/// As many as a node can look for in time.
const MOST: i64 = 50;

/// A registered reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its id.
    pub reference_id: ReferenceId,
    /// The name that detections carry.
    pub name: String,
    /// The operator's own id of the mark or product.
    pub external_id: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Where the image lies.
    blob: String,
    /// Why it may be found badly.
    pub warnings: Vec<String>,
    /// When it was registered.
    pub created_at: Time,
}

/// What a new reference is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name that detections carry.
    pub name: String,
    /// The operator's own id.
    pub external_id: Option<String>,
}

/// All references, ready to be looked for.
#[derive(Debug)]
pub struct Gallery {
    /// What each is called, in the matcher's order.
    pub names: Vec<Named>,
    /// Looks for all of them at once.
    pub matcher: Matcher,
}

/// The references of this installation.
#[derive(Debug)]
pub struct References {
    db: Db,
    blobs: Arc<dyn Blobs>,
    gallery: Slot<Option<Gallery>>,
}

impl References {
    /// Reads and prepares the references.
    ///
    /// # Errors
    /// When a store does not answer.
    pub async fn open(db: Db, blobs: Arc<dyn Blobs>) -> anyhow::Result<Self> {
        let references = Self {
            db,
            blobs,
            gallery: Slot::default(),
        };
        references.rebuild().await?;
        Ok(references)
    }

    /// What is looked for at this moment; `None` while nothing is registered.
    #[must_use]
    pub fn gallery(&self) -> Arc<Option<Gallery>> {
        self.gallery.load_full()
    }

    async fn rebuild(&self) -> anyhow::Result<()> {
        self.gallery.rebuild(self.prepare()).await
    }

    /// Preparing takes tens of milliseconds an image: it happens aside, and the old gallery serves on.
    async fn prepare(&self) -> anyhow::Result<Option<Gallery>> {
        let mut images = Vec::new();
        for reference in store::all(&self.db).await? {
            match self.blobs.get(&reference.blob).await? {
                Some(bytes) => images.push((reference, bytes)),
                None => tracing::error!(
                    kind = "reference.lost",
                    reference = %reference.reference_id,
                    "a reference's image is gone from the blobs: register it again"
                ),
            }
        }
        if images.is_empty() {
            return Ok(None);
        }
        let prepared = tokio::task::spawn_blocking(move || gallery(images));
        prepared.await.context("preparing the references failed")
    }

    /// Registers an image; one of the same name and external id is replaced. The blob is there before
    /// its row, and the row counts only once it is committed.
    ///
    /// # Errors
    /// When it is no usable image, there are too many, or a store does not answer.
    pub async fn register(
        &self,
        named: Named,
        image: bytes::Bytes,
        now: Time,
    ) -> Result<Reference> {
        let bytes = image.clone();
        let read = tokio::task::spawn_blocking(move || picture::read(&bytes));
        let picture = read.await.context("reading the image failed")??;
        let blob = format!("references/{}", blake3::hash(&image).to_hex());
        self.blobs.put(&blob, &image).await?;
        let reference = reference(named, &picture, blob, now)?;
        let Some(stored) = store::put(&self.db, &reference, MOST, now).await? else {
            let detail =
                format!("{MOST} references are registered; a node cannot match more in time");
            return Err(Refusal::new(ErrorCode::TooManyReferences, detail).into());
        };
        self.rebuild().await?;
        Ok(stored)
    }

    /// A page of references in the order of their ids, after this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn page(&self, after: Option<&str>, limit: u32) -> Result<Vec<Reference>> {
        Ok(store::page(&self.db, after.unwrap_or_default(), limit).await?)
    }
}

fn reference(named: Named, picture: &Picture, blob: String, now: Time) -> Result<Reference> {
    let id = uuid::Uuid::now_v7().to_string();
    Ok(Reference {
        reference_id: ReferenceId::parse(&id)
            .map_err(|invalid| anyhow::anyhow!("a new id is valid: {}", invalid.detail))?,
        name: named.name,
        external_id: named.external_id,
        width: picture.width,
        height: picture.height,
        blob,
        warnings: picture.warnings(),
        created_at: now,
    })
}

fn gallery(images: Vec<(Reference, Vec<u8>)>) -> Option<Gallery> {
    let mut names = Vec::new();
    let mut pictures = Vec::new();
    for (reference, bytes) in images {
        match picture::read(&bytes) {
            Ok(picture) => {
                pictures.push(picture.reference);
                names.push(Named {
                    name: reference.name,
                    external_id: reference.external_id,
                });
            }
            // It was read when it was registered: the blob has changed since.
            Err(error) => tracing::error!(
                kind = "reference.lost",
                reference = %reference.reference_id,
                %error,
                "a reference's image can no longer be read: register it again"
            ),
        }
    }
    (!names.is_empty()).then(|| Gallery {
        matcher: Matcher::new(&pictures, Options::default()),
        names,
    })
}

#[async_trait]
impl Refresh for References {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed.iter().any(|topic| topic == TOPIC) {
            self.rebuild().await?;
        }
        Ok(())
    }
}
