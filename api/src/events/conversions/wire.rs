//! Conversions on the wire and in the domain.

use beckon_openapi::conversion as wire;
use beckon_openapi::event::EventStatus;

use super::Taken;
use super::claim::{By, Claim};
use crate::currencies::Currency;
use crate::error::{At, Refusal, Result};
use crate::events::{Intake, Worth};
use crate::words::{InstrumentId, Time, ViewerId};

/// How many conversions one batch may bring.
const MOST: usize = 500;
/// The longest id.
const LONGEST: usize = 128;
/// More than anything costs, and few enough that a sum of many stays a number.
const MOST_MICROS: u64 = 1_000_000_000_000_000;

/// The ids and the claims of a batch. What a single one lacks is its own fault.
pub(super) fn batch(wire: wire::ConversionBatch) -> Result<(Vec<String>, Vec<Result<Claim>>)> {
    if !(1..=MOST).contains(&wire.items.len()) {
        let detail = format!("the batch has {} conversions", wire.items.len());
        return Err(Refusal::field("items", detail, format!("1..={MOST}")).into());
    }
    let told = |item: &wire::Conversion| item.conversion_id.chars().take(LONGEST).collect();
    let ids = wire.items.iter().map(told).collect();
    Ok((ids, wire.items.into_iter().map(claim).collect()))
}

fn claim(wire: wire::Conversion) -> Result<Claim> {
    let wire::Conversion {
        conversion_id,
        beckon_click_id,
        viewer_id,
        instrument_id,
        at,
        value_micros,
        currency,
    } = wire;
    let length = conversion_id.chars().count();
    if !(1..=LONGEST).contains(&length) || conversion_id.chars().any(char::is_control) {
        let detail = format!("conversion_id has {length} characters, or one that is none");
        return Err(Refusal::field("conversion_id", detail, "1 to 128 characters").into());
    }
    let by = match (beckon_click_id, viewer_id, instrument_id) {
        (Some(click_id), None, None) => By::Click(click_id),
        (None, Some(viewer), Some(instrument)) => By::Viewer(
            ViewerId::parse(&viewer).at("viewer_id")?,
            InstrumentId::parse(&instrument).at("instrument_id")?,
        ),
        _ => {
            let bound = "a beckon_click_id alone, or a viewer_id and an instrument_id";
            let detail = "what the conversion came of is not told in one way";
            return Err(Refusal::field("beckon_click_id", detail, bound).into());
        }
    };
    Ok(Claim {
        conversion_id,
        by,
        at: Time::parse(&at).at("at")?,
        worth: worth(value_micros, currency)?,
    })
}

fn worth(value_micros: Option<u64>, currency: Option<String>) -> Result<Option<Worth>> {
    let (value_micros, currency) = match (value_micros, currency) {
        (None, None) => return Ok(None),
        (Some(value), Some(currency)) => (value, currency),
        (None, Some(_)) => {
            let detail = "a currency of nothing";
            return Err(Refusal::field("value_micros", detail, "needed with currency").into());
        }
        (Some(_), None) => {
            let detail = "a value of no currency";
            return Err(Refusal::field("currency", detail, "needed with value_micros").into());
        }
    };
    Currency::parse(&currency).at("currency")?;
    let within = Some(value_micros).filter(|value| *value <= MOST_MICROS);
    let value_micros = within.and_then(|value| i64::try_from(value).ok());
    let Some(value_micros) = value_micros else {
        let bound = format!("at most {MOST_MICROS}");
        return Err(Refusal::field("value_micros", "that is too much", bound).into());
    };
    Ok(Some(Worth {
        value_micros,
        currency,
    }))
}

/// What became of each conversion, in the batch's order.
pub(super) fn report(ids: Vec<String>, taken: Vec<Taken>) -> wire::ConversionReport {
    let item = |(conversion_id, taken): (String, Taken)| match taken {
        Ok(intake) => wire::ConversionOutcome {
            conversion_id,
            status: match intake {
                Intake::Seen => EventStatus::Duplicate,
                Intake::New | Intake::Held | Intake::AlreadyAnswered => EventStatus::Accepted,
            },
            code: None,
            detail: None,
        },
        Err(refusal) => wire::ConversionOutcome {
            conversion_id,
            status: EventStatus::Refused,
            code: Some(refusal.code),
            detail: Some(match (refusal.field, refusal.bound) {
                (Some(field), Some(bound)) => format!("{field}: {} ({bound})", refusal.detail),
                _ => refusal.detail,
            }),
        },
    };
    wire::ConversionReport {
        items: ids.into_iter().zip(taken).map(item).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn conversion() -> wire::Conversion {
        wire::Conversion {
            conversion_id: "order-1".to_owned(),
            beckon_click_id: Some("k7".to_owned()),
            at: "2026-01-01T00:00:00Z".to_owned(),
            value_micros: Some(5),
            currency: Some("EUR".to_owned()),
            ..wire::Conversion::default()
        }
    }

    fn refused(change: impl FnOnce(&mut wire::Conversion)) -> Option<String> {
        let mut changed = conversion();
        change(&mut changed);
        match claim(changed) {
            Err(Error::Refused(refusal)) => refusal.field,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_conversion_is_read_whole() {
        let read = claim(conversion()).expect("read");
        let wanted = Worth {
            value_micros: 5,
            currency: "EUR".to_owned(),
        };
        assert_eq!(
            (read.by, read.worth),
            (By::Click("k7".to_owned()), Some(wanted))
        );
        let bare = wire::Conversion {
            value_micros: None,
            currency: None,
            ..conversion()
        };
        assert_eq!(claim(bare).expect("read").worth, None);
    }

    #[test]
    fn each_field_is_refused_by_its_name() {
        let click = "beckon_click_id";
        for (field, change) in [
            (
                "conversion_id",
                (|c| c.conversion_id.clear()) as fn(&mut wire::Conversion),
            ),
            ("conversion_id", |c| c.conversion_id = "x".repeat(129)),
            (click, |c| c.beckon_click_id = None),
            (click, |c| c.viewer_id = Some("v".to_owned())),
            ("at", |c| c.at = "soon".to_owned()),
            ("currency", |c| c.currency = None),
            ("currency", |c| c.currency = Some("eur".to_owned())),
            ("value_micros", |c| c.value_micros = None),
            ("value_micros", |c| c.value_micros = Some(MOST_MICROS + 1)),
        ] {
            assert_eq!(refused(change).as_deref(), Some(field));
        }
    }
}
