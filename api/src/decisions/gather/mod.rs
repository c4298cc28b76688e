//! What a decision reads of stores, within the caller's time. Past it, and where a store fails, it is what memory still
//! holds, and else nothing: an answer from less is worth more than none.

use std::sync::Arc;
use std::time::Instant;

use super::missing::{Lack, Missing};
use crate::cues::{Cues, Show};
use crate::detections::{Detections, Page};
use crate::viewers::{Viewer, Viewers};
use crate::words::{MediaId, ViewerId, Window};

/// Why a read brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nothing {
    TimedOut,
    Failed,
}

/// Waits for a read as long as there is time. It goes on where nobody waits any more, so that the next question finds in
/// memory what it brings.
async fn within<T: Send + 'static, E: std::fmt::Display + Send + 'static>(
    deadline: Instant,
    what: &'static str,
    reading: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, Nothing> {
    let reading = tokio::spawn(reading);
    let error = match tokio::time::timeout_at(deadline.into(), reading).await {
        Ok(Ok(Ok(found))) => return Ok(found),
        Ok(Ok(Err(error))) => format!("{error:#}"),
        Ok(Err(panicked)) => panicked.to_string(),
        Err(_) => return Err(Nothing::TimedOut),
    };
    tracing::warn!(
        kind = "decisions.read_failed",
        what,
        error,
        "a decision goes on without what a store should have told"
    );
    Err(Nothing::Failed)
}

/// The pages that the window touches.
pub(super) async fn pages(
    detections: &Arc<Detections>,
    media_id: &MediaId,
    window: Window,
    deadline: Instant,
) -> (Vec<Arc<Page>>, Missing) {
    let mut missing = Missing::default();
    if let Some(pages) = detections.pages().filled_at(media_id, window) {
        return (pages, missing);
    }
    let (store, id) = (detections.clone(), media_id.clone());
    let reading = async move { store.pages().touching(&id, window).await };
    match within(deadline, "detections", reading).await {
        Ok(pages) => (pages, missing),
        Err(nothing) => {
            let (pages, whole) = detections.pages().last(media_id, window);
            missing.note(match whole {
                true => Lack::DetectionsOutdated,
                false => Lack::DetectionsMissing,
            });
            note(nothing, &mut missing);
            (pages, missing)
        }
    }
}

/// The viewer; nobody of that name where nothing is known of it.
pub(super) async fn viewer(
    viewers: &Arc<Viewers>,
    viewer_id: &ViewerId,
    deadline: Instant,
) -> (Arc<Viewer>, Missing) {
    let mut missing = Missing::default();
    if let Some(viewer) = viewers.fresh(viewer_id) {
        return (viewer, missing);
    }
    let (store, id) = (viewers.clone(), viewer_id.clone());
    let reading = async move { store.get(&id).await };
    let nothing = match within(deadline, "viewers", reading).await {
        Ok(viewer) => return (viewer, missing),
        Err(nothing) => nothing,
    };
    note(nothing, &mut missing);
    if let Some(viewer) = viewers.last(viewer_id) {
        missing.note(Lack::ViewerOutdated);
        return (viewer, missing);
    }
    missing.note(Lack::ViewerMissing);
    (Arc::new(Viewer::nobody(viewer_id.clone())), missing)
}

/// What a host puts to all by this cue.
pub(super) async fn show(
    cues: &Arc<Cues>,
    media_id: &MediaId,
    cue_id: Option<&str>,
    deadline: Instant,
) -> (Option<Show>, Missing) {
    let mut missing = Missing::default();
    let Some(cue_id) = cue_id else {
        return (None, missing);
    };
    let (cues, id, cue_id) = (cues.clone(), media_id.clone(), cue_id.to_owned());
    let reading = async move { cues.show(&id, &cue_id).await };
    match within(deadline, "cues", reading).await {
        Ok(show) => (show, missing),
        Err(nothing) => {
            missing.note(Lack::CueMissing);
            note(nothing, &mut missing);
            (None, missing)
        }
    }
}

fn note(nothing: Nothing, missing: &mut Missing) {
    if nothing == Nothing::TimedOut {
        missing.note(Lack::Timeout);
    }
}

#[cfg(test)]
mod tests;
