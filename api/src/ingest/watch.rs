//! Watch: one media's live stream, by one watcher at a time, until it ends or the watcher is told to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::hls::follow::{Ended, Follow};
use super::recogniser::Recogniser;
use crate::config::now;
use crate::db::{Db, Lease};
use crate::detections::Detections;
use crate::fetch::Fetcher;
use crate::media::{Frames, Registry};
use crate::words::{MediaId, MicroUsd, Time};

/// A watcher that is gone is followed by another after this long, and what that one needs to notice it.
pub(super) const LEASE_MS: i64 = 10_000;
/// What the leases of watchers are named by, before the media's id.
const LEASE: &str = "watch:";
/// How often the watcher says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// How long to wait before trying again what failed.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a watch that is told to stop may still work on its segment.
const GRACE: Duration = Duration::from_secs(4);

/// Held while a segment is worked on, so that who stops a watch can wait for the segment's end: what was recognised, and
/// paid for, is stored then, and the next watcher need not do it again.
pub(super) type AtWork = tokio::sync::Mutex<()>;

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
    /// Which pictures are looked at.
    pub frames: Frames,
    /// How far behind the stream it may fall, in ms, before it looks at less.
    pub most_lag_ms: i64,
    /// What recognition of the media may cost in all.
    pub max_spend: Option<MicroUsd>,
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
    /// Segments that were passed over to keep up.
    pub skipped: u64,
    /// Things that were seen.
    pub detections: u64,
}

impl Watched {
    /// Counts these too.
    pub fn add(&mut self, more: Self) {
        self.analysed += more.analysed;
        self.failed += more.failed;
        self.skipped += more.skipped;
        self.detections += more.detections;
    }
}

/// The lease that lets one watcher at a time watch a media.
pub(super) fn lease(media_id: &MediaId, holder: &str) -> Lease {
    Lease::new(format!("{LEASE}{media_id}"), holder, LEASE_MS)
}

/// Who watches which media at this moment.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn holders(db: &Db, now: Time) -> anyhow::Result<HashMap<String, String>> {
    let held = Lease::holders(db, LEASE, now).await?;
    let of =
        |(name, holder): (String, String)| Some((name.strip_prefix(LEASE)?.to_owned(), holder));
    Ok(held.into_iter().filter_map(of).collect())
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
    check(&watching, &job)?;
    let lease = lease(&job.media_id, &uuid::Uuid::now_v7().to_string());
    let mut watched = Watched::default();
    let at_work = AtWork::default();
    let work = async {
        loop {
            take(&watching.db, &lease).await;
            let ended = follow(&watching, &job, &lease, &mut watched, &at_work).await;
            if ended.is_some() {
                return;
            }
            tracing::warn!(kind = "lease.lost", media = %job.media_id, "another watches this media now");
        }
    };
    until(stop, work, &at_work).await;
    give_back(&watching.db, &lease, &job.media_id).await;
    Ok(watched)
}

/// Watches with a lease that is held already; says how it ended, or `None` where it was told to stop or the lease was lost.
/// The lease is kept: what is to be said of the end is said first.
pub(super) async fn watch_held(
    watching: &Watching,
    job: &WatchJob,
    lease: &Lease,
    stop: impl Future<Output = ()> + Send,
) -> Option<Ended> {
    let mut watched = Watched::default();
    let at_work = AtWork::default();
    let work = follow(watching, job, lease, &mut watched, &at_work);
    until(stop, work, &at_work).await.flatten()
}

/// Works until it is told to stop, and then to the end of the segment that is under way, if that is near; `None` where it
/// was stopped.
async fn until<T>(
    stop: impl Future<Output = ()>,
    work: impl Future<Output = T>,
    at_work: &AtWork,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        biased;
        () = stop => {}
        ended = &mut work => return Some(ended),
    }
    let finish = async {
        tokio::select! {
            biased;
            ended = &mut work => Some(ended),
            _between_segments = at_work.lock() => None,
        }
    };
    tokio::time::timeout(GRACE, finish).await.ok().flatten()
}

/// Whether a job can be done at all.
pub(super) fn check(watching: &Watching, job: &WatchJob) -> anyhow::Result<()> {
    let (Frames::PerSecond(fps)
    | Frames::SceneCuts {
        at_most_per_second: fps,
    }) = job.frames;
    anyhow::ensure!(
        fps.is_finite() && fps > 0.0 && fps <= 60.0,
        "frames a second are more than 0 and at most 60"
    );
    watching.fetch.address(&job.url)?;
    watching.media.get(&job.media_id)?;
    Ok(())
}

/// Gives the lease back, so that the next watcher need not wait for its end.
pub(super) async fn give_back(db: &Db, lease: &Lease, media_id: &MediaId) {
    if let Err(error) = lease.release(db).await {
        tracing::warn!(kind = "lease.kept", media = %media_id, %error, "the next watcher waits for the lease's end");
    }
}

/// Follows the stream as long as the lease is held, and begins again after what fails; `None` where the lease was lost.
async fn follow(
    watching: &Watching,
    job: &WatchJob,
    lease: &Lease,
    watched: &mut Watched,
    at_work: &AtWork,
) -> Option<Ended> {
    let media_id = &job.media_id;
    let work = async {
        loop {
            match Follow::new(watching, job, watched, at_work).run().await {
                Ok(ended) => {
                    tracing::info!(kind = "watch.ended", media = %media_id, ?ended, "there is nothing more to watch");
                    return ended;
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!(kind = "watch.failed", media = %media_id, error, "a watch begins again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = lose(&watching.db, lease) => None,
        ended = work => Some(ended),
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
