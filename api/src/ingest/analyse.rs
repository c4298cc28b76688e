//! One segment: its pictures are cut and recognised, and what was seen is stored with its line in the ledger.

use std::time::{Duration, Instant};

use super::account::{self, Looked};
use super::hls::place::{Placed, TOUCHING_MS};
use super::hls::resource::Held;
use super::hls::segment::Segment;
use super::ledger::{Entry, Outcome};
use super::pace::{Edge, Turn};
use super::pictures;
use super::recogniser::Stretch;
use super::scenes::Before;
use super::spend;
use super::watch::{WatchJob, Watched, Watching};
use crate::config::now;
use crate::detections::Detection;
use crate::fetch::Url;
use crate::media::Media;
use crate::metrics::METRICS;
use crate::words::{MediaId, MicroUsd, Position};

/// A segment to look at.
pub struct Piece<'a> {
    pub media: &'a Media,
    /// The playlist that names it.
    pub url: &'a Url,
    pub segment: &'a Segment,
    pub placed: Placed,
    pub run: i64,
    /// Whether there is time for it.
    pub turn: Turn,
    /// The stream's edge when the playlist was read, unless the playlist has ended: then nothing is late.
    pub edge: Option<(Edge, Instant)>,
    /// How many listed segments wait behind it.
    pub waiting: usize,
}

impl Piece<'_> {
    /// How far behind the stream's edge it ends at this moment.
    pub fn lag_ms(&self) -> i64 {
        self.behind(Edge::after)
    }

    /// How far that may be at the most.
    pub fn most_lag_ms(&self) -> i64 {
        self.behind(Edge::at_most)
    }

    fn behind(&self, where_is: impl Fn(Edge, i64) -> i64) -> i64 {
        self.edge.map_or(0, |(edge, read)| {
            let elapsed = i64::try_from(read.elapsed().as_millis()).unwrap_or(i64::MAX);
            (where_is(edge, elapsed) - self.placed.to_ms).max(0)
        })
    }
}

/// What a look came to.
enum Sight {
    Seen(Vec<Detection>, Looked),
    Gap,
    /// There is no money left for it.
    Spent,
}

/// Where the looking stands, from one segment to the next.
#[derive(Debug, Default)]
pub struct Progress {
    /// Where the last stretch ended.
    pub covered_to: Option<i64>,
    /// The last picture that was looked at, in ticks of 90 kHz from the media's zero on.
    pub last_picture: Option<i64>,
    /// Where the last segment that was cut ended, and its last picture, where scenes are looked for.
    pub last_scene: Option<(i64, Before)>,
    /// Keys and headers.
    pub held: Held,
}

/// Looks at a segment and stores what came of it, in one transaction; `None` where there is no money left for that.
///
/// # Errors
/// When the store does not answer; then nothing of the segment is stored. A segment that cannot be read is no
/// error: it is logged, counted and passed.
pub async fn analyse(
    watching: &Watching,
    job: &WatchJob,
    piece: &Piece<'_>,
    progress: &mut Progress,
) -> anyhow::Result<Option<Watched>> {
    let began = Instant::now();
    let placed = piece.placed;
    // Stretches touch although dates and lengths are rounded, so that nothing falls between them or in both.
    let from_ms = match progress.covered_to {
        Some(end) if (end - placed.from_ms).abs() <= TOUCHING_MS => end,
        _ => placed.from_ms,
    };
    let (from, to) = (position(from_ms), position(placed.to_ms));
    let mut looked = Looked::default();
    let mut found = Vec::new();
    let outcome = match in_time(watching, job, piece, (from, to), progress).await {
        Ok(Some(Sight::Seen(seen, how))) => {
            (found, looked) = (seen, how);
            Outcome::Analysed
        }
        Ok(Some(Sight::Gap)) => Outcome::Gap,
        Ok(Some(Sight::Spent)) => return Ok(None),
        Ok(None) => Outcome::Skipped("there was no time left for it".to_owned()),
        Err(error) => Outcome::Failed(format!("{error:#}")),
    };
    looked.lag_ms = piece.lag_ms();
    looked.waiting = piece.waiting;
    looked.thinning = piece.turn.thinning();
    let now = now();
    let entry = Entry {
        media_id: job.media_id.clone(),
        run: piece.run,
        sequence: placed.sequence,
        from,
        to,
        outcome,
        detections: found.len(),
        looked,
        finished_at: now,
    };
    let detections = &watching.detections;
    let stored = detections
        .put_analysed(piece.media, found, to, &entry, now)
        .await?;
    progress.covered_to = Some(placed.to_ms);
    Ok(Some(told(&entry, stored.is_some(), began.elapsed())))
}

/// Tells the ledger of a segment that was gone before its turn.
///
/// # Errors
/// When the store does not answer.
pub async fn miss(
    watching: &Watching,
    media: &Media,
    run: i64,
    placed: Placed,
    looked: Looked,
) -> anyhow::Result<Watched> {
    let (to, now) = (position(placed.to_ms), now());
    let entry = Entry {
        media_id: media.media_id.clone(),
        run,
        sequence: placed.sequence,
        from: position(placed.from_ms),
        to,
        outcome: Outcome::Skipped("it left the playlist before its turn".to_owned()),
        detections: 0,
        looked,
        finished_at: now,
    };
    let detections = &watching.detections;
    let stored = detections.put_analysed(media, Vec::new(), to, &entry, now);
    let stored = stored.await?.is_some();
    Ok(told(&entry, stored, Duration::ZERO))
}

fn position(ms: i64) -> Position {
    Position::ZERO.forward(ms)
}

/// Tells the log, and counts. Where another watcher was first, nothing counts here.
fn told(entry: &Entry, stored: bool, took: Duration) -> Watched {
    let mut watched = Watched::default();
    let (media, sequence) = (&entry.media_id, entry.sequence);
    let (position_ms, took_ms) = (entry.from.ms(), took.as_millis());
    if !stored {
        tracing::info!(kind = "segment.known", %media, sequence, "another watcher was first");
        return watched;
    }
    METRICS.segment(
        media.as_str(),
        entry.outcome.as_str(),
        entry.looked.frames,
        entry.detections,
        took,
    );
    let lag_s = entry.looked.lag_ms as f64 / 1000.0;
    METRICS.lag.with_label_values(&[media.as_str()]).set(lag_s);
    match &entry.outcome {
        Outcome::Analysed => {
            watched.analysed = 1;
            watched.detections = entry.detections as u64;
            let seen = entry.detections;
            tracing::info!(kind = "segment.analysed", %media, sequence, position_ms, seen, took_ms, "a segment was looked at");
        }
        Outcome::Failed(why) => {
            watched.failed = 1;
            tracing::warn!(kind = "segment.failed", %media, sequence, position_ms, why, "a segment is passed over");
        }
        Outcome::Skipped(why) => {
            watched.skipped = 1;
            tracing::warn!(kind = "segment.skipped", %media, sequence, position_ms, why, "a segment is passed over");
        }
        Outcome::Gap => {
            tracing::info!(kind = "segment.gap", %media, sequence, position_ms, "the stream has a gap");
        }
    }
    watched
}

/// Looks as long as there is time for it; `None` where there was not enough.
async fn in_time(
    watching: &Watching,
    job: &WatchJob,
    piece: &Piece<'_>,
    span: (Position, Position),
    progress: &mut Progress,
) -> anyhow::Result<Option<Sight>> {
    let Turn::Look { within_ms, .. } = piece.turn else {
        return Ok(None);
    };
    let sight = look(watching, job, piece, span, progress);
    match within_ms {
        None => sight.await.map(Some),
        Some(ms) => {
            let within = Duration::from_millis(ms.unsigned_abs());
            let sight = tokio::time::timeout(within, sight).await;
            sight.ok().transpose()
        }
    }
}

/// What is on screen in the segment.
async fn look(
    watching: &Watching,
    job: &WatchJob,
    piece: &Piece<'_>,
    (from, to): (Position, Position),
    progress: &mut Progress,
) -> anyhow::Result<Sight> {
    if piece.segment.gap {
        return Ok(Sight::Gap);
    }
    let frames = if job.recogniser.needs_frames() {
        pictures::of(watching, job, piece, progress).await?
    } else {
        Vec::new()
    };
    let count = frames.len();
    let reserved = job.recogniser.most_calls(count);
    let most = job.max_spend.map(MicroUsd::micros);
    if !reserved.is_empty()
        && !account::reserve(&watching.db, &job.media_id, &reserved, most).await?
    {
        return Ok(Sight::Spent);
    }
    let stretch = Stretch { from, to, frames };
    let recognised = job.recogniser.recognise(stretch, now()).await?;
    charged(&job.media_id, &recognised.calls);
    let looked = Looked {
        frames: count,
        unreserved: spend::difference(&recognised.calls, &reserved),
        partial: recognised.partial.first().cloned(),
        ..Looked::default()
    };
    Ok(Sight::Seen(recognised.detections, looked))
}

fn charged(media_id: &MediaId, calls: &[(spend::Operation, u32)]) {
    for (operation, count) in calls {
        let of = METRICS.calls.with_label_values(&[operation.as_str()]);
        of.inc_by(u64::from(*count));
    }
    let usd = MicroUsd::from_micros(spend::cost(calls)).usd();
    METRICS
        .cost
        .with_label_values(&[media_id.as_str()])
        .inc_by(usd);
}
