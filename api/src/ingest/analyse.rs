//! One segment: its pictures are cut and recognised, and what was seen is stored with its line in the ledger.

use std::time::{Duration, Instant};

use super::frames::{self, Frame};
use super::hls::place::{Placed, TOUCHING_MS};
use super::hls::resource::{self, Held};
use super::hls::segment::Segment;
use super::hls::ts::Pts;
use super::ledger::{Entry, Outcome};
use super::recogniser::Stretch;
use super::watch::{WatchJob, Watched, Watching};
use crate::config::now;
use crate::detections::Detection;
use crate::fetch::Url;
use crate::media::Media;
use crate::words::Position;

/// A segment to look at.
pub struct Piece<'a> {
    pub media: &'a Media,
    /// The playlist that names it.
    pub url: &'a Url,
    pub segment: &'a Segment,
    pub placed: Placed,
    pub run: i64,
}

/// Where the looking stands, from one segment to the next.
#[derive(Debug, Default)]
pub struct Progress {
    /// Where the last stretch ended.
    pub covered_to: Option<i64>,
    /// The last picture that was looked at.
    last_picture: Option<i64>,
    /// Keys and headers.
    held: Held,
}

/// Looks at a segment and stores what came of it, in one transaction.
///
/// # Errors
/// When the store does not answer; then nothing of the segment is stored. A segment that cannot be read is no
/// error: it is logged, counted and passed.
pub async fn analyse(
    watching: &Watching,
    job: &WatchJob,
    piece: &Piece<'_>,
    progress: &mut Progress,
) -> anyhow::Result<Watched> {
    let began = Instant::now();
    let placed = piece.placed;
    // Stretches touch although dates and lengths are rounded, so that nothing falls between them or in both.
    let from_ms = match progress.covered_to {
        Some(end) if (end - placed.from_ms).abs() <= TOUCHING_MS => end,
        _ => placed.from_ms,
    };
    let (from, to) = (position(from_ms), position(placed.to_ms));
    let (outcome, found) = match look(watching, job, piece, (from, to), progress).await {
        Ok(Some(found)) => (Outcome::Analysed, found),
        Ok(None) => (Outcome::Gap, Vec::new()),
        Err(error) => (Outcome::Failed(format!("{error:#}")), Vec::new()),
    };
    let now = now();
    let entry = Entry {
        media_id: job.media_id.clone(),
        run: piece.run,
        sequence: placed.sequence,
        from,
        to,
        outcome,
        detections: found.len(),
        finished_at: now,
    };
    let detections = &watching.detections;
    let stored = detections
        .put_analysed(piece.media, found, to, &entry, now)
        .await?;
    progress.covered_to = Some(placed.to_ms);
    Ok(told(&entry, stored.is_some(), began.elapsed()))
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
        Outcome::Gap => {
            tracing::info!(kind = "segment.gap", %media, sequence, position_ms, "the stream has a gap");
        }
    }
    watched
}

/// What is on screen in the segment; `None` where there is nothing to fetch.
async fn look(
    watching: &Watching,
    job: &WatchJob,
    piece: &Piece<'_>,
    (from, to): (Position, Position),
    progress: &mut Progress,
) -> anyhow::Result<Option<Vec<Detection>>> {
    if piece.segment.gap {
        return Ok(None);
    }
    let frames = if job.recogniser.needs_frames() {
        pictures(watching, job, piece, progress).await?
    } else {
        Vec::new()
    };
    let stretch = Stretch { from, to, frames };
    let said = job.recogniser.recognise(stretch, now()).await?;
    Ok(Some(said.detections))
}

async fn pictures(
    watching: &Watching,
    job: &WatchJob,
    piece: &Piece<'_>,
    progress: &mut Progress,
) -> anyhow::Result<Vec<Frame>> {
    let held = &mut progress.held;
    let footage = resource::get(&watching.fetch, piece.url, piece.segment, held).await?;
    let contents = footage.contents()?;
    let Some(start) = contents.start() else {
        return Ok(Vec::new());
    };
    let from_ms = piece.placed.from_ms;
    let at = |pts: Pts| from_ms + pts.ms_since(start);
    let visible = contents.visible();
    let shown: Vec<i64> = visible.iter().map(|pts| at(*pts)).collect();
    let chosen = frames::choose(&shown, job.fps, progress.last_picture);
    let chosen: Vec<Pts> = chosen.iter().map(|index| visible[*index]).collect();
    let mut frames = Vec::with_capacity(chosen.len());
    for cut in frames::cut(&footage, &chosen).await? {
        let ms = at(cut.pts);
        progress.last_picture = Some(ms);
        // A segment may begin before the media's zero.
        if let Ok(position) = Position::parse(ms) {
            let (width, height, rgb) = (cut.width, cut.height, cut.rgb);
            frames.push(Frame {
                position,
                width,
                height,
                rgb,
            });
        }
    }
    Ok(frames)
}
