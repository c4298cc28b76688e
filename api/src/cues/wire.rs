//! Cues on the wire and in the domain.

use beckon_openapi::cue as wire;
use beckon_openapi::kill_switch::{self, KillScope};

use super::cue::NewKind;
use super::{Cue, Kind, NewCue};
use crate::error::{At, Refusal, Result};
use crate::instruments::{KillSwitch, Target};
use crate::words::{InstrumentId, MediaId, Position};

/// What marks metadata as ours, and the version of the cue's shape.
const VERSION: u32 = 1;
/// The longest spread.
const WIDEST_SPREAD_MS: u32 = 10_000;
/// How far ahead a show is painted unless told: a few segments and a question.
const LEAD_MS: u32 = 8_000;
const LONGEST_LEAD_MS: u32 = 60_000;

pub(super) fn new_cue(wire: wire::NewCue) -> Result<NewCue> {
    let wire::NewCue {
        kind,
        seen_ms,
        spread_ms,
        instrument_id,
        lead_ms,
    } = wire;
    if let Some(spread_ms) = spread_ms.filter(|ms| *ms > WIDEST_SPREAD_MS) {
        let detail = format!("spread_ms is {spread_ms}");
        return Err(Refusal::field("spread_ms", detail, "0..=10000").into());
    }
    let instrument_id = instrument_id
        .map(|id| InstrumentId::parse(&id))
        .transpose()
        .at("instrument_id")?;
    let stray = |field: &str| {
        let detail = format!("{field} says nothing in a cue of this kind");
        Refusal::field(field, detail, "not given")
    };
    if let Some(lead_ms) = lead_ms {
        if kind != wire::CueKind::Show {
            return Err(stray("lead_ms").into());
        }
        if lead_ms > LONGEST_LEAD_MS {
            let detail = format!("lead_ms is {lead_ms}");
            return Err(Refusal::field("lead_ms", detail, "0..=60000").into());
        }
    }
    let kind = match (kind, instrument_id) {
        (wire::CueKind::Check, None) => NewKind::Check,
        (wire::CueKind::Check, Some(_)) => return Err(stray("instrument_id").into()),
        (wire::CueKind::Show, None) => {
            let detail = "a show says which instrument all get";
            return Err(Refusal::field("instrument_id", detail, "a live instrument").into());
        }
        (wire::CueKind::Show, Some(instrument_id)) => NewKind::Show {
            instrument_id,
            lead_ms: i64::from(lead_ms.unwrap_or(LEAD_MS)),
        },
        (wire::CueKind::Withdraw, instrument_id) => NewKind::Withdraw {
            instruments: instrument_id.into_iter().collect(),
        },
    };
    Ok(NewCue {
        kind,
        seen: seen_ms.map(Position::parse).transpose().at("seen_ms")?,
        spread_ms,
    })
}

impl From<&Cue> for wire::Cue {
    fn from(cue: &Cue) -> Self {
        let Cue {
            cue_id,
            media_id,
            kind,
            seen,
            sent_at,
            valid_until,
            spread_ms,
        } = cue;
        // A player that does not know of several takes everything off: too much, and never too little.
        let (instrument_id, several) = match kind.instruments() {
            [one] => (Some(one.to_string()), None),
            [] => (None, None),
            several => (
                None,
                Some(several.iter().map(ToString::to_string).collect()),
            ),
        };
        Self {
            beckon: VERSION,
            kind: match kind {
                Kind::Check => wire::CueKind::Check,
                Kind::Show { .. } => wire::CueKind::Show,
                Kind::Withdraw { .. } => wire::CueKind::Withdraw,
            },
            cue_id: cue_id.to_string(),
            media_id: media_id.to_string(),
            seen_ms: seen.ms(),
            sent_at: sent_at.to_string(),
            valid_until: valid_until.to_string(),
            spread_ms: *spread_ms,
            instrument_id,
            instrument_ids: several,
            show_at_ms: kind.show_at().map(Position::ms),
        }
    }
}

/// What a kill switch of this scope and id stops.
pub(super) fn target(scope: KillScope, id: &str) -> Result<Target> {
    Ok(match scope {
        KillScope::Instrument => Target::Instrument(InstrumentId::parse(id).at("id")?),
        KillScope::Media => Target::Media(MediaId::parse(id).at("id")?),
        KillScope::Advertiser => {
            let length = id.trim().chars().count();
            if !(1..=60).contains(&length) || id.chars().any(char::is_control) {
                let detail = format!("an advertiser's name of {length} characters");
                return Err(Refusal::field("id", detail, "1 to 60 characters").into());
            }
            Target::Advertiser(id.trim().to_owned())
        }
    })
}

/// A kill switch, and how many live instruments it stops.
pub(super) fn kill_switch(switch: &KillSwitch, stops: usize) -> kill_switch::KillSwitch {
    let KillSwitch {
        target,
        note,
        set_by,
        set_at,
    } = switch;
    kill_switch::KillSwitch {
        scope: match target {
            Target::Instrument(_) => KillScope::Instrument,
            Target::Advertiser(_) => KillScope::Advertiser,
            Target::Media(_) => KillScope::Media,
        },
        id: target.label().to_owned(),
        note: note.clone(),
        set_by: set_by.clone(),
        set_at: set_at.to_string(),
        stops: u32::try_from(stops).unwrap_or(u32::MAX),
    }
}

/// The cue as it travels.
pub(super) fn json(cue: &Cue) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&wire::Cue::from(cue))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cues::cue::MOST_WITHDRAWN;
    use crate::words::{CueId, MediaId, Time};

    fn id(id: &str) -> InstrumentId {
        InstrumentId::parse(id).expect("an id")
    }

    #[test]
    fn the_longest_cue_is_well_under_a_kilobyte() {
        let long = "x".repeat(128);
        let new = NewCue {
            kind: NewKind::Show {
                instrument_id: id(&long),
                lead_ms: 60_000,
            },
            seen: Some(Position::ZERO.forward(i64::MAX)),
            spread_ms: Some(u32::MAX),
        };
        let cue_id = CueId::parse(&long).expect("an id");
        let media_id = MediaId::parse(&long).expect("an id");
        let stands_at = Position::ZERO.forward(i64::MAX);
        let cue = Cue::new(cue_id, media_id, new, stands_at, 0, Time::from_ms(0));
        let json = json(&cue).expect("JSON");
        assert!(json.len() < 800, "{} bytes", json.len());
        assert!(
            json.starts_with(r#"{"beckon":1,"kind":"show","cue_id":"#),
            "{json}"
        );
    }

    #[test]
    fn as_many_ids_as_a_withdrawal_names_fit_into_a_cue() {
        let one = id(&uuid::Uuid::from_u128(u128::MAX).to_string());
        let new = NewCue {
            kind: NewKind::Withdraw {
                instruments: vec![one; MOST_WITHDRAWN],
            },
            seen: Some(Position::ZERO.forward(i64::MAX)),
            spread_ms: None,
        };
        let cue_id = CueId::parse(&uuid::Uuid::from_u128(1).to_string()).expect("an id");
        let media_id = MediaId::parse(&"x".repeat(128)).expect("an id");
        let cue = Cue::new(cue_id, media_id, new, Position::ZERO, 0, Time::from_ms(0));
        let json = json(&cue).expect("JSON");
        assert!(json.len() < 1_024, "{} bytes", json.len());
        let told: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(told["instrument_ids"].as_array().map(Vec::len), Some(8));
        // Without it, an older player takes everything off.
        assert_eq!(told.get("instrument_id"), None);
    }

    /// What players of every version have to read, byte by byte: a change here is a change of the shape's version.
    #[test]
    fn cues_are_written_as_players_of_the_first_version_read_them() {
        let frozen = include_str!("../../tests/fixtures/cue/version_1.jsonl");
        let now = Time::parse("2026-11-20T19:01:23.400Z").expect("a time");
        let cue = |cue_id: &str, kind| {
            let new = NewCue {
                kind,
                seen: None,
                spread_ms: Some(400),
            };
            let cue_id = CueId::parse(cue_id).expect("an id");
            let media_id = MediaId::parse("harbour-cup").expect("an id");
            let stands_at = Position::parse(81_000).expect("a position");
            json(&Cue::new(cue_id, media_id, new, stands_at, 0, now)).expect("JSON")
        };
        let written = [
            cue("c1", NewKind::Check),
            cue(
                "c2",
                NewKind::Show {
                    instrument_id: id("poll-1"),
                    lead_ms: 8_000,
                },
            ),
            cue(
                "c3",
                NewKind::Withdraw {
                    instruments: vec![id("poll-1")],
                },
            ),
            cue(
                "c4",
                NewKind::Withdraw {
                    instruments: Vec::new(),
                },
            ),
        ];
        assert_eq!(written.join("\n"), frozen.trim_end());
    }

    #[test]
    fn what_a_cue_says_keeps_its_bounds_and_fits_its_kind() {
        let new =
            |json: serde_json::Value| new_cue(serde_json::from_value(json).expect("of the shape"));
        for good in [
            serde_json::json!({"kind": "check", "seen_ms": 0, "spread_ms": 10_000}),
            serde_json::json!({"kind": "show", "instrument_id": "i", "lead_ms": 60_000}),
            serde_json::json!({"kind": "withdraw"}),
            serde_json::json!({"kind": "withdraw", "instrument_id": "i"}),
        ] {
            assert!(new(good.clone()).is_ok(), "{good} was refused");
        }
        for bad in [
            serde_json::json!({"kind": "check", "seen_ms": -1}),
            serde_json::json!({"kind": "check", "spread_ms": 10_001}),
            serde_json::json!({"kind": "check", "instrument_id": "i"}),
            serde_json::json!({"kind": "check", "lead_ms": 1}),
            serde_json::json!({"kind": "show"}),
            serde_json::json!({"kind": "show", "instrument_id": "i", "lead_ms": 60_001}),
            serde_json::json!({"kind": "withdraw", "lead_ms": 1}),
        ] {
            assert!(new(bad.clone()).is_err(), "{bad} was taken");
        }
    }
}
