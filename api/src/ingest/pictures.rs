//! Pictures: those of a segment that are looked at, with their positions.

use super::analyse::{Piece, Progress};
use super::frames::{self, Cut, Frame, Wanted};
use super::hls::place::TOUCHING_MS;
use super::hls::resource;
use super::hls::ts::Pts;
use super::scenes::{Before, CUT};
use super::watch::{WatchJob, Watching};
use crate::media::Frames;
use crate::words::Position;

/// Ticks of presentation times in a millisecond.
const TICKS_A_MS: i64 = 90;

/// Gets a segment and cuts what is to be looked at of it.
pub async fn of(
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
    let at = |pts: Pts| from_ms * TICKS_A_MS + pts.since(start);
    let visible = contents.visible();
    let (Some(first), Some(last)) = (visible.first(), visible.last()) else {
        return Ok(Vec::new());
    };
    let thinning = f64::from(piece.turn.thinning());
    let cuts = match job.frames {
        Frames::PerSecond(fps) => {
            let shown: Vec<i64> = visible.iter().map(|pts| at(*pts)).collect();
            let chosen = frames::choose(&shown, fps / thinning, progress.last_picture);
            let chosen: Vec<Pts> = chosen.iter().map(|index| visible[*index]).collect();
            frames::cut(&footage, Wanted::At(&chosen)).await?
        }
        Frames::SceneCuts { at_most_per_second } => {
            let cuts = frames::cut(&footage, Wanted::Cuts(*first, *last)).await?;
            let cuts = scenes(cuts, piece, progress);
            let shown: Vec<i64> = cuts.iter().map(|cut| at(cut.pts)).collect();
            let fps = at_most_per_second / thinning;
            let chosen = frames::choose(&shown, fps, progress.last_picture);
            chosen.iter().map(|index| cuts[*index].clone()).collect()
        }
    };
    if let Some(cut) = cuts.last() {
        progress.last_picture = Some(at(cut.pts));
    }
    // A segment may begin before the media's zero.
    let frame = |cut: Cut| {
        // Cut off and not rounded, as Rekognition's timestamps are.
        Some(Frame {
            position: Position::parse(at(cut.pts).div_euclid(TICKS_A_MS)).ok()?,
            width: cut.width,
            height: cut.height,
            rgb: cut.rgb,
        })
    };
    Ok(cuts.into_iter().filter_map(frame).collect())
}

/// The first pictures of scenes among these. A segment's first picture is one where another scene ran before it, or
/// nobody knows what did.
fn scenes(mut cuts: Vec<Cut>, piece: &Piece<'_>, progress: &mut Progress) -> Vec<Cut> {
    let begins = piece.placed.from_ms;
    let before = progress.last_scene.take();
    let before = before.filter(|(end, _)| (end - begins).abs() <= TOUCHING_MS);
    let last = cuts.last().map(|cut| Before::of(&cut.rgb));
    progress.last_scene = last.map(|last| (piece.placed.to_ms, last));
    let mut first = true;
    cuts.retain(|cut| match std::mem::take(&mut first) {
        true => before
            .as_ref()
            .is_none_or(|(_, before)| before.differs(&cut.rgb)),
        false => cut.score > CUT,
    });
    cuts
}
