//! Viewers on the wire and in the domain.

use std::collections::BTreeMap;

use beckon_openapi::viewer as wire;

use super::profile::is_key;
use super::{AttributeName, Consent, Exposure, Group, Profile, Value};
use crate::categories::{Categories, Category};
use crate::error::{At, Refusal, Result};
use crate::words::{Time, ViewerId};

/// How many attributes a group may have.
const MOST_ATTRIBUTES: usize = 32;
/// How many exposures are told.
const MOST_TOLD: usize = 50;

/// A checked profile.
///
/// # Errors
/// When an attribute breaks its bound.
pub fn profile(wire: wire::ViewerProfile) -> Result<Profile> {
    let wire::ViewerProfile {
        demography,
        behaviour,
        psychograph,
        attributes,
        consent: wire::Consent { personalisation },
        opt_out_categories,
    } = wire;
    let mut all = BTreeMap::new();
    for (group, named) in
        Group::ALL
            .into_iter()
            .zip([demography, behaviour, psychograph, attributes])
    {
        if named.len() > MOST_ATTRIBUTES {
            let detail = format!("{} has {} attributes", group.as_str(), named.len());
            let bound = format!("at most {MOST_ATTRIBUTES} attributes");
            return Err(Refusal::field(group.as_str(), detail, bound).into());
        }
        for (key, value) in named {
            let field = format!("{}.{key}", group.as_str());
            if !is_key(&key) {
                let detail = format!("`{key}` cannot name an attribute");
                return Err(Refusal::field(
                    group.as_str(),
                    detail,
                    "names are 1 to 64 of A-Za-z0-9._:-",
                )
                .into());
            }
            all.insert(
                AttributeName { group, key },
                value_from_wire(&field, value)?,
            );
        }
    }
    Ok(Profile {
        attributes: all,
        consent: Consent { personalisation },
        opt_outs: opt_outs(&opt_out_categories)?,
    })
}

fn opt_outs(ids: &[String]) -> Result<Categories> {
    let ids = ids.iter().enumerate();
    ids.map(|(i, id)| Category::parse(id).at(&format!("opt_out_categories[{i}]")))
        .collect()
}

/// Checks a value of an attribute, or of a test of one.
///
/// # Errors
/// When a number is not finite, a text too long or with control characters, or a list too long.
pub fn value_from_wire(field: &str, wire: wire::AttributeValue) -> Result<Value> {
    let text = |text: String| {
        let length = text.chars().count();
        if (1..=128).contains(&length) && !text.chars().any(char::is_control) {
            return Ok(text);
        }
        let detail = format!("a text of {field} has {length} characters, or control characters");
        let bound = "1 to 128 characters, no control characters";
        Err(Refusal::field(field, detail, bound).into())
    };
    Ok(match wire {
        wire::AttributeValue::Bool(flag) => Value::Bool(flag),
        wire::AttributeValue::Number(number) if number.is_finite() => Value::Number(number),
        wire::AttributeValue::Number(number) => {
            let detail = format!("{field} is {number}");
            return Err(Refusal::field(field, detail, "a finite number").into());
        }
        wire::AttributeValue::Text(plain) => Value::Text(text(plain)?),
        wire::AttributeValue::List(texts) if texts.len() <= 16 => {
            Value::List(texts.into_iter().map(text).collect::<Result<_>>()?)
        }
        wire::AttributeValue::List(texts) => {
            let detail = format!("{field} has {} texts", texts.len());
            return Err(Refusal::field(field, detail, "at most 16 texts").into());
        }
    })
}

/// A value for the wire.
#[must_use]
pub fn value_to_wire(value: &Value) -> wire::AttributeValue {
    match value {
        Value::Bool(flag) => wire::AttributeValue::Bool(*flag),
        Value::Number(number) => wire::AttributeValue::Number(*number),
        Value::Text(text) => wire::AttributeValue::Text(text.clone()),
        Value::List(texts) => wire::AttributeValue::List(texts.clone()),
    }
}

/// A stored viewer for the wire.
pub(super) fn viewer(
    viewer_id: &ViewerId,
    profile: &Profile,
    updated_at: Time,
    exposures: &[Exposure],
) -> wire::Viewer {
    let Profile {
        attributes,
        consent: Consent { personalisation },
        opt_outs,
    } = profile;
    let group = |group: Group| {
        let of_group = attributes.iter().filter(|(name, _)| name.group == group);
        of_group
            .map(|(name, value)| (name.key.clone(), value_to_wire(value)))
            .collect()
    };
    wire::Viewer {
        viewer_id: viewer_id.to_string(),
        profile: wire::ViewerProfile {
            demography: group(Group::Demography),
            behaviour: group(Group::Behaviour),
            psychograph: group(Group::Psychograph),
            attributes: group(Group::Attributes),
            consent: wire::Consent {
                personalisation: *personalisation,
            },
            opt_out_categories: opt_outs.iter().map(|c| c.id().to_owned()).collect(),
        },
        exposures: exposures
            .iter()
            .take(MOST_TOLD)
            .map(|exposure| wire::Exposure {
                instrument_id: uuid::Uuid::from_u128(exposure.instrument).to_string(),
                media_id: exposure.media_id.to_string(),
                shown_at: exposure.shown_at.to_string(),
            })
            .collect(),
        updated_at: updated_at.to_string(),
    }
}
