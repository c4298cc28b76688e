//! `beckon ingest`: watches one live stream as a process of its own.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use crate::app::places::Places;
use crate::config::{Reach, StoreOptions, now};
use crate::db::{Db, Refresh, follow_revisions};
use crate::fetch::Fetcher;
use crate::ingest::frames;
use crate::ingest::recogniser::{Image, Recogniser, Recorded};
use crate::ingest::{References, WatchJob, Watched, Watching, watch};
use crate::media::{Frames, Registry};
use crate::words::MediaId;

/// Watch a media's live stream and store what it shows
///
/// Follows the playlist until it ends or Ctrl-C, cuts frames with ffmpeg, looks for the registered reference images in
/// them (or answers from recorded Rekognition output), and stores what was seen at its position. Works on the database
/// and blobs of a data folder, beside a running server or without one. Each segment is analysed once, however often
/// this is started; a second watcher of the same media waits until the first is gone. `BECKON_LOG=info` shows every
/// segment.
#[derive(Debug, clap::Args)]
pub(super) struct Ingest {
    #[command(flatten)]
    store: StoreOptions,
    /// Media to watch; it must be registered
    #[arg(
        long,
        env = "BECKON_MEDIA",
        value_name = "ID",
        required_unless_present = "dry_run"
    )]
    media: Option<String>,
    /// Playlist (HLS, master or media); the media's playback address unless told
    #[arg(long, env = "BECKON_URL", value_name = "URL")]
    url: Option<String>,
    /// Frames to look at of each second; less than 1 is fine
    #[arg(long, env = "BECKON_FPS", default_value_t = 2.0, value_name = "N")]
    fps: f64,
    /// Look only at the first frame after each cut, and at no more of each second than that
    #[arg(long, env = "BECKON_SCENE_CUTS")]
    scene_cuts: bool,
    /// How far behind the stream it may fall before it looks at less, in ms
    #[arg(
        long,
        env = "BECKON_MOST_LAG_MS",
        default_value_t = 10_000,
        value_name = "MS"
    )]
    most_lag_ms: i64,
    /// Answer from this Rekognition output instead of looking
    #[arg(long, env = "BECKON_RECORDED", value_name = "FILE")]
    recorded: Option<PathBuf>,
    /// Length of the clip that the recorded output is about, in ms, where the stream loops it
    #[arg(long, env = "BECKON_CLIP_MS", value_name = "MS", requires = "recorded")]
    clip_ms: Option<i64>,
    /// Print one line of JSON a segment that this playlist lists, counted from its first one, and store nothing
    #[arg(long, value_name = "FILE-or-URL")]
    dry_run: Option<String>,
    /// How many ffmpeg may run at once
    #[arg(
        long,
        env = "BECKON_FFMPEG_AT_ONCE",
        default_value_t = 2,
        value_name = "N"
    )]
    ffmpeg_at_once: usize,
    /// Which addresses may be fetched from
    #[arg(long, env = "BECKON_REACH", value_enum, default_value_t = Reach::Public)]
    reach: Reach,
}

impl Ingest {
    pub(super) fn run(self) -> anyhow::Result<()> {
        super::log_to_stderr();
        if let Some(source) = &self.dry_run {
            return super::dry_run::dry_run(source, self.reach);
        }
        frames::at_once(self.ffmpeg_at_once);
        let watched = tokio::runtime::Runtime::new()?.block_on(self.watch())?;
        let Watched {
            analysed,
            failed,
            skipped,
            detections,
        } = watched;
        eprintln!(
            "analysed {analysed} segments ({failed} could not be read, {skipped} were passed over), saw {detections} things"
        );
        Ok(())
    }

    async fn watch(self) -> anyhow::Result<Watched> {
        let db = Db::open(&self.store.database_url()).await?;
        let media = Arc::new(Registry::open(db.clone()).await?);
        let media_id = MediaId::parse(self.media.as_deref().unwrap_or_default())
            .map_err(|e| anyhow::anyhow!(e.detail))?;
        let playback = media.get(&media_id)?.details.playback_url.clone();
        let url = self.url.clone().or(playback).with_context(|| {
            format!("{media_id} has no playback address: say with --url what to watch")
        })?;
        anyhow::ensure!(
            !url.starts_with('/'),
            "{media_id} is played from its own server at {url}: say the whole address with --url"
        );
        let places = Places::default();
        let blobs = places.blobs(&self.store).await?;
        let references = Arc::new(References::open(db.clone(), blobs).await?);
        let detections = Arc::new(places.detections(&self.store, db.clone()).await?);
        let stations: Vec<Arc<dyn Refresh>> = vec![media.clone(), references.clone()];
        let job = WatchJob {
            media_id,
            url,
            frames: match self.scene_cuts {
                true => Frames::SceneCuts {
                    at_most_per_second: self.fps,
                },
                false => Frames::PerSecond(self.fps),
            },
            most_lag_ms: self.most_lag_ms,
            max_spend: None,
            recogniser: self.recogniser(references)?,
        };
        let fetch = Fetcher::new(self.reach)?;
        let watching = Watching {
            db: db.clone(),
            media,
            detections,
            fetch,
        };
        eprintln!("watching {} at {}", job.media_id, job.url);
        let stop = async {
            // Without a way to hear of Ctrl-C the process just ends on it, which is safe too.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            watched = watch(watching, job, stop) => watched,
            () = follow_revisions(db, stations) => anyhow::bail!("nobody follows what changes"),
        }
    }

    fn recogniser(&self, references: Arc<References>) -> anyhow::Result<Arc<dyn Recogniser>> {
        let Some(file) = &self.recorded else {
            return Ok(Arc::new(Image::new(references)));
        };
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let recorded = Recorded::looping(&bytes, self.clip_ms, now())?;
        Ok(Arc::new(recorded))
    }
}
