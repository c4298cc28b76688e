//! Delivery rules as they are stored: JSON of a shape of its own, so that the wire may change without a migration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DeliveryRules, Interruptions, Kinds, Mix, Separation};
use crate::categories::Category;
use crate::currencies::Currency;
use crate::instruments::caps_row::{CooldownsRow, LevelCapsRow};
use crate::instruments::{Competitors, Kind};
use crate::words::Invalid;

/// What a later version adds is absent in what was stored before.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RulesRow {
    mix: Vec<MixRow>,
    interruptions: Option<InterruptionsRow>,
    separation: SeparationRow,
    caps: LevelCapsRow,
    cooldowns: CooldownsRow,
    value: BTreeMap<String, f64>,
}

#[derive(Serialize, Deserialize)]
struct MixRow {
    most: u32,
    kinds: Vec<String>,
    per: u32,
    of: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct InterruptionsRow {
    count: u32,
    per_ms: i64,
    kinds: Vec<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct SeparationRow {
    advertisers_ms: i64,
    categories_ms: i64,
    categories: Vec<String>,
}

fn names(kinds: Kinds) -> Vec<String> {
    kinds.iter().map(|kind| kind.as_str().to_owned()).collect()
}

fn kinds(names: &[String]) -> anyhow::Result<Kinds> {
    let kind = |name: &String| {
        let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| anyhow::anyhow!("a stored delivery rule speaks of the kind {name}"))
    };
    names.iter().map(kind).collect()
}

fn ids(categories: impl Iterator<Item = Category>) -> Vec<String> {
    categories
        .map(|category| category.id().to_owned())
        .collect()
}

fn categories(ids: &[String]) -> anyhow::Result<Vec<Category>> {
    let invalid = |error: Invalid| anyhow::anyhow!("a stored rule is invalid: {}", error.detail);
    let parse = |id: &String| Category::parse(id).map_err(invalid);
    ids.iter().map(parse).collect()
}

/// Whom an instrument competes with.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::instruments) struct CompetitorsRow {
    advertisers: Vec<String>,
    categories: Vec<String>,
}

impl From<&Competitors> for CompetitorsRow {
    fn from(competitors: &Competitors) -> Self {
        Self {
            advertisers: competitors.advertisers.clone(),
            categories: ids(competitors.categories.iter()),
        }
    }
}

impl TryFrom<CompetitorsRow> for Competitors {
    type Error = anyhow::Error;

    fn try_from(row: CompetitorsRow) -> anyhow::Result<Self> {
        Ok(Self {
            advertisers: row.advertisers,
            categories: categories(&row.categories)?.into_iter().collect(),
        })
    }
}

impl From<&DeliveryRules> for RulesRow {
    fn from(rules: &DeliveryRules) -> Self {
        let DeliveryRules {
            mix,
            interruptions,
            separation,
            caps,
            cooldowns,
            value,
        } = rules.clone();
        let mix = mix.into_iter().map(|mix| MixRow {
            most: mix.most,
            kinds: names(mix.kinds),
            per: mix.per,
            of: names(mix.of),
        });
        Self {
            mix: mix.collect(),
            interruptions: interruptions.map(|budget| InterruptionsRow {
                count: budget.count,
                per_ms: budget.per_ms,
                kinds: names(budget.kinds),
            }),
            separation: SeparationRow {
                advertisers_ms: separation.advertisers_ms,
                categories_ms: separation.categories_ms,
                categories: ids(separation.categories.into_iter()),
            },
            caps: (&caps).into(),
            cooldowns: (&cooldowns).into(),
            value: value
                .iter()
                .map(|(currency, worth)| (currency.to_string(), worth))
                .collect(),
        }
    }
}

impl TryFrom<RulesRow> for DeliveryRules {
    type Error = anyhow::Error;

    fn try_from(row: RulesRow) -> anyhow::Result<Self> {
        let mix = row.mix.into_iter().map(|mix| {
            anyhow::Ok(Mix {
                most: mix.most,
                kinds: kinds(&mix.kinds)?,
                per: mix.per,
                of: kinds(&mix.of)?,
            })
        });
        let interruptions = row.interruptions.map(|budget| {
            anyhow::Ok(Interruptions {
                count: budget.count,
                per_ms: budget.per_ms,
                kinds: kinds(&budget.kinds)?,
            })
        });
        Ok(Self {
            mix: mix.collect::<anyhow::Result<_>>()?,
            interruptions: interruptions.transpose()?,
            separation: Separation::new(
                row.separation.advertisers_ms,
                row.separation.categories_ms,
                categories(&row.separation.categories)?,
            ),
            caps: row.caps.into(),
            cooldowns: row.cooldowns.into(),
            // What has left the list since is worth nothing any more.
            value: row
                .value
                .iter()
                .filter_map(|(code, worth)| Some((Currency::parse(code).ok()?, *worth)))
                .collect(),
        })
    }
}
