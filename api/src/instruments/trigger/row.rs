//! A trigger as it is stored.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::{Condition, Region, Third, Trigger};
use crate::detections::Kind;
use crate::words::{Confidence, EntityId, Invalid};

/// What was stored before there were conditions has names and a confidence only.
#[derive(Serialize, Deserialize)]
pub struct TriggerRow {
    names: Vec<String>,
    min_confidence: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    any: Vec<ConditionRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    all: Vec<ConditionRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    none: Vec<ConditionRow>,
    #[serde(default)]
    min_on_screen_ms: i64,
    #[serde(default)]
    advertiser_endorsed: bool,
}

#[derive(Serialize, Deserialize)]
struct ConditionRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endorsed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_confidence: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_on_screen_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_box: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_box: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<RegionRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RegionRow {
    Third(String),
    Box([f64; 4]),
}

impl From<&Trigger> for TriggerRow {
    fn from(trigger: &Trigger) -> Self {
        let Trigger {
            names,
            any,
            all,
            none,
            min_confidence,
            min_on_screen_ms,
            advertiser_endorsed_by_detected,
        } = trigger;
        let rows = |conditions: &[Condition]| conditions.iter().map(ConditionRow::from).collect();
        Self {
            names: names.clone(),
            min_confidence: min_confidence.percent(),
            any: rows(any),
            all: rows(all),
            none: rows(none),
            min_on_screen_ms: *min_on_screen_ms,
            advertiser_endorsed: *advertiser_endorsed_by_detected,
        }
    }
}

impl From<&Condition> for ConditionRow {
    fn from(condition: &Condition) -> Self {
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
        Self {
            kind: kind.map(|kind| kind.as_str().to_owned()),
            name,
            entity_id: entity_id.map(|id| id.to_string()),
            endorsed_by: endorsed_by.map(|id| id.to_string()),
            parent,
            category,
            min_confidence: min_confidence.map(Confidence::percent),
            min_on_screen_ms,
            min_box,
            max_box,
            region: region.map(|region| match region {
                Region::Third(third) => RegionRow::Third(third.as_str().to_owned()),
                Region::Box(ratios) => RegionRow::Box(ratios),
            }),
        }
    }
}

fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored trigger is invalid: {}", error.detail)
}

impl TryFrom<TriggerRow> for Trigger {
    type Error = anyhow::Error;

    fn try_from(row: TriggerRow) -> anyhow::Result<Self> {
        let conditions = |rows: Vec<ConditionRow>| -> anyhow::Result<Vec<Condition>> {
            rows.into_iter().map(Condition::try_from).collect()
        };
        Ok(Self {
            names: row.names,
            any: conditions(row.any)?,
            all: conditions(row.all)?,
            none: conditions(row.none)?,
            min_confidence: Confidence::parse(row.min_confidence).map_err(invalid)?,
            min_on_screen_ms: row.min_on_screen_ms,
            advertiser_endorsed_by_detected: row.advertiser_endorsed,
        })
    }
}

impl TryFrom<ConditionRow> for Condition {
    type Error = anyhow::Error;

    fn try_from(row: ConditionRow) -> anyhow::Result<Self> {
        let entity = |id: Option<String>| id.map(|id| EntityId::parse(&id)).transpose();
        let kind = row.kind.map(|kind| {
            let found = Kind::ALL.into_iter().find(|k| k.as_str() == kind);
            found.with_context(|| format!("a stored trigger asks for a {kind}"))
        });
        let least = row.min_confidence.map(Confidence::parse).transpose();
        Ok(Self {
            kind: kind.transpose()?,
            name: row.name,
            entity_id: entity(row.entity_id).map_err(invalid)?,
            endorsed_by: entity(row.endorsed_by).map_err(invalid)?,
            parent: row.parent,
            category: row.category,
            min_confidence: least.map_err(invalid)?,
            min_on_screen_ms: row.min_on_screen_ms,
            min_box: row.min_box,
            max_box: row.max_box,
            region: row.region.map(Region::try_from).transpose()?,
        })
    }
}

impl TryFrom<RegionRow> for Region {
    type Error = anyhow::Error;

    fn try_from(row: RegionRow) -> anyhow::Result<Self> {
        Ok(match row {
            RegionRow::Box(ratios) => Self::Box(ratios),
            RegionRow::Third(name) => {
                let third = Third::ALL.into_iter().find(|t| t.as_str() == name);
                Self::Third(third.with_context(|| format!("there is no third {name}"))?)
            }
        })
    }
}
