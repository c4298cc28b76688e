//! Decisions on the wire and in the domain.

pub(super) mod case;
mod case_audience;
mod case_campaign;
mod case_outcome;
mod case_standing;
mod case_viewer;
pub(super) mod explain;
mod told;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use beckon_openapi::decision as wire;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Ask;
use super::scene::Reason;
use crate::error::{Refusal, Result};
use crate::instruments::Kind;

/// How many overlays one question may ask for.
const MOST_SLOTS: usize = 4;
/// How many receipts of what was shown lately count.
const MOST_RECENT: usize = 8;
/// How long an answer may take unless told: longer nobody waits for an overlay.
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);
/// Every kind.
pub(super) const ALL_KINDS: u8 = u8::MAX;

/// Reads a question. Unknown fields are ignored and counted, so that a newer SDK meets an older node.
///
/// # Errors
/// When the body is not a question.
pub(super) fn ask(body: &[u8]) -> Result<Ask<'_>> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let malformed = |error: serde_json::Error| {
        Refusal::new(
            crate::error::ErrorCode::MalformedBody,
            format!("this is not a decision's request: {error}"),
        )
    };
    let raw = RawAsk::deserialize(&mut json).map_err(malformed)?;
    json.end().map_err(malformed)?;
    let unknown_fields = raw.unknown_fields + raw.client.unknown_fields;
    if unknown_fields > 0 {
        tracing::debug!(
            kind = "decisions.unknown_fields",
            count = unknown_fields,
            "a question had fields that this node does not know"
        );
    }
    let slots = one_to_four("slots", raw.slots)?;
    let per_kind = one_to_four("per_kind", raw.per_kind)?;
    let Some(position_ms) = raw.position_ms else {
        return Err(Refusal::field("position_ms", "position_ms is missing", "0 or more").into());
    };
    if raw.recent.len() > MOST_RECENT {
        let detail = format!("there are {} receipts", raw.recent.len());
        return Err(Refusal::field("recent", detail, "at most 8").into());
    }
    Ok(Ask {
        position_ms,
        backward_ms: raw.backward_ms,
        forward_ms: raw.forward_ms,
        cue_id: raw.cue_id,
        slots,
        per_kind,
        locale: raw.client.locale,
        can_draw: raw.client.can_draw.unwrap_or(ALL_KINDS),
        viewport_px: raw.client.viewport_width.zip(raw.client.viewport_height),
        captions: raw.client.captions,
        personalisation: raw.personalisation,
        recent: raw.recent,
        anonymous: raw.anonymous,
        session_ms: told::session(raw.session_ms)?,
        shown: told::shown(raw.shown)?,
        timeout: timeout(raw.timeout_ms)?,
        explain: raw.explain,
        unknown_fields,
        asked_of: None,
    })
}

fn timeout(ms: Option<u64>) -> Result<Duration> {
    match ms {
        None => Ok(USUAL_TIMEOUT),
        Some(ms @ 1..=30_000) => Ok(Duration::from_millis(ms)),
        Some(ms) => {
            let detail = format!("timeout_ms is {ms}");
            Err(Refusal::field("timeout_ms", detail, "1..=30000").into())
        }
    }
}

fn one_to_four(field: &str, asked: Option<u64>) -> Result<usize> {
    let asked = asked.unwrap_or(1);
    match usize::try_from(asked) {
        Ok(number) if (1..=MOST_SLOTS).contains(&number) => Ok(number),
        _ => Err(Refusal::field(field, format!("{field} is {asked}"), "1..=4").into()),
    }
}

/// The question as it stands in the body. Read by a visitor of its own: serde's `flatten`, which could count
/// the unknown fields too, would cost more than all the rest of the reading.
#[derive(Default)]
struct RawAsk<'a> {
    position_ms: Option<i64>,
    backward_ms: Option<i64>,
    forward_ms: Option<i64>,
    cue_id: Option<Cow<'a, str>>,
    slots: Option<u64>,
    per_kind: Option<u64>,
    client: RawClient<'a>,
    personalisation: Option<bool>,
    recent: Vec<Cow<'a, str>>,
    anonymous: bool,
    session_ms: Option<i64>,
    shown: Vec<beckon_openapi::decision::Told>,
    timeout_ms: Option<u64>,
    explain: bool,
    unknown_fields: u32,
}

#[derive(Default)]
struct RawClient<'a> {
    locale: Option<Cow<'a, str>>,
    can_draw: Option<u8>,
    viewport_width: Option<u32>,
    viewport_height: Option<u32>,
    captions: bool,
    unknown_fields: u32,
}

/// A text that borrows where it holds no escape.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

fn texts<'a>(texts: Option<Vec<Text<'a>>>) -> Vec<Cow<'a, str>> {
    texts
        .unwrap_or_default()
        .into_iter()
        .map(|text| text.0)
        .collect()
}

macro_rules! reads_a_map {
    ($raw:ident, $what:literal, |$value:ident, $map:ident, $key:ident| $($name:literal => $read:expr),+ $(,)?) => {
        impl<'de: 'a, 'a> Deserialize<'de> for $raw<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                struct MapVisitor;
                impl<'de> Visitor<'de> for MapVisitor {
                    type Value = $raw<'de>;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut $map: A) -> std::result::Result<$raw<'de>, A::Error> {
                        let mut $value = $raw::default();
                        while let Some($key) = $map.next_key::<Text<'de>>()? {
                            match &*$key.0 {
                                $($name => $read,)+
                                _ => {
                                    $map.next_value::<IgnoredAny>()?;
                                    $value.unknown_fields += 1;
                                }
                            }
                        }
                        Ok($value)
                    }
                }
                deserializer.deserialize_map(MapVisitor)
            }
        }
    };
}

reads_a_map!(RawAsk, "a decision's request", |ask, map, key|
    "position_ms" => ask.position_ms = Some(map.next_value()?),
    "backward_ms" => ask.backward_ms = map.next_value()?,
    "forward_ms" => ask.forward_ms = map.next_value()?,
    "cue_id" => ask.cue_id = map.next_value::<Option<Text<'de>>>()?.map(|text| text.0),
    "slots" => ask.slots = map.next_value()?,
    "per_kind" => ask.per_kind = map.next_value()?,
    "client" => ask.client = map.next_value::<Option<RawClient<'de>>>()?.unwrap_or_default(),
    "personalisation" => ask.personalisation = map.next_value()?,
    "recent" => ask.recent = texts(map.next_value()?),
    "anonymous" => ask.anonymous = map.next_value::<Option<bool>>()?.unwrap_or_default(),
    "session_ms" => ask.session_ms = map.next_value()?,
    "shown" => ask.shown = map.next_value::<Option<Vec<_>>>()?.unwrap_or_default(),
    "timeout_ms" => ask.timeout_ms = map.next_value()?,
    "explain" => ask.explain = map.next_value::<Option<bool>>()?.unwrap_or_default(),
);

reads_a_map!(RawClient, "what the client is", |client, map, key|
    "locale" => client.locale = map.next_value::<Option<Text<'de>>>()?.map(|text| text.0),
    "can_draw" => client.can_draw = map.next_value::<Option<KindMask>>()?.map(|mask| mask.0),
    "viewport_width" => client.viewport_width = map.next_value()?,
    "viewport_height" => client.viewport_height = map.next_value()?,
    "captions" => client.captions = map.next_value::<Option<bool>>()?.unwrap_or_default(),
    // Known, and of no use to a decision yet: read past.
    "sdk_version" => drop(map.next_value::<IgnoredAny>()?),
);

/// Kinds as bits; one that this node does not know cannot be asked of it, and is passed over.
struct KindMask(u8);

impl<'de> Deserialize<'de> for KindMask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct MaskVisitor;
        impl<'de> Visitor<'de> for MaskVisitor {
            type Value = KindMask;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of kinds")
            }
            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> std::result::Result<KindMask, A::Error> {
                let mut mask = 0;
                while let Some(text) = list.next_element::<Text<'de>>()? {
                    mask |= Kind::ALL
                        .iter()
                        .find(|kind| kind.as_str() == text.0)
                        .map_or(0, |kind| kind.bit());
                }
                Ok(KindMask(mask))
            }
        }
        deserializer.deserialize_seq(MaskVisitor)
    }
}

/// A reason's name on the wire.
#[must_use]
pub const fn reason(reason: Reason) -> wire::Reason {
    match reason {
        Reason::NothingOnScreen => wire::Reason::NothingOnScreen,
        Reason::OtherMedia => wire::Reason::OtherMedia,
        Reason::OutsideSchedule => wire::Reason::OutsideSchedule,
        Reason::CannotDraw => wire::Reason::CannotDraw,
        Reason::OutsideAudience => wire::Reason::OutsideAudience,
        Reason::NoConsent => wire::Reason::NoConsent,
        Reason::FrequencyCapped => wire::Reason::FrequencyCapped,
        Reason::Quiet => wire::Reason::Quiet,
        Reason::Showing => wire::Reason::Showing,
        Reason::Outranked => wire::Reason::Outranked,
        Reason::Held => wire::Reason::Held,
        Reason::NotLive => wire::Reason::NotLive,
        Reason::Withdrawn => wire::Reason::Withdrawn,
        Reason::AdBreak => wire::Reason::AdBreak,
        Reason::OutsideDaypart => wire::Reason::OutsideDaypart,
        Reason::OutsideMediaClock => wire::Reason::OutsideMediaClock,
        Reason::TriggerUnmet => wire::Reason::TriggerUnmet,
        Reason::RivalOnScreen => wire::Reason::RivalOnScreen,
        Reason::RestrictedCategory => wire::Reason::RestrictedCategory,
        Reason::NearSensitive => wire::Reason::NearSensitive,
        Reason::CategoryOptedOut => wire::Reason::CategoryOptedOut,
        Reason::NotFollowing => wire::Reason::NotFollowing,
        Reason::CoolingDown => wire::Reason::CoolingDown,
        Reason::Suppressed => wire::Reason::Suppressed,
        Reason::BudgetSpent => wire::Reason::BudgetSpent,
        Reason::Paced => wire::Reason::Paced,
        Reason::Killed => wire::Reason::Killed,
        Reason::Separated => wire::Reason::Separated,
        Reason::Mixed => wire::Reason::Mixed,
        Reason::Interrupted => wire::Reason::Interrupted,
        Reason::Holdout => wire::Reason::Holdout,
        Reason::NoRoom => wire::Reason::NoRoom,
    }
}

/// The reason of a name, where there is one.
pub(super) fn reason_of(code: &str) -> Option<Reason> {
    Reason::ALL
        .into_iter()
        .find(|one| reason(*one).as_str() == code)
}

/// Writes the reasons that left anything out.
pub(super) fn put_reasons(counts: &[u32; Reason::ALL.len()], out: &mut Vec<u8>) {
    let mut first = true;
    for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        out.extend_from_slice(br#"{"reason":""#);
        out.extend_from_slice(reason(Reason::ALL[at]).as_str().as_bytes());
        out.extend_from_slice(br#"","count":"#);
        out.extend_from_slice(itoa::Buffer::new().format(*count).as_bytes());
        out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_of_the_wire_is_ours() {
        let ours = Reason::ALL.map(reason);
        assert_eq!(ours, wire::Reason::ALL);
        assert_eq!(reason_of("gravity"), None);
    }

    #[test]
    fn the_written_reasons_are_those_that_serde_writes() {
        for (at, one) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(one as usize, at);
            let mut counts = [0; Reason::ALL.len()];
            counts[at] = 7;
            let mut out = Vec::new();
            put_reasons(&counts, &mut out);
            let serde = serde_json::to_vec(&wire::ReasonCount {
                reason: reason(one),
                count: 7,
            })
            .expect("JSON");
            assert_eq!(String::from_utf8(out), String::from_utf8(serde));
            assert_eq!(reason_of(reason(one).as_str()), Some(one));
        }
    }

    #[test]
    fn a_question_is_read_and_its_unknown_fields_are_counted() {
        let json = br#"{"position_ms": 81000, "cue_id": "c\u0031", "slots": 2, "novel": {"a": [1]}, "recent": ["r1"],
            "client": {"locale": "en-GB", "sdk_version": "9", "can_draw": ["poll", "hologram"], "gyro": 1}, "explain": null}"#;
        let ask = ask(json).expect("a question");
        assert_eq!(
            (ask.position_ms, ask.slots, ask.unknown_fields),
            (81_000, 2, 2)
        );
        assert_eq!(
            (ask.cue_id.as_deref(), ask.locale.as_deref()),
            (Some("c1"), Some("en-GB"))
        );
        assert_eq!(ask.can_draw, Kind::Poll.bit());
        assert_eq!(ask.recent, ["r1"]);
    }

    #[test]
    fn what_the_contract_writes_is_read() {
        let request = wire::DecisionRequest {
            position_ms: 5,
            recent: vec!["r".to_owned()],
            ..Default::default()
        };
        let json = serde_json::to_vec(&request).expect("JSON");
        let ask = ask(&json).expect("a question");
        assert_eq!(
            (ask.position_ms, ask.slots, ask.can_draw, ask.unknown_fields),
            (5, 1, ALL_KINDS, 0)
        );
    }

    #[test]
    fn what_is_no_question_is_refused() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"position_ms": "5"}"#,
            r#"{"position_ms": 5, "slots": 0}"#,
            r#"{"position_ms": 5, "slots": 5}"#,
            r#"{"position_ms": 5} x"#,
            r#"{"position_ms": null}"#,
        ] {
            assert!(ask(json.as_bytes()).is_err(), "{json} was taken");
        }
    }
}
