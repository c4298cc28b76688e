//! A definition as it is stored: JSON of a shape of its own, so that the wire may change without a migration.

mod content;
mod presentation;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use self::content::ContentRow;
use self::presentation::PresentationRow;
use super::audience::{Check, Relation, Rule, Scalar};
use super::caps_row::{caps_from_row, caps_to_row};
use super::definition::{Definition, FrequencyCap, Kind, MIDDLE_WEIGHT, Schedule, Trigger};
use super::delivery::CompetitorsRow;
use crate::categories::Category;
use crate::media::{OverlayLife, QuietScope};
use crate::viewers::{Act, Acts, AttributeName};
use crate::words::{CampaignId, Confidence, Invalid, MediaId, Time};

#[derive(Serialize, Deserialize)]
pub(super) struct DefinitionRow {
    name: String,
    kind: String,
    content: ContentRow,
    /// Absent in what was stored before there was any.
    #[serde(default)]
    presentation: PresentationRow,
    /// Absent in what was stored before there were any.
    #[serde(default)]
    campaign_id: Option<String>,
    trigger: Option<TriggerRow>,
    audience: Option<RuleRow>,
    /// Start and end, in ms.
    schedule: Option<(Option<i64>, Option<i64>)>,
    /// Count and time.
    frequency_cap: Option<(u32, i64)>,
    /// Counts and times; for ever where there is none. Absent in what was stored before there were any.
    #[serde(default)]
    frequency_caps: Vec<(u32, Option<i64>)>,
    /// Names of acts. In what was stored before, as the kind says.
    stop_after: Option<Vec<String>>,
    overlay_life: Option<LifeRow>,
    media_ids: Vec<String>,
    priority: u8,
    /// The usual one where there is none, as in what was stored before there were any.
    weight: Option<u32>,
    #[serde(default)]
    competes_with: CompetitorsRow,
    allow_forward: bool,
    /// Absent in what was stored before there were any.
    #[serde(default)]
    not_in_ad_breaks: bool,
    #[serde(default)]
    categories: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct TriggerRow {
    names: Vec<String>,
    min_confidence: f64,
}

#[derive(Serialize, Deserialize)]
struct LifeRow {
    show_ms: i64,
    quiet_ms: i64,
    quiet_whole_media: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RuleRow {
    All(Vec<RuleRow>),
    Any(Vec<RuleRow>),
    Not(Box<RuleRow>),
    Test(String, CheckRow),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CheckRow {
    Equal(ScalarRow, bool),
    In(Vec<String>, bool),
    Less(f64),
    AtMost(f64),
    Greater(f64),
    AtLeast(f64),
    Contains(String),
    Exists(bool),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ScalarRow {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl From<&Definition> for DefinitionRow {
    fn from(definition: &Definition) -> Self {
        let Definition {
            name,
            kind,
            content,
            presentation,
            campaign_id,
            trigger,
            audience,
            schedule,
            frequency_cap,
            frequency_caps,
            stop_after,
            overlay_life,
            media_ids,
            priority,
            weight,
            competes_with,
            allow_forward,
            in_ad_breaks,
            categories,
        } = definition;
        let ms = |time: Option<Time>| time.map(Time::ms);
        Self {
            name: name.clone(),
            kind: kind.as_str().to_owned(),
            content: content.into(),
            presentation: presentation.into(),
            campaign_id: campaign_id.as_ref().map(ToString::to_string),
            trigger: trigger.as_ref().map(|trigger| TriggerRow {
                names: trigger.names.clone(),
                min_confidence: trigger.min_confidence.percent(),
            }),
            audience: audience.as_ref().map(RuleRow::from),
            schedule: schedule.map(|s| (ms(s.starts_at), ms(s.ends_at))),
            frequency_cap: frequency_cap.map(|cap| (cap.count, cap.per_ms)),
            frequency_caps: caps_to_row(frequency_caps),
            stop_after: Some(
                stop_after
                    .iter()
                    .map(|act| act.as_str().to_owned())
                    .collect(),
            ),
            overlay_life: overlay_life.map(|life| LifeRow {
                show_ms: life.show_ms,
                quiet_ms: life.quiet_ms,
                quiet_whole_media: life.quiet_scope == QuietScope::Media,
            }),
            media_ids: media_ids.iter().map(ToString::to_string).collect(),
            priority: *priority,
            weight: Some(*weight),
            competes_with: competes_with.into(),
            allow_forward: *allow_forward,
            not_in_ad_breaks: !in_ad_breaks,
            categories: categories.iter().map(|c| c.id().to_owned()).collect(),
        }
    }
}

impl From<&Rule> for RuleRow {
    fn from(rule: &Rule) -> Self {
        match rule {
            Rule::All(rules) => Self::All(rules.iter().map(Self::from).collect()),
            Rule::Any(rules) => Self::Any(rules.iter().map(Self::from).collect()),
            Rule::Not(rule) => Self::Not(Box::new(Self::from(&**rule))),
            Rule::Test(name, check) => Self::Test(name.to_string(), check.into()),
        }
    }
}

impl From<&Check> for CheckRow {
    fn from(check: &Check) -> Self {
        match check.clone() {
            Check::Equal(Scalar::Bool(flag), is) => Self::Equal(ScalarRow::Bool(flag), is),
            Check::Equal(Scalar::Number(number), is) => Self::Equal(ScalarRow::Number(number), is),
            Check::Equal(Scalar::Text(text), is) => Self::Equal(ScalarRow::Text(text), is),
            Check::In(texts, is) => Self::In(texts, is),
            Check::Compare(Relation::Less, number) => Self::Less(number),
            Check::Compare(Relation::AtMost, number) => Self::AtMost(number),
            Check::Compare(Relation::Greater, number) => Self::Greater(number),
            Check::Compare(Relation::AtLeast, number) => Self::AtLeast(number),
            Check::Contains(text) => Self::Contains(text),
            Check::Exists(there) => Self::Exists(there),
        }
    }
}

fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored instrument is invalid: {}", error.detail)
}

impl TryFrom<DefinitionRow> for Definition {
    type Error = anyhow::Error;

    fn try_from(row: DefinitionRow) -> anyhow::Result<Self> {
        let kind = Kind::ALL.into_iter().find(|k| k.as_str() == row.kind);
        let trigger = row.trigger.map(|trigger| {
            anyhow::Ok(Trigger {
                names: trigger.names,
                min_confidence: Confidence::parse(trigger.min_confidence).map_err(invalid)?,
            })
        });
        let media_ids = row.media_ids.iter();
        let categories = row.categories.iter();
        let campaign_id = row.campaign_id.as_deref().map(CampaignId::parse);
        let time = |ms: Option<i64>| ms.map(Time::from_ms);
        Ok(Self {
            name: row.name,
            kind: kind.with_context(|| format!("a stored instrument is a {}", row.kind))?,
            content: row.content.try_into()?,
            presentation: row.presentation.try_into()?,
            campaign_id: campaign_id.transpose().map_err(invalid)?,
            trigger: trigger.transpose()?,
            audience: row.audience.map(Rule::try_from).transpose()?,
            schedule: row.schedule.map(|(start, end)| Schedule {
                starts_at: time(start),
                ends_at: time(end),
            }),
            frequency_cap: row
                .frequency_cap
                .map(|(count, per_ms)| FrequencyCap { count, per_ms }),
            frequency_caps: caps_from_row(row.frequency_caps),
            stop_after: match row.stop_after {
                Some(names) => names.iter().filter_map(|name| Act::parse(name)).collect(),
                None => kind.map_or(Acts::NONE, Kind::stops_after),
            },
            overlay_life: row.overlay_life.map(|life| OverlayLife {
                show_ms: life.show_ms,
                quiet_ms: life.quiet_ms,
                quiet_scope: if life.quiet_whole_media {
                    QuietScope::Media
                } else {
                    QuietScope::Instrument
                },
            }),
            media_ids: media_ids
                .map(|id| MediaId::parse(id).map_err(invalid))
                .collect::<anyhow::Result<_>>()?,
            priority: row.priority,
            weight: row.weight.unwrap_or(MIDDLE_WEIGHT),
            competes_with: row.competes_with.try_into()?,
            allow_forward: row.allow_forward,
            in_ad_breaks: !row.not_in_ad_breaks,
            categories: categories
                .map(|id| Category::parse(id).map_err(invalid))
                .collect::<anyhow::Result<_>>()?,
        })
    }
}

impl TryFrom<RuleRow> for Rule {
    type Error = anyhow::Error;

    fn try_from(row: RuleRow) -> anyhow::Result<Self> {
        let several = |rows: Vec<RuleRow>| {
            rows.into_iter()
                .map(Self::try_from)
                .collect::<anyhow::Result<_>>()
        };
        Ok(match row {
            RuleRow::All(rows) => Self::All(several(rows)?),
            RuleRow::Any(rows) => Self::Any(several(rows)?),
            RuleRow::Not(row) => Self::Not(Box::new(Self::try_from(*row)?)),
            RuleRow::Test(name, check) => {
                let name = AttributeName::parse(&name)
                    .with_context(|| format!("a stored rule tests {name}"))?;
                Self::Test(name, check.into())
            }
        })
    }
}

impl From<CheckRow> for Check {
    fn from(row: CheckRow) -> Self {
        match row {
            CheckRow::Equal(ScalarRow::Bool(flag), is) => Self::Equal(Scalar::Bool(flag), is),
            CheckRow::Equal(ScalarRow::Number(number), is) => {
                Self::Equal(Scalar::Number(number), is)
            }
            CheckRow::Equal(ScalarRow::Text(text), is) => Self::Equal(Scalar::Text(text), is),
            CheckRow::In(texts, is) => Self::In(texts, is),
            CheckRow::Less(number) => Self::Compare(Relation::Less, number),
            CheckRow::AtMost(number) => Self::Compare(Relation::AtMost, number),
            CheckRow::Greater(number) => Self::Compare(Relation::Greater, number),
            CheckRow::AtLeast(number) => Self::Compare(Relation::AtLeast, number),
            CheckRow::Contains(text) => Self::Contains(text),
            CheckRow::Exists(there) => Self::Exists(there),
        }
    }
}
