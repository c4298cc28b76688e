//! Stored video, built from what a node has and what its operator set.

use std::sync::Arc;

use anyhow::{Context, anyhow};

use crate::auth::Keys;
use crate::blobs::Blobs;
use crate::config::ServeOptions;
use crate::db::Db;
use crate::detections::Detections;
use crate::ingest::recogniser::Image;
use crate::ingest::stored::{Links, Settings, Stored};
use crate::ingest::{Outside, References};
use crate::media::Registry;
use crate::words::Confidence;

/// How many frames of a second of a stored video are looked at.
const FPS: f64 = 1.0;
/// How sure Rekognition must be of a label in a stored video; it would take 50 by itself.
const LABELS: f64 = 75.0;
/// How sure of a face.
const FACES: f64 = 95.0;

/// What stands around it in a node.
pub(super) struct Around<'a> {
    pub db: &'a Db,
    pub media: &'a Arc<Registry>,
    pub detections: &'a Arc<Detections>,
    pub blobs: &'a Arc<dyn Blobs>,
    pub references: &'a Arc<References>,
    pub keys: &'a Keys,
}

/// Builds it.
///
/// # Errors
/// When an option cannot be used.
pub(super) fn stored(
    options: &ServeOptions,
    around: &Around<'_>,
    outside: &Outside,
) -> anyhow::Result<Stored> {
    let set = &options.videos;
    if let Some(folder) = &set.watch_folder {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let bucket = |text: &String| {
        let (bucket, prefix) = text.split_once('/').unwrap_or((text, ""));
        (bucket.to_owned(), prefix.to_owned())
    };
    let percent = |percent| Confidence::parse(percent).map_err(|invalid| anyhow!(invalid.detail));
    let settings = Settings {
        folder: set.watch_folder.clone(),
        copies: options.store.videos_dir(),
        buckets: set.video_buckets.iter().map(bucket).collect(),
        cdn_url: set.cdn_url.clone(),
        fps: FPS,
        label_confidence: percent(LABELS)?,
        face_confidence: percent(FACES)?,
    };
    Ok(Stored {
        db: around.db.clone(),
        media: around.media.clone(),
        detections: around.detections.clone(),
        blobs: around.blobs.clone(),
        objects: outside.objects.clone(),
        recogniser: Arc::new(Image::new(around.references.clone())),
        videos: outside.videos.clone(),
        links: Arc::new(Links::new(around.keys.receipt())),
        settings: Arc::new(settings),
    })
}
