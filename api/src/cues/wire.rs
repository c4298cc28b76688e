//! Cues on the wire and in the domain.

use beckon_openapi::cue as wire;

use super::{Cue, Kind, NewCue};
use crate::error::{At, Refusal, Result};
use crate::words::Position;

/// What marks metadata as ours, and the version of the cue's shape.
const VERSION: u32 = 1;
/// The longest spread.
const WIDEST_SPREAD_MS: u32 = 10_000;

pub(super) fn new_cue(wire: wire::NewCue) -> Result<NewCue> {
    let wire::NewCue {
        kind: wire::CueKind::Check,
        seen_ms,
        spread_ms,
    } = wire;
    if let Some(spread_ms) = spread_ms.filter(|ms| *ms > WIDEST_SPREAD_MS) {
        let detail = format!("spread_ms is {spread_ms}");
        return Err(Refusal::field("spread_ms", detail, "0..=10000").into());
    }
    Ok(NewCue {
        kind: Kind::Check,
        seen: seen_ms.map(Position::parse).transpose().at("seen_ms")?,
        spread_ms,
    })
}

impl From<&Cue> for wire::Cue {
    fn from(cue: &Cue) -> Self {
        let Cue {
            cue_id,
            media_id,
            kind: Kind::Check,
            seen,
            sent_at,
            valid_until,
            spread_ms,
        } = cue;
        Self {
            beckon: VERSION,
            kind: wire::CueKind::Check,
            cue_id: cue_id.to_string(),
            media_id: media_id.to_string(),
            seen_ms: seen.ms(),
            sent_at: sent_at.to_string(),
            valid_until: valid_until.to_string(),
            spread_ms: *spread_ms,
        }
    }
}

/// The cue as it travels.
pub(super) fn json(cue: &Cue) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&wire::Cue::from(cue))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{CueId, MediaId, Time};

    #[test]
    fn the_longest_cue_is_well_under_a_kilobyte() {
        let long = "x".repeat(128);
        let cue_id = CueId::parse(&long).expect("an id");
        let media_id = MediaId::parse(&long).expect("an id");
        let seen = Position::ZERO.forward(i64::MAX);
        let cue = Cue::check(cue_id, media_id, seen, u32::MAX, Time::from_ms(0));
        let json = json(&cue).expect("JSON");
        assert!(json.len() < 600, "{} bytes", json.len());
        assert!(
            json.starts_with(r#"{"beckon":1,"kind":"check","cue_id":"#),
            "{json}"
        );
    }

    #[test]
    fn a_spread_and_a_position_keep_their_bounds() {
        let new = |seen_ms, spread_ms| {
            new_cue(wire::NewCue {
                kind: wire::CueKind::Check,
                seen_ms,
                spread_ms,
            })
        };
        assert!(new(Some(0), Some(10_000)).is_ok() && new(None, None).is_ok());
        assert!(new(Some(-1), None).is_err());
        assert!(new(None, Some(10_001)).is_err());
    }
}
