//! Watch: one media's live stream, by one watcher at a time, until it ends or the watcher is told to stop.

use std::sync::Arc;
use std::time::Duration;

use super::hls::follow::{Ended, Follow};
use super::recogniser::Recogniser;
use crate::config::now;
use crate::db::{Db, Lease};
use crate::detections::Detections;
use crate::fetch::Fetcher;
use crate::media::Registry;
use crate::words::MediaId;

/// A watcher that is gone is followed by another after this long.
const LEASE_MS: i64 = 10_000;
/// How often the watcher says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// How long to wait before trying again what failed.
const PAUSE: Duration = Duration::from_secs(1);

/// What watching needs of its node.
#[derive(Debug, Clone)]
pub struct Watching {
    /// For the ledger and the lease.
    pub db: Db,
    /// What is watched.
    pub media: Arc<Registry>,
    /// Where what was seen goes.
    pub detections: Arc<Detections>,
    /// The way to the stream.
    pub fetch: Fetcher,
}

/// What to watch.
#[derive(Debug, Clone)]
pub struct WatchJob {
    /// Whose stream it is.
    pub media_id: MediaId,
    /// Where its playlist lies: a whole address of a master or a media playlist.
    pub url: String,
    /// How many frames of a second are looked at.
    pub fps: f64,
    /// Who says what they show.
    pub recogniser: Arc<dyn Recogniser>,
}

/// What a watch has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watched {
    /// Segments that were looked at.
    pub analysed: u64,
    /// Segments that could not be read or looked at.
    pub failed: u64,
    /// Things that were seen.
    pub detections: u64,
}

/// Watches until the stream ends, the media is deleted, or `stop` resolves; then the lease is given back. Another watcher
/// of the same media waits meanwhile. May be dropped at any moment: what was not committed is done again by the
/// next watcher, and the lease runs out by itself.
///
/// # Errors
/// When the job cannot be done at all: the address is none that may be fetched, or the media is unknown.
pub async fn watch(
    watching: Watching,
    job: WatchJob,
    stop: impl Future<Output = ()> + Send,
) -> anyhow::Result<Watched> {
    anyhow::ensure!(
        job.fps.is_finite() && job.fps > 0.0 && job.fps <= 60.0,
        "frames a second are more than 0 and at most 60"
    );
    watching.fetch.address(&job.url)?;
    watching.media.get(&job.media_id)?;
    let holder = uuid::Uuid::now_v7().to_string();
    let lease = Lease::new(format!("watch:{}", job.media_id), holder, LEASE_MS);
    let mut watched = Watched::default();
    let work = hold_and_follow(&watching, &job, &lease, &mut watched);
    tokio::select! {
        biased;
        () = stop => {}
        () = work => {}
    }
    if let Err(error) = lease.release(&watching.db).await {
        tracing::warn!(kind = "lease.kept", media = %job.media_id, %error, "the next watcher waits for the lease's end");
    }
    Ok(watched)
}

/// Follows the stream whenever the lease is held, and begins again after what fails.
async fn hold_and_follow(
    watching: &Watching,
    job: &WatchJob,
    lease: &Lease,
    watched: &mut Watched,
) {
    loop {
        take(&watching.db, lease).await;
        let mut follow = Follow::new(watching, job, watched);
        let ended = tokio::select! {
            biased;
            () = lose(&watching.db, lease) => {
                tracing::warn!(kind = "lease.lost", media = %job.media_id, "another watches this media now");
                continue;
            }
            ended = follow.run() => ended,
        };
        match ended {
            Ok(Ended::Stream) => {
                tracing::info!(kind = "watch.ended", media = %job.media_id, "the stream has ended");
                return;
            }
            Ok(Ended::Media) => {
                tracing::info!(kind = "watch.ended", media = %job.media_id, "the media was deleted");
                return;
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(kind = "watch.failed", media = %job.media_id, error, "a watch begins again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Waits until the lease is held.
async fn take(db: &Db, lease: &Lease) {
    loop {
        match lease.hold(db, now()).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(kind = "lease.failed", %error, "the database does not say who watches");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Renews the lease until another holds it, or it could not be renewed in time.
async fn lose(db: &Db, lease: &Lease) {
    let mut held_until = now().plus_ms(LEASE_MS);
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let asked = now();
        match lease.hold(db, asked).await {
            Ok(true) => held_until = asked.plus_ms(LEASE_MS),
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(kind = "lease.failed", %error, "a heartbeat failed");
                if now() >= held_until {
                    return;
                }
            }
        }
    }
}
