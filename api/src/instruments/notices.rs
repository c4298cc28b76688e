//! What webhooks are told of instruments.

use serde_json::json;

use super::{Instrument, Standing};
use crate::webhooks::{Event, Notice};
use crate::words::Time;

/// That an instrument, or the review of its latest version, went to another state; nothing where neither did.
pub(super) fn state_changed(
    before: &Standing,
    after: &Instrument,
    by: &str,
    now: Time,
) -> Option<Notice> {
    let Standing {
        version,
        state,
        review,
        approved_version,
        revision,
    } = after.standing;
    if (before.state, before.review) == (state, review) {
        return None;
    }
    // Each change has a revision of its own.
    let key = format!("{}:{revision}", after.instrument_id);
    let fields = json!({
        "instrument_id": after.instrument_id.as_str(), "version": version, "from": before.state.as_str(),
        "to": state.as_str(), "review": review.as_str(), "approved_version": approved_version, "by": by,
    });
    Some(Notice::new(
        Event::InstrumentStateChanged,
        &key,
        now,
        &fields,
    ))
}
