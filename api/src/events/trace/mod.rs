//! What an event leaves with its viewer: what it was shown, for caps, and what it did, so that it is not asked again.

mod store;

pub(super) use store::{due, note_told, set_told};

use super::{Event, EventType};
use crate::decisions::Mode;
use crate::viewers::{Act, Deed, Impression, Labels, Trace};
use crate::words::{MediaId, Time, ViewerId};

/// What of an event the viewer's store is to be told; the log keeps it until that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) event_id: String,
    pub(super) event_type: EventType,
    pub(super) viewer_id: ViewerId,
    pub(super) decision: u128,
    pub(super) instrument: u128,
    pub(super) version: u32,
    pub(super) media_id: MediaId,
    pub(super) happened_at: Time,
    pub(super) show_ms: i64,
}

/// What a viewer does once, of what is told of it.
const fn act(event_type: EventType) -> Option<Act> {
    match event_type {
        EventType::Click | EventType::Scan => Some(Act::Click),
        EventType::Answer => Some(Act::Answer),
        EventType::Conversion => Some(Act::Conversion),
        EventType::Impression | EventType::Viewable | EventType::Dismiss => None,
    }
}

impl Due {
    /// What this event leaves; `None` where it leaves nothing, or its viewer is nobody of whom anything is kept.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let receipt = &event.receipt;
        // What was shown for a test, or to nobody at all, is outside every cap.
        let leaves = receipt.terms.mode == Mode::Live
            && (event.event_type == EventType::Impression || act(event.event_type).is_some());
        (leaves && !receipt.viewer_id.is_anonymous()).then(|| Self {
            event_id: event.event_id.clone(),
            event_type: event.event_type,
            viewer_id: receipt.viewer_id.clone(),
            decision: receipt.decision,
            instrument: receipt.chosen.instrument,
            version: receipt.chosen.version,
            media_id: receipt.media_id.clone(),
            happened_at: event.happened_at,
            show_ms: i64::from(receipt.show_ms),
        })
    }

    /// The trace, with what its instrument counts under.
    pub(super) fn trace(self, labels: Labels<String>) -> Trace {
        match act(self.event_type) {
            Some(act) => Trace::Done(Deed {
                event_id: self.event_id,
                viewer_id: self.viewer_id,
                instrument: self.instrument,
                act,
            }),
            None => Trace::Shown(Impression {
                event_id: self.event_id,
                viewer_id: self.viewer_id,
                decision: self.decision,
                instrument: self.instrument,
                labels,
                media_id: self.media_id,
                shown_at: self.happened_at,
                hides_at: self.happened_at.plus_ms(self.show_ms),
            }),
        }
    }
}
