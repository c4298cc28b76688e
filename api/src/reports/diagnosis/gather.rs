//! Gathers what the stations know of why an instrument is not served.

use super::{Facts, Hint, hints};
use crate::decisions::Decisions;
use crate::decisions::diagnosis::{HOUR_MS, Tally};
use crate::error::{At, Refusal, Result};
use crate::instruments::Instrument;
use crate::media::Registry;
use crate::words::Time;

/// How long a period may be; counts are not kept longer.
const LONGEST_MS: i64 = 31 * 24 * HOUR_MS;
/// How long it is unless told.
const USUAL_MS: i64 = 24 * HOUR_MS;

/// From one full hour on until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub to: Time,
}

impl Period {
    /// Of these ends, widened to full hours.
    ///
    /// # Errors
    /// When one is no time, or the period is empty or too long.
    pub fn parse(from: Option<&str>, to: Option<&str>, now: Time) -> Result<Self> {
        let to = to.map_or(Ok(now), |text| Time::parse(text).at("to"))?;
        let from = from.map_or(Ok(to.plus_ms(-USUAL_MS)), |text| {
            Time::parse(text).at("from")
        })?;
        if !(1..=LONGEST_MS).contains(&to.since(from)) {
            let detail = format!("the period from {from} to {to} is none");
            return Err(Refusal::field("from", detail, "before to, by at most 31 days").into());
        }
        let hour = |ms: i64| ms - ms.rem_euclid(HOUR_MS);
        Ok(Self {
            from: Time::from_ms(hour(from.ms())),
            to: Time::from_ms(hour(to.ms() + HOUR_MS - 1)),
        })
    }
}

/// What became of an instrument over a period, and what kept it from becoming a candidate.
///
/// # Errors
/// When a store does not answer.
pub async fn diagnose(
    decisions: &Decisions,
    media: &Registry,
    instrument: &Instrument,
    period: Period,
) -> Result<(Tally, Vec<Hint>)> {
    let Period { from, to } = period;
    let definition = &instrument.definition;
    let tally = decisions.tally(&instrument.instrument_id, from, to).await?;
    let names = definition
        .trigger
        .as_ref()
        .and_then(|trigger| trigger.only_names());
    let detected = match names {
        Some(names) => Some(decisions.detected(&names, &definition.media_ids).await?),
        None => None,
    };
    let media_ids = definition.media_ids.iter();
    let facts = Facts {
        instrument,
        from,
        to,
        tally: &tally,
        unknown_media: media_ids
            .filter(|id| media.get(id).is_err())
            .cloned()
            .collect(),
        detected,
    };
    let hints = hints(&facts);
    Ok((tally, hints))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).expect("a time")
    }

    #[test]
    fn a_period_is_widened_to_full_hours_and_is_a_day_unless_told() {
        let now = time("2026-11-20T19:05:00Z");
        let period = Period::parse(None, None, now).expect("a period");
        let (from, to) = ("2026-11-19T19:00:00Z", "2026-11-20T20:00:00Z");
        assert_eq!((period.from, period.to), (time(from), time(to)));
        let exact = Period::parse(Some(from), Some(to), now).expect("a period");
        assert_eq!(exact, period);
        for (from, to) in [
            (to, from),
            (from, from),
            ("2026-10-01T00:00:00Z", to),
            ("then", to),
        ] {
            assert!(
                Period::parse(Some(from), Some(to), now).is_err(),
                "{from} to {to}"
            );
        }
    }
}
