//! Triggers on the wire and in the domain.

use beckon_openapi::trigger as wire;

use super::{Condition, Region, Third, Trigger};
use crate::detections::{kind_from_wire, kind_to_wire};
use crate::error::{At, Error, Refusal, Result};
use crate::instruments::wire::{bounds, count, text};
use crate::words::{Confidence, EntityId};

const MOST_NAMES: usize = 50;
const MOST_CONDITIONS: usize = 32;
/// How sure the recogniser must be unless told.
const SURE_ENOUGH: f64 = 50.0;
/// What is longer on screen than cues look back could never be known to be.
const LONGEST_ON_SCREEN_MS: u64 = 10_000;

/// A checked trigger.
pub(in crate::instruments) fn from_wire(wire: wire::Trigger) -> Result<Trigger> {
    let wire::Trigger {
        names,
        any,
        all,
        none,
        min_confidence,
        min_on_screen_ms,
        advertiser_endorsed_by_detected,
    } = wire;
    let asks = any.len() + all.len() + none.len() + usize::from(advertiser_endorsed_by_detected);
    count(
        "trigger.names",
        names.len(),
        usize::from(asks == 0),
        MOST_NAMES,
    )?;
    let named = names.into_iter().enumerate();
    let named = named.map(|(i, name)| text(&format!("trigger.names[{i}]"), name, 256));
    let least = min_confidence.unwrap_or(SURE_ENOUGH);
    let longest = on_screen("trigger.min_on_screen_ms", min_on_screen_ms)?;
    Ok(Trigger {
        names: named.collect::<Result<_>>()?,
        any: conditions("trigger.any", any)?,
        all: conditions("trigger.all", all)?,
        none: conditions("trigger.none", none)?,
        min_confidence: Confidence::parse(least).at("trigger.min_confidence")?,
        min_on_screen_ms: longest.unwrap_or_default(),
        advertiser_endorsed_by_detected,
    })
}

fn on_screen(field: &str, ms: Option<u64>) -> Result<Option<i64>> {
    ms.map(|ms| bounds::ms(field, ms, 0..=LONGEST_ON_SCREEN_MS))
        .transpose()
}

fn conditions(field: &str, all: Vec<wire::Condition>) -> Result<Vec<Condition>> {
    count(field, all.len(), 0, MOST_CONDITIONS)?;
    let all = all.into_iter().enumerate();
    all.map(|(i, one)| condition(one).map_err(|error| error.within(&format!("{field}[{i}]"))))
        .collect()
}

fn condition(wire: wire::Condition) -> Result<Condition> {
    let wire::Condition {
        kind,
        name,
        entity_id,
        endorsed_by,
        parent,
        category,
        min_confidence,
        min_on_screen_ms,
        min_box,
        max_box,
        region,
    } = wire;
    let words = [&name, &entity_id, &endorsed_by, &parent, &category];
    if kind.is_none() && words.iter().all(|word| word.is_none()) {
        let bound = "one of kind, name, entity_id, endorsed_by, parent and category";
        return Err(Refusal::field("name", "the condition names nothing", bound).into());
    }
    let word =
        |field: &str, value: Option<String>| value.map(|value| text(field, value, 256)).transpose();
    let entity =
        |field: &str, id: Option<String>| id.map(|id| EntityId::parse(&id).at(field)).transpose();
    let (min_box, max_box) = (share("min_box", min_box)?, share("max_box", max_box)?);
    if let (Some(least), Some(most)) = (min_box, max_box)
        && most < least
    {
        let detail = format!("max_box is {most}, and min_box {least}");
        return Err(Refusal::field("max_box", detail, "min_box or more").into());
    }
    let least = min_confidence.map(Confidence::parse).transpose();
    Ok(Condition {
        kind: kind.map(kind_from_wire),
        name: word("name", name)?,
        entity_id: entity("entity_id", entity_id)?,
        endorsed_by: entity("endorsed_by", endorsed_by)?,
        parent: word("parent", parent)?,
        category: word("category", category)?,
        min_confidence: least.at("min_confidence")?,
        min_on_screen_ms: on_screen("min_on_screen_ms", min_on_screen_ms)?,
        min_box,
        max_box,
        region: region.map(region_from_wire).transpose()?,
    })
}

/// A share of the picture.
fn share(field: &str, share: Option<f64>) -> Result<Option<f64>> {
    // NaN lies in no range.
    share
        .map(|share| bounds::within(field, share, 0.0..=1.0))
        .transpose()
}

fn region_from_wire(wire: wire::Region) -> Result<Region> {
    Ok(match wire {
        wire::Region::Third(third) => Region::Third(third.into()),
        wire::Region::Box(wire::RegionBox {
            left,
            top,
            width,
            height,
        }) => {
            let within = |from: f64, length: f64| {
                (0.0..=1.0).contains(&from) && length > 0.0 && from + length <= 1.0 + f64::EPSILON
            };
            if !within(left, width) || !within(top, height) {
                let detail = "the region leaves the picture, or takes nothing of it";
                return Err(Error::from(Refusal::field(
                    "region",
                    detail,
                    "within 0..=1",
                )));
            }
            Region::Box([left, top, width, height])
        }
    })
}

/// A trigger for the wire.
pub(in crate::instruments) fn to_wire(trigger: &Trigger) -> wire::Trigger {
    let list = |conditions: &[Condition]| conditions.iter().map(condition_to_wire).collect();
    wire::Trigger {
        names: trigger.names.clone(),
        any: list(&trigger.any),
        all: list(&trigger.all),
        none: list(&trigger.none),
        min_confidence: Some(trigger.min_confidence.percent()),
        min_on_screen_ms: Some(trigger.min_on_screen_ms.unsigned_abs()).filter(|ms| *ms > 0),
        advertiser_endorsed_by_detected: trigger.advertiser_endorsed_by_detected,
    }
}

fn condition_to_wire(condition: &Condition) -> wire::Condition {
    let Condition {
        kind,
        name,
        entity_id,
        endorsed_by,
        parent,
        category,
        min_confidence,
        min_on_screen_ms,
        min_box,
        max_box,
        region,
    } = condition.clone();
    wire::Condition {
        kind: kind.map(kind_to_wire),
        name,
        entity_id: entity_id.map(|id| id.to_string()),
        endorsed_by: endorsed_by.map(|id| id.to_string()),
        parent,
        category,
        min_confidence: min_confidence.map(Confidence::percent),
        min_on_screen_ms: min_on_screen_ms.map(i64::unsigned_abs),
        min_box,
        max_box,
        region: region.map(|region| match region {
            Region::Third(third) => wire::Region::Third(third.into()),
            Region::Box([left, top, width, height]) => wire::Region::Box(wire::RegionBox {
                left,
                top,
                width,
                height,
            }),
        }),
    }
}

impl From<wire::Third> for Third {
    fn from(third: wire::Third) -> Self {
        match third {
            wire::Third::Left => Self::Left,
            wire::Third::Centre => Self::Centre,
            wire::Third::Right => Self::Right,
            wire::Third::Top => Self::Top,
            wire::Third::Middle => Self::Middle,
            wire::Third::Bottom => Self::Bottom,
        }
    }
}

impl From<Third> for wire::Third {
    fn from(third: Third) -> Self {
        match third {
            Third::Left => Self::Left,
            Third::Centre => Self::Centre,
            Third::Right => Self::Right,
            Third::Top => Self::Top,
            Third::Middle => Self::Middle,
            Third::Bottom => Self::Bottom,
        }
    }
}
