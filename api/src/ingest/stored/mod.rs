//! Stored video: files that were dropped in a folder or a bucket, recognised once, shown in a catalogue, and served.

mod film;
pub mod folder;
pub mod http;
mod links;
mod model;
mod recognise;
mod run;
mod serve;
mod store;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;

use crate::blobs::{Blobs, Objects};
use crate::db::Db;
use crate::detections::Detections;
use crate::error::Result;
use crate::ingest::hooks::Object;
use crate::ingest::recogniser::Recogniser;
use crate::media::Registry;
use crate::words::{MediaId, Time};

pub use links::Links;
pub use model::{Job, Label, Origin, State, Video, Want};
pub use recognise::{JobPage, Refused, VideoRecogniser};
pub use run::work;

/// What stored video needs of its node.
#[derive(Debug, Clone)]
pub struct Stored {
    /// For the videos' rows.
    pub db: Db,
    /// Where their media are registered.
    pub media: Arc<Registry>,
    /// Where what was seen goes.
    pub detections: Arc<Detections>,
    /// Where pictures of them go.
    pub blobs: Arc<dyn Blobs>,
    /// Reads files that lie in buckets.
    pub objects: Arc<dyn Objects>,
    /// Looks at frames of files.
    pub recogniser: Arc<dyn Recogniser>,
    /// Looks at whole videos that lie in buckets, where an account has such a service.
    pub videos: Option<Arc<dyn VideoRecogniser>>,
    /// Signs addresses of files.
    pub links: Arc<Links>,
    /// What the operator set.
    pub settings: Arc<Settings>,
}

/// What an operator sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The folder that is watched.
    pub folder: Option<PathBuf>,
    /// Where files of buckets are kept for serving.
    pub copies: PathBuf,
    /// The buckets, and what keys in them begin with, that hold videos.
    pub buckets: Vec<(String, String)>,
    /// What keys of buckets follow in the addresses of a content delivery network.
    pub cdn_url: Option<String>,
    /// How many frames of a second are looked at.
    pub fps: f64,
    /// How sure an account's recogniser must be of a label, in percent.
    pub label_confidence: crate::words::Confidence,
    /// How sure of a face.
    pub face_confidence: crate::words::Confidence,
}

impl Stored {
    /// Takes a file of the watched folder; one whose content is known is not done again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_file(
        &self,
        path: &str,
        digest: &str,
        size: i64,
        now: Time,
    ) -> anyhow::Result<()> {
        self.add(Origin::Folder(path.to_owned()), digest, size, now)
            .await
    }

    /// Takes an object that was created, if it is a video of a bucket that is watched.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_object(&self, object: &Object, now: Time) -> anyhow::Result<bool> {
        let watched = self.settings.buckets.iter().any(|(bucket, prefix)| {
            *bucket == object.bucket && object.key.starts_with(prefix.as_str())
        });
        if !watched || !model::is_video(&object.key) {
            return Ok(false);
        }
        let Object {
            bucket,
            key,
            version,
            size,
        } = object;
        let named = format!("{bucket}\n{key}\n{version}\n{size}");
        let digest = blake3::hash(named.as_bytes()).to_hex().to_string();
        let (bucket, key) = (bucket.clone(), key.clone());
        self.add(Origin::Bucket { bucket, key }, &digest, *size, now)
            .await?;
        Ok(true)
    }

    async fn add(&self, origin: Origin, digest: &str, size: i64, now: Time) -> anyhow::Result<()> {
        let path = origin.path().to_owned();
        for other in [false, true] {
            let id = model::media_id(&path, digest, other);
            let media_id = id.map_err(|invalid| anyhow::anyhow!(invalid.detail))?;
            if !other && self.is_taken(&media_id, digest).await? {
                continue;
            }
            let video = Video {
                video_id: digest.to_owned(),
                media_id,
                title: model::title(&path),
                origin: origin.clone(),
                size,
                state: State::Queued,
                reason: None,
                attempts: 0,
                jobs: Vec::new(),
                duration_ms: None,
                covered_ms: 0,
                labels: Vec::new(),
                poster: None,
                preview: None,
                created_at: now,
                updated_at: now,
                finished_at: None,
            };
            if store::insert(&self.db, &video).await? {
                return Ok(());
            }
        }
        anyhow::bail!("two videos of one digest want the media of one name: {path}")
    }

    /// Whether the media of this name is somebody else's: another video's, or a live event's. One that an operator
    /// registered beforehand, say with a legal basis for people, is the video's.
    async fn is_taken(&self, media_id: &MediaId, digest: &str) -> anyhow::Result<bool> {
        if let Some(video) = store::of_media(&self.db, media_id).await? {
            return Ok(video.video_id != digest);
        }
        let Ok(media) = self.media.get(media_id) else {
            return Ok(false);
        };
        let live = media.details.ingest.is_some() || media.details.signal.is_some();
        let analysed = self.detections.analysed(media_id).await;
        Ok(live || analysed.is_ok_and(|mark| mark.is_some()))
    }

    /// An account's recogniser has done with a job, or given up: it is asked at once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn job_is_over(&self, job_id: &str, now: Time) -> anyhow::Result<()> {
        store::hurry(&self.db, job_id, now).await
    }

    /// A page of the catalogue, in the order of the media's ids, and where the next one begins.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn page(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Video>, Option<String>)> {
        let after = after.unwrap_or_default();
        let mut found = store::page(&self.db, after, limit + 1).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found
            .last()
            .filter(|_| more)
            .map(|video| video.media_id.to_string());
        // Of a media that was deleted nothing is shown, though its file is known and not done again. A file that
        // could not be read never had one.
        found
            .retain(|video| video.duration_ms.is_none() || self.media.get(&video.media_id).is_ok());
        Ok((found, next))
    }
}
