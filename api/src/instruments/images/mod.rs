//! Images: the pictures of offers, checked, re-encoded and kept; the same picture once.

pub mod http;
mod picture;
mod store;
mod wire;

use std::sync::Arc;

use anyhow::Context;

use crate::blobs::Blobs;
use crate::db::Db;
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::fetch::Fetcher;
use crate::words::{ImageId, Time};

pub use picture::Format;

/// An image as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The digest of its content.
    pub image_id: ImageId,
    /// How it is encoded.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Its size.
    pub bytes: u64,
    /// When it was uploaded first.
    pub created_at: Time,
}

/// The images of this installation.
#[derive(Debug)]
pub struct Images {
    db: Db,
    blobs: Arc<dyn Blobs>,
    fetch: Fetcher,
}

impl Images {
    /// In this database and these blobs; what lies elsewhere comes by this fetcher.
    #[must_use]
    pub fn new(db: Db, blobs: Arc<dyn Blobs>, fetch: Fetcher) -> Self {
        Self { db, blobs, fetch }
    }

    /// Takes what lies at this address, as if it had been uploaded.
    ///
    /// # Errors
    /// When it is out of reach or too large, when it is no usable image, or a store does not answer.
    pub async fn fetch(&self, url: &str, largest: usize, now: Time) -> Result<Image> {
        let fetched = match self.fetch.address(url) {
            Ok(url) => self.fetch.get(&url, largest).await,
            Err(error) => Err(error),
        };
        let fetched = fetched.map_err(|error| Refusal {
            field: Some("url".into()),
            ..Refusal::new(ErrorCode::ImageUnreachable, error.to_string())
        })?;
        self.upload(fetched.bytes, now).await
    }

    /// Takes an upload: reads it within bounds, encodes it anew without its metadata, and keeps it. The blob is there before
    /// its row. Two that upload the same picture get the same image.
    ///
    /// # Errors
    /// When it is no usable image, or a store does not answer.
    pub async fn upload(&self, body: bytes::Bytes, now: Time) -> Result<Image> {
        let encoding = tokio::task::spawn_blocking(move || picture::encode_anew(&body));
        let picture = encoding.await.context("encoding an image failed")??;
        let digest = blake3::hash(&picture.encoded).to_hex();
        let image_id = ImageId::parse(&digest)
            .map_err(|invalid| anyhow::anyhow!("a digest is an id: {}", invalid.detail))?;
        self.blobs.put(&key(&image_id), &picture.encoded).await?;
        let image = Image {
            image_id,
            format: picture.format,
            width: picture.width,
            height: picture.height,
            bytes: picture.encoded.len() as u64,
            created_at: now,
        };
        Ok(store::put(&self.db, &image).await?)
    }

    /// An image and its bytes.
    ///
    /// # Errors
    /// When there is none of this id, or a store does not answer.
    pub async fn get(&self, image_id: &ImageId) -> Result<(Image, Vec<u8>)> {
        let image = store::get(&self.db, image_id).await?;
        let image = image.ok_or_else(|| missing(image_id))?;
        let bytes = self.blobs.get(&key(image_id)).await?;
        let bytes =
            bytes.with_context(|| format!("the image {image_id} is gone from the blobs"))?;
        Ok((image, bytes))
    }
}

/// Whether an image of this id was uploaded.
pub(super) async fn is_there(db: &Db, image_id: &ImageId) -> anyhow::Result<bool> {
    Ok(store::get(db, image_id).await?.is_some())
}

fn key(image_id: &ImageId) -> String {
    format!("images/{image_id}")
}

fn missing(image_id: &ImageId) -> Error {
    let detail = format!("there is no image {image_id}");
    Refusal::new(ErrorCode::ImageNotFound, detail).into()
}
