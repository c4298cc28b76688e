//! What is served of a stored video, and where it lies.

use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::links::Part;
use super::model::{Origin, Video};
use super::{Stored, run, store};
use crate::error::{ErrorCode, Refusal, Result};
use crate::words::{MediaId, Time};

/// What stands in a key as it is.
const KEY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Something to serve.
#[derive(Debug)]
pub enum Served {
    /// A file of this machine.
    File {
        /// Where.
        path: PathBuf,
        /// What it is, as HTTP tells it.
        content_type: &'static str,
    },
    /// A blob that is no file of this machine.
    Bytes {
        /// All of it.
        bytes: Vec<u8>,
        /// What it is, as HTTP tells it.
        content_type: &'static str,
    },
    /// A content delivery network serves it.
    Elsewhere(String),
}

impl Stored {
    /// A part of the video of a media.
    ///
    /// # Errors
    /// When there is none, or a store does not answer.
    pub async fn part(&self, media_id: &MediaId, part: Part) -> Result<Served> {
        self.media.get(media_id)?;
        let video = store::of_media(&self.db, media_id).await?;
        let video = video.ok_or_else(|| missing(media_id, part))?;
        let (blob, content_type) = match part {
            Part::File => return self.file(&video).await,
            Part::Poster => (video.poster, "image/jpeg"),
            Part::Preview => (video.preview, "image/webp"),
        };
        let blob = blob.ok_or_else(|| missing(media_id, part))?;
        if let Some(path) = self.blobs.file(&blob) {
            return Ok(Served::File { path, content_type });
        }
        let bytes = self.blobs.get(&blob).await?;
        let bytes = bytes.ok_or_else(|| missing(media_id, part))?;
        Ok(Served::Bytes {
            bytes,
            content_type,
        })
    }

    async fn file(&self, video: &Video) -> Result<Served> {
        if let Some(url) = self.cdn_url(video) {
            return Ok(Served::Elsewhere(url));
        }
        let path = run::local(self, video).await?;
        Ok(Served::File {
            path,
            content_type: content_type(video.origin.path()),
        })
    }

    fn cdn_url(&self, video: &Video) -> Option<String> {
        match (&self.settings.cdn_url, &video.origin) {
            (Some(cdn), Origin::Bucket { key, .. }) => {
                let path = utf8_percent_encode(key, KEY);
                Some(format!("{}/{path}", cdn.trim_end_matches('/')))
            }
            _ => None,
        }
    }

    /// The address of a part that needs a token, for the media's own fields, which outlive any signature.
    #[must_use]
    pub(super) fn plain_url(&self, video: &Video, part: Part) -> String {
        let cdn = self.cdn_url(video).filter(|_| part == Part::File);
        cdn.unwrap_or_else(|| format!("/v1/media/{}/{}", video.media_id, part.as_str()))
    }

    /// The address of a part that a page can show as it is; `None` while there is no such part.
    #[must_use]
    pub fn url(&self, video: &Video, part: Part, now: Time) -> Option<String> {
        let there = match part {
            Part::File => video.duration_ms.is_some(),
            Part::Poster => video.poster.is_some(),
            Part::Preview => video.preview.is_some(),
        };
        let cdn = self.cdn_url(video).filter(|_| part == Part::File);
        there.then(|| cdn.unwrap_or_else(|| self.links.path(&video.media_id, part, now)))
    }
}

fn missing(media_id: &MediaId, part: Part) -> crate::error::Error {
    let detail = format!("{media_id} has no {} here", part.as_str());
    Refusal::new(ErrorCode::NotFound, detail).into()
}

fn content_type(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    match extension.as_deref() {
        Some("mp4" | "m4v") => "video/mp4",
        Some("mov") => "video/quicktime",
        Some("webm") => "video/webm",
        Some("mkv") => "video/x-matroska",
        Some("ts") => "video/mp2t",
        _ => "application/octet-stream",
    }
}
