//! What webhooks are told of conversions.

use serde_json::json;

use crate::decisions::Mode;
use crate::events::EventType;
use crate::events::counted::Counted;
use crate::webhooks::{Event, Notice};
use crate::words::Time;

/// That a conversion was counted; nothing of what is held out, or is none. Who converted is not told.
pub(in crate::events) fn recorded(one: &Counted, now: Time) -> Option<Notice> {
    if one.event_type != EventType::Conversion || one.mode != Mode::Live {
        return None;
    }
    let worth = one.worth.as_ref();
    let fields = json!({
        "instrument_id": one.overlay.instrument_id().as_str(), "media_id": one.media_id,
        "campaign_id": one.campaign_id, "decision_id": one.overlay.decision_id(),
        "value_micros": worth.map(|worth| worth.value_micros),
        "currency": worth.map(|worth| worth.currency.as_str()),
    });
    // The event counts once, and so it is told once.
    let key = &one.event_id;
    Some(Notice::new(Event::ConversionRecorded, key, now, &fields))
}
