//! The catalogue as it crosses the wire, and what the webhook is told.

use beckon_openapi::catalogue as wire;

use super::Stored;
use super::links::Part;
use super::model::{Label, State, Video};
use crate::webhooks::{Event, Notice};
use crate::words::Time;

pub(super) fn item(stored: &Stored, video: &Video, now: Time) -> wire::CatalogueItem {
    let url = |part| stored.url(video, part, now);
    wire::CatalogueItem {
        media_id: video.media_id.to_string(),
        title: title(stored, video),
        state: state(video.state),
        error: video.reason.clone(),
        duration_ms: video.duration_ms.and_then(|ms| u64::try_from(ms).ok()),
        analysed_ms: u64::try_from(video.covered_ms.min(video.duration_ms.unwrap_or(0)))
            .unwrap_or_default(),
        file_url: url(Part::File),
        poster_url: url(Part::Poster),
        preview_url: url(Part::Preview),
        detections_url: format!("/v1/media/{}/detections", video.media_id),
        labels: video.labels.iter().map(label).collect(),
        created_at: video.created_at.to_string(),
        finished_at: video.finished_at.map(|at| at.to_string()),
    }
}

/// What an operator called the media since counts.
fn title(stored: &Stored, video: &Video) -> String {
    let media = stored.media.get(&video.media_id);
    media.map_or_else(|_| video.title.clone(), |media| media.details.title.clone())
}

fn label(label: &Label) -> wire::CatalogueLabel {
    wire::CatalogueLabel {
        kind: label.kind.clone(),
        name: label.name.clone(),
        count: u64::try_from(label.count).unwrap_or_default(),
        best_confidence: label.best,
    }
}

const fn state(state: State) -> wire::CatalogueState {
    match state {
        State::Queued => wire::CatalogueState::Queued,
        State::Recognising => wire::CatalogueState::Recognising,
        State::Storing => wire::CatalogueState::Storing,
        State::Done => wire::CatalogueState::Done,
        State::Failed => wire::CatalogueState::Failed,
    }
}

/// What webhooks are told of a video that is over.
pub(super) fn notice(video: &Video, now: Time) -> Notice {
    let succeeded = video.state == State::Done;
    let event = if succeeded {
        Event::IngestSucceeded
    } else {
        Event::IngestFailed
    };
    // One video is over once: told twice, it has one name.
    let delivery_id = format!("{}:{}", event.as_str(), video.video_id);
    let told = wire::IngestEvent {
        event: event.as_str().to_owned(),
        delivery_id: delivery_id.clone(),
        at: now.to_string(),
        media_id: video.media_id.to_string(),
        title: video.title.clone(),
        duration_ms: video.duration_ms.and_then(|ms| u64::try_from(ms).ok()),
        labels: video.labels.iter().map(label).collect(),
        error: video.reason.clone().filter(|_| !succeeded),
    };
    Notice {
        delivery_id,
        event,
        body: serde_json::to_string(&told).unwrap_or_default(),
        at: now,
    }
}
