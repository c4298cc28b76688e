//! What an event must be to be taken: its own fields, and a receipt for this very use.

use uuid::Uuid;

use super::read::{Loose, RawEvent};
use super::{Authority, Event, EventType};
use crate::decisions::receipt::{Receipt, Unopened};
use crate::error::{At, ErrorCode, Refusal, Result};
use crate::instruments::Question;
use crate::words::{AnswerId, Time};

/// An event whose own fields are in order, and whose receipt was opened.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) receipt: Receipt,
    event_id: String,
    event_type: EventType,
    at: Time,
    answer: Option<AnswerId>,
}

/// What the overlay of the receipt showed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shows<'a> {
    /// A question: it can be answered.
    Question(&'a Question),
    /// An offer: it can be clicked.
    Offer,
    /// A version that is known no longer.
    Unknown,
}

/// Reads the fields and opens the receipt.
pub(super) fn claim(
    raw: &RawEvent<'_>,
    open: impl Fn(&str) -> std::result::Result<Receipt, Unopened>,
) -> Result<Claim> {
    let id = required("event_id", &raw.event_id)?;
    // Written in one way only: the same id in capitals is the same event.
    let event_id = Uuid::try_parse(id)
        .map_err(|_| Refusal::field("event_id", "this is no UUID", "a UUID"))?
        .to_string();
    let name = required("type", &raw.event_type)?;
    let told = EventType::parse(name).filter(|known| EventType::TOLD.contains(known));
    let event_type = told.ok_or_else(|| {
        let known = EventType::TOLD.map(EventType::as_str).join(", ");
        Refusal::field("type", "no such type of event is taken here", known)
    })?;
    let at = Time::parse(required("at", &raw.at)?).at("at")?;
    let answer = match (event_type, &raw.answer) {
        (EventType::Answer, answer) => {
            Some(AnswerId::parse(required("answer", answer)?).at("answer")?)
        }
        // What comes along with another event is no answer, and does no harm.
        _ => None,
    };
    let receipt = open(required("receipt", &raw.receipt)?).map_err(|unopened| {
        let code = match unopened {
            Unopened::Invalid => ErrorCode::ReceiptInvalid,
            Unopened::Expired => ErrorCode::ReceiptExpired,
        };
        Refusal::new(code, unopened.to_string())
    })?;
    Ok(Claim {
        receipt,
        event_id,
        event_type,
        at,
        answer,
    })
}

fn required<'a>(field: &str, value: &'a Loose<'_>) -> Result<&'a str> {
    value
        .text()
        .ok_or_else(|| Refusal::field(field, "this must be a text", "a text").into())
}

/// Takes the event, if the receipt is for this use. `sent_at`: when it was sent, by the same clock as its `at`.
pub(super) fn admit(
    claim: Claim,
    shows: Shows<'_>,
    sent_at: Option<Time>,
    now: Time,
) -> Result<Event> {
    let mut is_right = None;
    match (claim.event_type, shows) {
        (EventType::Impression | EventType::Viewable | EventType::Dismiss, _)
        | (EventType::Click, Shows::Offer)
        // Neither comes this way.
        | (EventType::Scan | EventType::Conversion, _) => {}
        (EventType::Click, Shows::Question(_)) => return Err(foreign("a question has no button")),
        (EventType::Answer, Shows::Offer) => return Err(foreign("an offer asks nothing")),
        (EventType::Answer, Shows::Question(question)) => {
            let known = claim
                .answer
                .as_ref()
                .is_some_and(|a| question.has(a.as_str()));
            if !known {
                let detail = "the question that was shown has no such answer";
                return Err(
                    Refusal::field("answer", detail, "an `answer_id` of the overlay").into(),
                );
            }
            let right = question.correct.as_ref();
            is_right = right.map(|right| claim.answer.as_ref() == Some(right));
        }
        (EventType::Click | EventType::Answer, Shows::Unknown) => {
            let detail = "the instrument of this receipt is not known here";
            return Err(Refusal::new(ErrorCode::InstrumentNotFound, detail).into());
        }
    }
    let skew_ms = sent_at.map(|sent_at| now.since(sent_at));
    Ok(Event {
        happened_at: happened_at(claim.at, skew_ms, claim.receipt.issued_at, now),
        event_id: claim.event_id,
        event_type: claim.event_type,
        authority: Authority::Receipt(Box::new(claim.receipt)),
        answer: claim.answer,
        is_right,
        worth: None,
        at: claim.at,
        skew_ms,
        received_at: now,
    })
}

/// When it happened by our clock. A client's may be wrong by years: where it says when it sent, how long before that
/// it happened is all that we take of it. Nothing happens to an overlay before it was decided, and nothing is told
/// before it happened.
fn happened_at(at: Time, skew_ms: Option<i64>, decided_at: Time, now: Time) -> Time {
    let ours = at.plus_ms(skew_ms.unwrap_or(0));
    ours.max(decided_at).min(now.max(decided_at))
}

fn foreign(detail: &str) -> crate::error::Error {
    Refusal::field("type", detail, "an event of what the receipt shows").into()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, receipt};
    use super::*;
    use crate::error::Error;

    fn raw<'a>(json: &'a str) -> RawEvent<'a> {
        serde_json::from_str(json).expect("an event")
    }

    fn at(at: &str) -> Result<Event> {
        let json = format!(
            r#"{{"event_id": "0193D3F0-7D5E-7A3C-9C0E-0B1A2C3D4E5F", "type": "impression", "at": "{at}", "receipt": "r"}}"#
        );
        let claim = claim(&raw(&json), |_| Ok(receipt(1, "alice")))?;
        admit(claim, Shows::Unknown, None, NOW.plus_ms(5_000))
    }

    #[test]
    fn a_clock_that_is_wrong_by_years_still_tells_how_long_ago_it_was() {
        let json = r#"{"event_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "type": "impression",
            "at": "2001-01-01T00:00:00Z", "receipt": "r"}"#;
        let now = NOW.plus_ms(5_000);
        let sent_at = |ms| {
            Some(
                Time::parse("2001-01-01T00:00:00Z")
                    .expect("a time")
                    .plus_ms(ms),
            )
        };
        let take = |sent_at| {
            let claim = claim(&raw(json), |_| Ok(receipt(1, "alice"))).expect("a claim");
            admit(claim, Shows::Unknown, sent_at, now).expect("taken")
        };
        let event = take(sent_at(2_000));
        assert_eq!(event.happened_at, now.plus_ms(-2_000));
        assert_eq!(event.skew_ms, Some(now.since(event.at) - 2_000));
        // It cannot have happened before it was decided, nor after it was sent.
        assert_eq!(take(sent_at(9_000)).happened_at, NOW);
        assert_eq!(take(sent_at(-9_000)).happened_at, now);
        let unsaid = take(None);
        assert_eq!((unsaid.happened_at, unsaid.skew_ms), (NOW, None));
    }

    #[test]
    fn an_answer_knows_whether_it_is_right_where_one_is() {
        let question = |correct: Option<&str>| Question {
            question: "Which?".to_owned(),
            answers: ["fish", "rain"]
                .map(|id| crate::instruments::Answer {
                    answer_id: AnswerId::parse(id).expect("an id"),
                    text: id.to_owned(),
                })
                .into(),
            correct: correct.map(|id| AnswerId::parse(id).expect("an id")),
        };
        let json = r#"{"event_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "type": "answer", "answer": "fish",
            "at": "2026-01-01T00:00:00Z", "receipt": "r"}"#;
        for (correct, is_right) in [
            (Some("fish"), Some(true)),
            (Some("rain"), Some(false)),
            (None, None),
        ] {
            let claim = claim(&raw(json), |_| Ok(receipt(1, "alice"))).expect("a claim");
            let question = question(correct);
            let event = admit(claim, Shows::Question(&question), None, NOW).expect("taken");
            assert_eq!(event.is_right, is_right, "{correct:?}");
        }
    }

    fn refused<T: std::fmt::Debug>(result: Result<T>) -> (ErrorCode, Option<String>) {
        match result {
            Err(Error::Refused(refusal)) => (refusal.code, refusal.field),
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_clients_clock_is_kept_but_not_believed_beyond_the_decision_and_the_arrival() {
        let within = at(&NOW.plus_ms(2_000).to_string()).expect("taken");
        assert_eq!(within.happened_at, NOW.plus_ms(2_000));
        let early = at("1999-01-01T00:00:00Z").expect("taken");
        assert_eq!((early.happened_at, early.at.ms()), (NOW, 915_148_800_000));
        let late = at("2999-01-01T00:00:00Z").expect("taken");
        assert_eq!(late.happened_at, NOW.plus_ms(5_000));
    }

    #[test]
    fn the_same_id_in_capitals_is_the_same_event() {
        let event = at("2026-01-01T00:00:00Z").expect("taken");
        assert_eq!(event.event_id, "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f");
    }

    #[test]
    fn each_field_is_refused_by_its_name() {
        let whole = serde_json::json!({"event_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "type": "answer",
            "at": "2026-01-01T00:00:00Z", "receipt": "r", "answer": "fish"});
        let open = |_: &str| Ok(receipt(1, "alice"));
        assert!(claim(&raw(&whole.to_string()), open).is_ok());
        for (field, wrong) in [
            ("event_id", serde_json::json!("seven")),
            ("event_id", serde_json::json!(7)),
            ("type", serde_json::json!("scan")),
            ("at", serde_json::json!("yesterday")),
            ("at", serde_json::Value::Null),
            ("receipt", serde_json::json!([1])),
            ("answer", serde_json::Value::Null),
            ("answer", serde_json::json!("two words")),
        ] {
            let mut changed = whole.clone();
            changed[field] = wrong;
            let (code, at) = refused(claim(&raw(&changed.to_string()), open));
            assert_eq!(
                (code, at.as_deref()),
                (ErrorCode::InvalidField, Some(field))
            );
        }
    }

    #[test]
    fn a_receipt_that_was_not_opened_says_why() {
        let json = r#"{"event_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "type": "click",
            "at": "2026-01-01T00:00:00Z", "receipt": "r"}"#;
        let of = |unopened| refused(claim(&raw(json), |_| Err(unopened))).0;
        assert_eq!(of(Unopened::Invalid), ErrorCode::ReceiptInvalid);
        assert_eq!(of(Unopened::Expired), ErrorCode::ReceiptExpired);
    }
}
