//! People on the wire and in the domain.

use beckon_openapi::person as wire;

use super::{Erased, OptOut};
use crate::error::{Refusal, Result};
use crate::words::Time;

/// The recogniser's id of a person, as a path or a query names it.
pub(super) fn named(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 256 {
        let detail = format!("{field} has {} bytes", text.len());
        return Err(Refusal::field(field, detail, "1 to 256 bytes").into());
    }
    Ok(text.to_owned())
}

pub(super) fn opt_out(external_id: String, wire: wire::NewOptOut, now: Time) -> Result<OptOut> {
    let note = wire.note.map(|note| named("note", &note)).transpose()?;
    Ok(OptOut {
        external_id,
        note,
        opted_out_at: now,
    })
}

impl From<&OptOut> for wire::OptOut {
    fn from(person: &OptOut) -> Self {
        let OptOut {
            external_id,
            note,
            opted_out_at,
        } = person.clone();
        Self {
            external_id,
            note,
            opted_out_at: opted_out_at.to_string(),
        }
    }
}

impl From<Erased> for wire::ErasureReport {
    fn from(Erased { detections, media }: Erased) -> Self {
        Self { detections, media }
    }
}
