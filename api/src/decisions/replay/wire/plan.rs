//! What is to be replayed, from the wire.

use std::collections::BTreeSet;

use beckon_openapi::replay as wire;

use crate::decisions::replay::{Audience, Group, Mix, Plan};
use crate::error::{At, Refusal, Result};
use crate::instruments::{Definition, definition_from_wire};
use crate::viewers::{AttributeName, profile_from_wire, value_from_wire};
use crate::words::{AudienceId, InstrumentId, Time, Window};

/// The longest window.
const LONGEST_MS: i64 = 6 * 3_600_000;
const MOST_INSTRUMENTS: usize = 200;
const MOST_QUESTIONS: i64 = 400_000;
const MOST_GROUPS: usize = 20;
const MOST_ARRIVALS: usize = 100;
const MOST_VALUES: usize = 50;
const MOST_TIMELINE: i64 = 1_000;
const MOST_PEOPLE: i64 = 100_000_000;
/// How many are simulated unless told.
const USUAL_SAMPLE: i64 = 1_000;
/// How far apart they ask unless told.
const USUAL_EVERY_MS: i64 = 10_000;
/// How many overlays the timeline tells unless told.
const USUAL_TIMELINE: i64 = 100;

fn refuse<T>(field: &str, detail: impl std::fmt::Display, bound: impl Into<String>) -> Result<T> {
    Err(Refusal::field(field, format!("{field} is {detail}"), bound).into())
}

fn within(field: &str, value: i64, least: i64, most: i64) -> Result<i64> {
    match (least..=most).contains(&value) {
        true => Ok(value),
        false => refuse(field, value, format!("{least}..={most}")),
    }
}

fn count(field: &str, found: usize, least: usize, most: usize) -> Result<()> {
    match (least..=most).contains(&found) {
        true => Ok(()),
        false => refuse(
            field,
            format!("a list of {found}"),
            format!("{least} to {most} items"),
        ),
    }
}

/// A weight, and with others together more than nothing.
fn weights(field: &str, weights: impl Iterator<Item = f64>) -> Result<()> {
    let mut sum = 0.0;
    for weight in weights {
        if !(weight.is_finite() && (0.0..=1e9).contains(&weight)) {
            return refuse(field, weight, "0 to 1000000000");
        }
        sum += weight;
    }
    match sum > 0.0 {
        true => Ok(()),
        false => refuse(field, "nothing in all", "more than 0 together"),
    }
}

/// A checked plan.
pub(in crate::decisions::replay) fn plan(wire: wire::ReplayRequest) -> Result<Plan> {
    let wire::ReplayRequest {
        instrument_ids,
        drafts,
        with_live,
        from_ms,
        to_ms,
        every_ms,
        starts_at,
        slots,
        audience,
        goals,
        timeline,
    } = wire;
    let told = instrument_ids.len() + drafts.len();
    let least = if with_live { 0 } else { 1 };
    count("instrument_ids", told, least, MOST_INSTRUMENTS)?;
    count("goals", goals.len(), 0, MOST_INSTRUMENTS)?;
    let window = Window::parse(from_ms, to_ms, LONGEST_MS).at("to_ms")?;
    let every_ms = within(
        "every_ms",
        every_ms.unwrap_or(USUAL_EVERY_MS),
        1_000,
        600_000,
    )?;
    let steps = (to_ms - from_ms) / every_ms + 1;
    let number = |number: i64| usize::try_from(number).map_err(anyhow::Error::from);
    let timeline = timeline.map_or(USUAL_TIMELINE, i64::from);
    Ok(Plan {
        instrument_ids: ids(&instrument_ids)?,
        drafts: definitions(drafts)?,
        with_live,
        window,
        every_ms,
        starts_at: starts_at
            .map(|text| Time::parse(&text).at("starts_at"))
            .transpose()?,
        slots: number(within("slots", slots.map_or(1, i64::from), 1, 4)?)?,
        audience: self::audience(audience, steps).map_err(|error| error.within("audience"))?,
        goals: goals
            .into_iter()
            .map(|goal| {
                let id = InstrumentId::parse(&goal.instrument_id).at("goals.instrument_id")?;
                Ok((id, goal.impressions))
            })
            .collect::<Result<_>>()?,
        timeline: number(within("timeline", timeline, 0, MOST_TIMELINE)?)?,
    })
}

fn ids(wire: &[String]) -> Result<Vec<InstrumentId>> {
    let mut known = BTreeSet::new();
    let id = |(i, id): (usize, &String)| {
        let field = format!("instrument_ids[{i}]");
        let id = InstrumentId::parse(id).at(&field)?;
        match known.insert(id.clone()) {
            true => Ok(id),
            false => refuse(&field, "there already", "once each"),
        }
    };
    wire.iter().enumerate().map(id).collect()
}

fn definitions(wire: Vec<beckon_openapi::instrument::NewInstrument>) -> Result<Vec<Definition>> {
    let draft = |(i, wire)| {
        let definition = definition_from_wire(wire);
        definition.map_err(|error| error.within(&format!("drafts[{i}]")))
    };
    wire.into_iter().enumerate().map(draft).collect()
}

fn audience(wire: wire::ReplayAudience, steps: i64) -> Result<Audience> {
    let wire::ReplayAudience {
        size,
        sample,
        seed,
        arrivals,
        groups,
    } = wire;
    let size = within(
        "size",
        i64::try_from(size).unwrap_or(i64::MAX),
        1,
        MOST_PEOPLE,
    )?;
    let most = size.min(MOST_QUESTIONS / steps.max(1));
    let sample = within(
        "sample",
        sample.map_or(most.min(USUAL_SAMPLE), i64::from),
        1,
        most,
    )?;
    count("arrivals", arrivals.len(), 0, MOST_ARRIVALS)?;
    count("groups", groups.len(), 0, MOST_GROUPS)?;
    if !arrivals.is_empty() {
        weights("arrivals", arrivals.iter().copied())?;
    }
    let everybody = || wire::ReplayGroup {
        name: None,
        weight: 1.0,
        audience_id: None,
        profile: None,
        mixes: Vec::new(),
    };
    let groups = if groups.is_empty() {
        vec![everybody()]
    } else {
        groups
    };
    weights("groups.weight", groups.iter().map(|group| group.weight))?;
    let group = |(i, wire)| group(i, wire).map_err(|error| error.within(&format!("groups[{i}]")));
    Ok(Audience {
        size: size.unsigned_abs(),
        sample: u32::try_from(sample).map_err(anyhow::Error::from)?,
        seed,
        arrivals: if arrivals.is_empty() {
            vec![1.0]
        } else {
            arrivals
        },
        groups: groups
            .into_iter()
            .enumerate()
            .map(group)
            .collect::<Result<_>>()?,
    })
}

fn group(place: usize, wire: wire::ReplayGroup) -> Result<Group> {
    let wire::ReplayGroup {
        name,
        weight,
        audience_id,
        profile,
        mixes,
    } = wire;
    let name = name.unwrap_or_else(|| (place + 1).to_string());
    if name.chars().count() > 80 {
        return refuse("name", "longer than that", "at most 80 characters");
    }
    count("mixes", mixes.len(), 0, MOST_GROUPS)?;
    let mix = |(i, wire)| mix(wire).map_err(|error| error.within(&format!("mixes[{i}]")));
    Ok(Group {
        name,
        weight,
        audience_id: audience_id
            .map(|id| AudienceId::parse(&id).at("audience_id"))
            .transpose()?,
        profile: profile
            .map(profile_from_wire)
            .transpose()?
            .unwrap_or_default(),
        mixes: mixes
            .into_iter()
            .enumerate()
            .map(mix)
            .collect::<Result<_>>()?,
    })
}

fn mix(wire: wire::ReplayMix) -> Result<Mix> {
    let Some(attribute) = AttributeName::parse(&wire.attribute) else {
        let bound = "demography., behaviour., psychograph. or attributes. and a name";
        return refuse("attribute", format!("`{}`", wire.attribute), bound);
    };
    count("values", wire.values.len(), 1, MOST_VALUES)?;
    weights(
        "values.weight",
        wire.values.iter().map(|value| value.weight),
    )?;
    let value = |one: wire::ReplayValue| {
        let value = one
            .value
            .map(|value| value_from_wire("value", value))
            .transpose()?;
        Ok((value, one.weight))
    };
    Ok(Mix {
        attribute,
        values: wire.values.into_iter().map(value).collect::<Result<_>>()?,
    })
}
