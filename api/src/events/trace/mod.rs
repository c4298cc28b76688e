//! What an event leaves with its viewer: what it was shown, for caps, and what it did, so that it is not asked again.

mod store;

pub(super) use store::{due, note_told, set_told};

use super::counted::Facts;
use super::{Event, EventType, Overlay};
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

/// An event as the log keeps it, without what is known of its overlay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept<'a> {
    pub(super) event_id: &'a str,
    pub(super) event_type: EventType,
    pub(super) overlay: Overlay,
    pub(super) version: u32,
    pub(super) happened_at: Time,
}

/// Whether an event of this type leaves anything with its viewer.
pub(super) fn leaves(event_type: EventType, facts: &Facts) -> bool {
    // What was shown for a test, or to nobody at all, is outside every cap.
    facts.mode == Mode::Live
        && (event_type == EventType::Impression || act(event_type).is_some())
        // Who was erased has no id any more.
        && ViewerId::parse(&facts.viewer_id).is_ok_and(|viewer_id| !viewer_id.is_anonymous())
}

impl Kept<'_> {
    /// What it leaves.
    pub(super) fn due(self, facts: &Facts) -> Option<Due> {
        leaves(self.event_type, facts).then_some(())?;
        Some(Due {
            event_id: self.event_id.to_owned(),
            event_type: self.event_type,
            viewer_id: ViewerId::parse(&facts.viewer_id).ok()?,
            decision: self.overlay.decision,
            instrument: self.overlay.instrument,
            version: self.version,
            media_id: MediaId::parse(&facts.media_id).ok()?,
            happened_at: self.happened_at,
            show_ms: facts.show_ms,
        })
    }
}

impl Due {
    /// What this event leaves, given what is known of its overlay; `None` where it leaves nothing, or its viewer is nobody
    /// of whom anything is kept.
    pub(super) fn of(event: &Event, facts: &Facts) -> Option<Self> {
        let kept = Kept {
            event_id: &event.event_id,
            event_type: event.event_type,
            overlay: event.overlay(),
            version: event.version(),
            happened_at: event.happened_at,
        };
        kept.due(facts)
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
