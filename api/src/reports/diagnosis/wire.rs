//! Diagnoses for the wire.

use beckon_openapi::diagnosis as wire;

use super::{Hint, Period};
use crate::decisions::diagnosis::Tally;
use crate::decisions::{Reason, reason_to_wire};
use crate::instruments::Instrument;

/// A diagnosis for the wire.
pub(super) fn diagnosis(
    instrument: &Instrument,
    period: Period,
    tally: &Tally,
    hints: &[Hint],
) -> wire::Diagnosis {
    #[expect(clippy::cast_precision_loss, reason = "a share shows three digits")]
    let share = |count: u64| count as f64 / tally.considered.max(count).max(1) as f64;
    let reason = |(why, count): &(Reason, u64)| wire::ReasonShare {
        reason: reason_to_wire(*why),
        count: *count,
        share: share(*count),
    };
    let reasons: Vec<_> = tally.reasons.iter().map(reason).collect();
    wire::Diagnosis {
        instrument_id: instrument.instrument_id.to_string(),
        from: period.from.to_string(),
        to: period.to.to_string(),
        considered: tally.considered,
        chosen: tally.chosen,
        summary: summary(tally, &reasons),
        reasons,
        hints: hints.iter().map(|one| hint(one, instrument)).collect(),
    }
}

fn summary(tally: &Tally, reasons: &[wire::ReasonShare]) -> String {
    let times = |count: u64| match count {
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    };
    if tally.considered == 0 {
        return "It was never considered in this period.".to_owned();
    }
    let met = format!(
        "It was considered {} and chosen {}.",
        times(tally.considered),
        if tally.chosen == 0 {
            "never".to_owned()
        } else {
            times(tally.chosen)
        }
    );
    match reasons.first() {
        Some(most) => format!(
            "{met} What stopped it most, {}: {}",
            times(most.count),
            most.reason.meaning()
        ),
        None => met,
    }
}

fn hint(hint: &Hint, instrument: &Instrument) -> wire::Hint {
    use wire::HintCode;
    let trigger = instrument.definition.trigger.as_ref();
    let names = || {
        let names = trigger.and_then(|trigger| trigger.only_names());
        names.unwrap_or_default().join(", ")
    };
    let (hint, detail) = match hint {
        Hint::NotLive(state) => (
            HintCode::NotLive,
            format!(
                "It is {}, and only live instruments are considered.",
                state.as_str()
            ),
        ),
        Hint::OutsideSchedule => (
            HintCode::OutsideSchedule,
            "Its schedule has no moment in this period.".to_owned(),
        ),
        Hint::MediaUnknown(media) => {
            let ids: Vec<&str> = media.iter().map(|id| id.as_str()).collect();
            (
                HintCode::MediaUnknown,
                format!(
                    "It names media that are not registered: {}.",
                    ids.join(", ")
                ),
            )
        }
        Hint::TriggerNotDetected(media) => (
            HintCode::TriggerNotDetected,
            format!(
                "None of its names has been detected on the {media} media that were looked through: {}.",
                names()
            ),
        ),
        Hint::TriggerTooUnsure(best, wanted) => (
            HintCode::TriggerTooUnsure,
            format!(
                "Its names were detected with {best:.1} % at best, and its trigger asks for {wanted:.1} %: {}.",
                names()
            ),
        ),
        Hint::NobodyAsked => (
            HintCode::NobodyAsked,
            "Nothing keeps it: no viewer asked for a decision while it could run.".to_owned(),
        ),
    };
    wire::Hint { hint, detail }
}
