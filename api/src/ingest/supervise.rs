//! Supervise: each node watches what it may of the media that are to be watched now, and takes over from nodes that are gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::account::{self, Said, State};
use super::hls::follow::Ended;
use super::recogniser::Recognisers;
use super::timetable;
use super::watch::{self, WatchJob, Watching};
use crate::config::now;
use crate::db::Lease;
use crate::media::{self, Media};
use crate::metrics::METRICS;
use crate::words::{MediaId, Time};

/// How often it is looked what is to be watched. With the lease's length this bounds how long a dead node's media stay unwatched.
const TICK: Duration = Duration::from_secs(1);
/// Another node takes over within 15 s, with some left for a slow database.
const _: () = assert!(watch::LEASE_MS + TICK.as_millis() as i64 <= 13_000);
/// What failed, or ended before its time, is tried again after this long.
const AGAIN_MS: i64 = 30_000;

/// What one node watches.
#[derive(Debug)]
pub struct Supervisor {
    watching: Watching,
    recognisers: Arc<dyn Recognisers>,
    /// As many watches as this node takes.
    most: usize,
    /// Who this node is, in leases.
    node: String,
    begun: u64,
    running: HashMap<MediaId, Running>,
    watches: JoinSet<MediaId>,
}

/// A watch of this node.
#[derive(Debug)]
struct Running {
    /// The media as it was when the watch began.
    media: Arc<Media>,
    /// Dropped to stop it.
    stop: Option<oneshot::Sender<()>>,
}

impl Supervisor {
    /// One that takes at most so many watches.
    #[must_use]
    pub fn new(watching: Watching, recognisers: Arc<dyn Recognisers>, most: usize) -> Self {
        Self {
            watching,
            recognisers,
            most,
            node: uuid::Uuid::now_v7().to_string(),
            begun: 0,
            running: HashMap::new(),
            watches: JoinSet::new(),
        }
    }

    /// Watches until `stop` resolves; then all leases are given back. When dropped, all watches end at once, and their
    /// leases run out.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut stop = std::pin::pin!(stop);
        let mut failing = false;
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(ended) = self.watches.join_next() => self.ended(ended),
                _ = tick.tick() => {
                    let looked = self.look(now()).await;
                    if let Err(error) = &looked && !failing {
                        let error = format!("{error:#}");
                        tracing::warn!(kind = "supervision.failed", error, "media cannot be supervised at the moment");
                    }
                    failing = looked.is_err();
                }
            }
            METRICS
                .watches
                .set(i64::try_from(self.running.len()).unwrap_or(i64::MAX));
        }
        self.running.clear();
        while self.watches.join_next().await.is_some() {}
    }

    fn ended(&mut self, ended: Result<MediaId, tokio::task::JoinError>) {
        match ended {
            Ok(media_id) => {
                self.running.remove(&media_id);
            }
            Err(error) => {
                tracing::error!(kind = "watch.broke", %error, "a watch broke off; its media is taken up again when its lease ends");
                // Which one it was is not said: those whose stop nobody hears any more.
                self.running.retain(|_, running| {
                    running.stop.as_ref().is_none_or(|stop| !stop.is_closed())
                });
            }
        }
    }

    /// Ends what is no longer wanted as it is, and begins what is wanted and free.
    async fn look(&mut self, now: Time) -> anyhow::Result<()> {
        for running in self.running.values_mut() {
            let current = self.watching.media.get(&running.media.media_id).ok();
            let same = current.is_some_and(|media| {
                is_same(&media, &running.media) && timetable::stream(&media, now).is_some()
            });
            if !same {
                running.stop = None;
            }
        }
        let wanted: Vec<Arc<Media>> = (self.watching.media.all().into_iter())
            .filter(|media| timetable::stream(media, now).is_some())
            .filter(|media| !self.running.contains_key(&media.media_id))
            .collect();
        if wanted.is_empty() || self.running.len() >= self.most {
            return Ok(());
        }
        let held = watch::holders(&self.watching.db, now).await?;
        let states = account::states(&self.watching.db).await?;
        for media in wanted {
            let media_id = &media.media_id;
            let settled = states
                .get(media_id)
                .is_some_and(|state| is_settled(&media, state, now));
            if settled || held.contains_key(media_id.as_str()) || self.running.len() >= self.most {
                continue;
            }
            self.begin(media, now).await?;
        }
        Ok(())
    }

    /// What watching a media is, where this node can do it.
    async fn job(&self, media: &Media, now: Time) -> anyhow::Result<WatchJob> {
        let (Some(ingest), Some(url)) = (&media.details.ingest, timetable::stream(media, now))
        else {
            anyhow::bail!("the media is not to be watched");
        };
        let media::Ingest {
            frames,
            most_lag_ms,
            max_spend,
            ..
        } = ingest;
        let job = WatchJob {
            media_id: media.media_id.clone(),
            url: url.to_owned(),
            frames: *frames,
            most_lag_ms: *most_lag_ms,
            max_spend: *max_spend,
            recogniser: self.recognisers.of(media).await?,
        };
        watch::check(&self.watching, &job)?;
        Ok(job)
    }

    /// Takes the lease of a media, and watches it where it was free.
    async fn begin(&mut self, media: Arc<Media>, now: Time) -> anyhow::Result<()> {
        let db = &self.watching.db;
        let job = match self.job(&media, now).await {
            Ok(job) => job,
            Err(error) => {
                let why = format!("{error:#}");
                tracing::error!(kind = "watch.impossible", media = %media.media_id, why, "a media cannot be watched by this node");
                let state = state(&media, Said::Failed, Some(why), now);
                return account::say(db, &media.media_id, &state).await;
            }
        };
        self.begun += 1;
        let lease = watch::lease(&media.media_id, &format!("{}/{}", self.node, self.begun));
        if !lease.hold(db, now).await? {
            return Ok(());
        }
        account::say(
            db,
            &media.media_id,
            &state(&media, Said::Watching, None, now),
        )
        .await?;
        tracing::info!(kind = "watch.begun", media = %media.media_id, url = job.url, "this node watches a media");
        let (stop, stopped) = oneshot::channel();
        let media_id = media.media_id.clone();
        self.watches.spawn(run(
            self.watching.clone(),
            job,
            lease,
            media.clone(),
            stopped,
        ));
        let stop = Some(stop);
        self.running.insert(media_id, Running { media, stop });
        Ok(())
    }
}

/// One watch to its end, and what is to be said of that.
async fn run(
    watching: Watching,
    job: WatchJob,
    lease: Lease,
    media: Arc<Media>,
    stopped: oneshot::Receiver<()>,
) -> MediaId {
    let stopped = async {
        // Dropping the other end is the sign.
        let _ = stopped.await;
    };
    let ended = watch::watch_held(&watching, &job, &lease, stopped).await;
    let said = match ended {
        Some(Ended::Stream) => Some((Said::Ended, "the stream has ended")),
        Some(Ended::Spent) => Some((Said::Spent, "the spend limit is reached")),
        Some(Ended::Media) | None => None,
    };
    if let Some((said, why)) = said {
        let state = state(&media, said, Some(why.to_owned()), now());
        if let Err(error) = account::say(&watching.db, &media.media_id, &state).await {
            let error = format!("{error:#}");
            tracing::warn!(kind = "state.lost", media = %media.media_id, error, "the watch is begun once more");
        }
    }
    watch::give_back(&watching.db, &lease, &media.media_id).await;
    job.media_id
}

fn state(media: &Media, said: Said, reason: Option<String>, now: Time) -> State {
    State {
        said,
        reason,
        version: media.updated_at,
        since: now,
    }
}

/// Whether a running watch may go on although the media was changed: nothing that it depends on has.
fn is_same(a: &Media, b: &Media) -> bool {
    a.details.ingest == b.details.ingest && a.zero == b.zero
}

/// Whether there is nothing to watch for now, by what was said of this version of the media.
fn is_settled(media: &Media, state: &State, now: Time) -> bool {
    if state.version != media.updated_at {
        return false;
    }
    let again = now.since(state.since) >= AGAIN_MS;
    match state.said {
        Said::Watching => false,
        Said::Failed => !again,
        // Within its hours a stream may come back: an encoder that was restarted ends its playlist too.
        Said::Ended => media.details.timetable.is_none() || !again,
        Said::Spent => true,
    }
}
