//! Follows a playlist live: what is new in it is analysed, in its order, and nothing twice.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::breaks::{Breaks, dated};
use super::delta::complete;
use super::media::Media;
use super::place::{Anchor, Placed, is_restart, place};
use super::{Given, Playlist, WIDTH, read_given};
use crate::config::now;
use crate::fetch::{FetchError, Url};
use crate::ingest::analyse::{Piece, Progress, analyse, miss};
use crate::ingest::pace::{Edge, Pace, Turn};
use crate::ingest::watch::{AtWork, WatchJob, Watched, Watching};
use crate::ingest::{account, ledger};
use crate::media::AdBreak;
use crate::words::Time;

/// The largest playlist that is read: a day of segments of two seconds.
const LARGEST: usize = 8 * 1024 * 1024;
/// A playlist that does not say its target duration is asked for this often.
const UNSAID: Duration = Duration::from_secs(2);
/// Nothing is asked for more often, or more rarely.
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);
/// More segments than a live window lists.
const MOST_LISTED: i64 = 20_000;
/// As many segments that were missed are told one by one.
const MOST_MISSED: i64 = 500;
/// After so many failures in a row the master playlist is asked again: addresses in it may have changed.
const PATIENCE: u32 = 3;

/// Why there is nothing more to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The playlist says so.
    Stream,
    /// The media was deleted.
    Media,
    /// There is no money left to look at more.
    Spent,
}

/// What came of a playlist.
enum Taken {
    /// Whether there was anything new.
    News(bool),
    Ended(Ended),
}

/// Where this run of the encoder stands.
#[derive(Debug, Default)]
struct Run {
    number: i64,
    /// Positions of the segments that were dealt with, from the first listed one on.
    known: BTreeMap<i64, i64>,
    /// The newest of them, and where it ends.
    anchor: Option<Anchor>,
}

/// One following, from the ledger on.
pub struct Follow<'a> {
    watching: &'a Watching,
    job: &'a WatchJob,
    watched: &'a mut Watched,
    /// Held while a segment is worked on.
    at_work: &'a AtWork,
    run: Run,
    progress: Progress,
    /// The media playlist, once the master has named it, and the variables that the master gives it.
    address: Option<Url>,
    variables: Vec<(String, String)>,
    /// The playlist as it was last, for updates that leave out what is known.
    last: Option<Media>,
    breaks: Breaks,
    failures: u32,
    pace: Pace,
    /// Whether the watcher had nothing to do when it asked for the playlist.
    waited: bool,
}

impl<'a> Follow<'a> {
    pub fn new(
        watching: &'a Watching,
        job: &'a WatchJob,
        watched: &'a mut Watched,
        at_work: &'a AtWork,
    ) -> Self {
        Self {
            watching,
            job,
            watched,
            at_work,
            run: Run::default(),
            progress: Progress::default(),
            address: None,
            variables: Vec::new(),
            last: None,
            breaks: Breaks::default(),
            failures: 0,
            pace: Pace::new(job.most_lag_ms),
            waited: true,
        }
    }

    /// Follows until the stream ends.
    pub async fn run(&mut self) -> anyhow::Result<Ended> {
        self.resume().await?;
        loop {
            let asked = Instant::now();
            let mut wait = SHORTEST;
            match self.load().await {
                Ok((url, media)) => {
                    self.failures = 0;
                    let target = media.target_duration.unwrap_or(UNSAID);
                    let news = match self.take(&url, &media).await? {
                        Taken::News(news) => news,
                        Taken::Ended(ended) => return Ok(ended),
                    };
                    if media.ended {
                        return Ok(Ended::Stream);
                    }
                    self.last = Some(media);
                    wait = if news { target } else { target / 2 };
                }
                Err(error) => self.failed(&error, &mut wait).await,
            }
            let wait = wait
                .clamp(SHORTEST, LONGEST)
                .saturating_sub(asked.elapsed());
            self.waited = !wait.is_zero();
            tokio::time::sleep(wait).await;
        }
    }

    async fn failed(&mut self, error: &anyhow::Error, wait: &mut Duration) {
        self.failures += 1;
        let media = &self.job.media_id;
        if self.failures == 1 {
            let error = format!("{error:#}");
            tracing::warn!(kind = "playlist.failed", %media, error, "no playlist: it is asked for again");
            let noted = account::note_error(&self.watching.db, media, &error, now()).await;
            if let Err(error) = noted {
                tracing::warn!(kind = "error.lost", %media, %error, "the database did not keep an error");
            }
        }
        if self.failures.is_multiple_of(PATIENCE) {
            self.address = None;
        }
        // 0.5 s, 1 s, 2 s, 4 s …
        *wait = Duration::from_millis(250) * 2_u32.pow(self.failures.min(5));
    }

    async fn resume(&mut self) -> anyhow::Result<()> {
        let db = &self.watching.db;
        self.breaks = Breaks::resume(&self.watching.media.ad_breaks(&self.job.media_id));
        if let Some(last) = ledger::last(db, &self.job.media_id).await? {
            self.run.number = last.run;
            self.run.anchor = Some(Anchor {
                sequence: last.sequence,
                end_ms: last.end_ms,
            });
            self.progress.covered_to = Some(last.end_ms);
            let from = last.sequence.saturating_sub(MOST_LISTED);
            self.run.known = ledger::known(db, &self.job.media_id, last.run, from).await?;
        }
        Ok(())
    }

    async fn load(&mut self) -> anyhow::Result<(Url, Media)> {
        let fetch = &self.watching.fetch;
        let mut url = match &self.address {
            Some(url) => url.clone(),
            None => fetch.address(&self.job.url)?,
        };
        // A master names a media playlist; one that names a master again is a circle.
        for _ in 0..2 {
            let fetched = fetch.get(&url, LARGEST).await?;
            let given = Given {
                query: fetched.url.query(),
                imported: &self.variables,
            };
            match read_given(&fetched.bytes, &given)? {
                Playlist::Media(media) => {
                    self.address = Some(url);
                    let media = complete(media, self.last.as_ref());
                    return Ok((fetched.url, media));
                }
                Playlist::Master(master) => {
                    let variant = master.best_for_width(WIDTH);
                    let variant = variant
                        .ok_or_else(|| anyhow::anyhow!("the master playlist names no rendition"))?;
                    url = fetched.url.join(&variant.uri).map_err(|error| {
                        FetchError::Forbidden(format!("`{}`: {error}", variant.uri))
                    })?;
                    self.variables = master.variables;
                }
            }
        }
        anyhow::bail!("the master playlist names another master playlist")
    }

    /// Analyses what is new, as long as the playlist is.
    async fn take(&mut self, url: &Url, media: &Media) -> anyhow::Result<Taken> {
        let read = Instant::now();
        let Ok(watched) = self.watching.media.get(&self.job.media_id) else {
            return Ok(Taken::Ended(Ended::Media));
        };
        let fresh = self.fresh(media, watched.zero, now()).await?;
        let edge = match fresh.last() {
            Some(last) if !media.ended => Some(Edge {
                listed_ms: last.to_ms,
                length_ms: last.to_ms - last.from_ms,
            }),
            _ => None,
        };
        if let Some(first) = fresh.first() {
            self.count_missed(&watched, first, &fresh).await?;
        }
        if let (Some(edge), Some(first), true) = (edge, fresh.first(), self.waited) {
            self.pace.excuse(edge.listed_ms - first.to_ms);
        }
        let target = media.target_duration.unwrap_or(UNSAID);
        for (n, placed) in fresh.iter().enumerate() {
            // The playlist lists more by now, and what is at its other end may be gone soon.
            if n > 0 && edge.is_some() && read.elapsed() >= target {
                break;
            }
            let Ok(watched) = self.watching.media.get(&self.job.media_id) else {
                return Ok(Taken::Ended(Ended::Media));
            };
            let mut piece = Piece {
                media: &watched,
                url,
                segment: &media.segments[placed.index],
                placed: *placed,
                run: self.run.number,
                turn: Turn::WHOLE,
                edge: edge.map(|edge| (edge, read)),
                waiting: fresh.len() - n - 1,
            };
            if edge.is_some() {
                piece.turn = self.pace.turn(piece.most_lag_ms());
            }
            if !self.take_one(&piece).await? {
                return Ok(Taken::Ended(Ended::Spent));
            }
        }
        Ok(Taken::News(!fresh.is_empty()))
    }

    /// Segments that left the playlist before their turn stand in the ledger too, each as long as they were on the whole.
    async fn count_missed(
        &mut self,
        media: &crate::media::Media,
        first: &Placed,
        fresh: &[Placed],
    ) -> anyhow::Result<()> {
        let Some(anchor) = self.run.anchor else {
            return Ok(());
        };
        let count = first.sequence - (anchor.sequence + 1);
        if count <= 0 {
            return Ok(());
        }
        let length = ((first.from_ms - anchor.end_ms) / count).max(0);
        // After a long absence the last of them are told; the rest is the gap in their numbers.
        for n in (count - MOST_MISSED).max(0)..count {
            let from_ms = anchor.end_ms + n * length;
            let placed = Placed {
                index: 0,
                sequence: anchor.sequence + 1 + n,
                from_ms,
                to_ms: from_ms + length,
            };
            let edge_ms = fresh.last().map_or(first.to_ms, |last| last.to_ms);
            let looked = account::Looked {
                lag_ms: (edge_ms - placed.to_ms).max(0),
                waiting: fresh.len(),
                ..account::Looked::default()
            };
            let missed = miss(self.watching, media, self.run.number, placed, looked).await?;
            self.watched.add(missed);
        }
        Ok(())
    }

    /// Analyses one; false where there is no money left for it.
    async fn take_one(&mut self, piece: &Piece<'_>) -> anyhow::Result<bool> {
        let _at_work = self.at_work.lock().await;
        let began = Instant::now();
        let placed = piece.placed;
        let marked = self.breaks.segment(&piece.segment.tags, &placed, piece.run);
        self.note(&marked).await?;
        let done = analyse(self.watching, self.job, piece, &mut self.progress).await?;
        let Some(tally) = done else {
            return Ok(false);
        };
        let length = placed.to_ms - placed.from_ms;
        if piece.turn == Turn::Skip {
            self.pace.passed_over(length);
        } else {
            let took = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            let finished = tally.skipped == 0;
            self.pace.done(length, took, finished, piece.lag_ms());
        }
        self.watched.add(tally);
        self.run.known.insert(placed.sequence, placed.from_ms);
        self.run.anchor = Some(Anchor {
            sequence: placed.sequence,
            end_ms: placed.to_ms,
        });
        Ok(true)
    }

    /// The segments that are new, placed. Notices an encoder that has started anew.
    async fn fresh(&mut self, media: &Media, zero: Time, now: Time) -> anyhow::Result<Vec<Placed>> {
        let mut placed = place(media, zero, self.run.anchor, now);
        let newest = self.run.anchor.map(|anchor| anchor.sequence);
        if newest.is_some_and(|newest| is_restart(&placed, &self.run.known, newest)) {
            let media_id = &self.job.media_id;
            tracing::warn!(kind = "encoder.restarted", media = %media_id, "its segments are numbered anew");
            self.run = Run {
                number: self.run.number + 1,
                ..Run::default()
            };
            let before = self.progress.covered_to;
            placed = after(place(media, zero, None, now), media, before);
        }
        self.note(&dated(media, zero, &placed)).await?;
        // What has left the window does not come back.
        self.run.known = self.run.known.split_off(&media.media_sequence);
        let known = &self.run.known;
        // Whatever lies wholly before the media's zero belongs to what ran there before.
        placed.retain(|p| p.to_ms > 0 && !known.contains_key(&p.sequence));
        // Old news of a playlist that a cache held on to.
        if let Some(anchor) = self.run.anchor {
            placed.retain(|p| p.sequence > anchor.sequence);
        }
        Ok(placed)
    }

    async fn note(&self, breaks: &[AdBreak]) -> anyhow::Result<()> {
        let noted = self
            .watching
            .media
            .note_breaks(&self.job.media_id, breaks, now());
        noted.await.map_err(|error| anyhow::anyhow!("{error}"))
    }
}

/// What an encoder sends after it has started anew lies after what it sent before, unless its dates say where.
fn after(mut placed: Vec<Placed>, media: &Media, before: Option<i64>) -> Vec<Placed> {
    let dated = media.segments.iter().any(|segment| segment.date.is_some());
    if let (Some(before), Some(first), false) = (before, placed.first(), dated) {
        let later = (before - first.from_ms).max(0);
        for placed in &mut placed {
            placed.from_ms += later;
            placed.to_ms += later;
        }
    }
    placed
}
