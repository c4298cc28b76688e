//! Hours on the wire and in the domain.

use beckon_openapi::hours as wire;

use super::{Day, Daypart, Dayparts, MediaStretch, Minute, Zone};
use crate::error::{At, Refusal, Result};
use crate::instruments::wire::bounds::within;
use crate::instruments::wire::{count, text};

const MOST_DAYPARTS: usize = 32;
const MOST_STRETCHES: usize = 16;
/// Seven days: no media lasts longer at a stretch.
const FURTHEST_MS: i64 = 604_800_000;

/// Checked dayparts of a schedule; none where it names none.
pub(in crate::instruments) fn dayparts_from_wire(
    zone: Option<String>,
    parts: Vec<wire::Daypart>,
) -> Result<Option<Dayparts>> {
    count("schedule.dayparts", parts.len(), 0, MOST_DAYPARTS)?;
    let zone = zone.map(|zone| Zone::parse(&zone).at("schedule.zone"));
    let (Some(zone), false) = (zone.transpose()?, parts.is_empty()) else {
        return if parts.is_empty() {
            Ok(None)
        } else {
            let detail = "dayparts are hours of some place's clocks";
            let bound = "an IANA zone, such as Europe/Berlin";
            Err(Refusal::field("schedule.zone", detail, bound).into())
        };
    };
    let parts = parts.into_iter().enumerate();
    let parts = parts
        .map(|(i, one)| daypart(one).map_err(|e| e.within(&format!("schedule.dayparts[{i}]"))));
    Ok(Some(Dayparts {
        zone,
        parts: parts.collect::<Result<_>>()?,
    }))
}

fn daypart(wire: wire::Daypart) -> Result<Daypart> {
    let wire::Daypart { days, from, to } = wire;
    let mut named = Vec::new();
    for (i, day) in days.iter().enumerate() {
        named.push(Day::parse(day).at(&format!("days[{i}]"))?);
    }
    named.sort();
    named.dedup();
    if named.is_empty() {
        named = Day::ALL.to_vec();
    }
    let (from, to) = (
        Minute::parse(&from).at("from")?,
        Minute::parse(&to).at("to")?,
    );
    if from == to || from.to_string() == "24:00" {
        let detail = format!("nothing runs from {from} to {to}");
        let bound = "after `from`, or before it for the next day; a whole day is 00:00 to 24:00";
        return Err(Refusal::field("to", detail, bound).into());
    }
    Ok(Daypart {
        days: named,
        from,
        to,
    })
}

/// The zone and dayparts of a schedule.
pub(in crate::instruments) fn dayparts_to_wire(
    dayparts: Option<&Dayparts>,
) -> (Option<String>, Vec<wire::Daypart>) {
    let Some(dayparts) = dayparts else {
        return (None, Vec::new());
    };
    let part = |part: &Daypart| wire::Daypart {
        days: part
            .days
            .iter()
            .map(|day| day.as_str().to_owned())
            .collect(),
        from: part.from.to_string(),
        to: part.to.to_string(),
    };
    let parts = dayparts.parts.iter().map(part).collect();
    (Some(dayparts.zone.name().to_owned()), parts)
}

/// Checked parts of a media.
pub(in crate::instruments) fn stretches_from_wire(
    all: Vec<wire::MediaStretch>,
) -> Result<Vec<MediaStretch>> {
    count("media_clock", all.len(), 0, MOST_STRETCHES)?;
    let all = all.into_iter().enumerate();
    all.map(|(i, one)| stretch(one).map_err(|e| e.within(&format!("media_clock[{i}]"))))
        .collect()
}

fn stretch(wire: wire::MediaStretch) -> Result<MediaStretch> {
    let wire::MediaStretch {
        from_marker,
        to_marker,
        from_ms,
        to_ms,
    } = wire;
    let named =
        |field: &str, name: Option<String>| name.map(|name| text(field, name, 80)).transpose();
    for (field, ms) in [("from_ms", from_ms), ("to_ms", to_ms)] {
        ms.map(|ms| within(field, ms, -FURTHEST_MS..=FURTHEST_MS))
            .transpose()?;
    }
    let stretch = MediaStretch {
        from_marker: named("from_marker", from_marker)?,
        to_marker: named("to_marker", to_marker)?,
        from_ms: from_ms.unwrap_or(0),
        to_ms,
    };
    if stretch.to_marker.is_none()
        && let Some(to_ms) = to_ms.filter(|to| *to <= stretch.from_ms)
    {
        let detail = format!("it begins at {} and is over at {to_ms}", stretch.from_ms);
        return Err(Refusal::field("to_ms", detail, "after from_ms").into());
    }
    Ok(stretch)
}

/// Parts of a media for the wire.
pub(in crate::instruments) fn stretches_to_wire(all: &[MediaStretch]) -> Vec<wire::MediaStretch> {
    let stretch = |stretch: &MediaStretch| {
        let MediaStretch {
            from_marker,
            to_marker,
            from_ms,
            to_ms,
        } = stretch.clone();
        wire::MediaStretch {
            from_marker,
            to_marker,
            from_ms: Some(from_ms).filter(|ms| *ms != 0),
            to_ms,
        }
    };
    all.iter().map(stretch).collect()
}
