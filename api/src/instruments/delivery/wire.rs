//! Delivery rules on the wire and in the domain.

use std::collections::BTreeMap;

use beckon_openapi::delivery as wire;
use beckon_openapi::instrument::{self, InstrumentKind};

use super::{DeliveryRules, Interruptions, Kinds, Mix, Separation, Standing, Values};
use crate::currencies::Currency;
use crate::error::{At, Refusal, Result};
use crate::instruments::definition::MIDDLE_WEIGHT;
use crate::instruments::wire::bounds::{
    AWAY_MS, COUNTED_MS, TIMES, categories as checked, ms, within,
};
use crate::instruments::wire::{count, text};
use crate::instruments::{
    Competitors, cooldowns_from_wire, cooldowns_to_wire, level_caps_from_wire, level_caps_to_wire,
};

const MOST_MIX: usize = 16;
const MOST_CATEGORIES: usize = 100;
const MOST_RIVALS: usize = 50;
const MOST_RIVAL_CATEGORIES: usize = 20;
/// So many rewards no unit of any currency is worth.
const MOST_WORTH: f64 = 1_000.0;

/// Checked rules.
///
/// # Errors
/// When one is out of its bounds.
pub fn rules(wire: wire::NewDeliveryRules) -> Result<DeliveryRules> {
    let wire::NewDeliveryRules {
        mix,
        interruptions,
        separation,
        caps,
        cooldowns,
        value,
    } = wire;
    count("mix", mix.len(), 0, MOST_MIX)?;
    let mix = mix.into_iter().enumerate();
    let mix = mix.map(|(i, one)| mixed(one).map_err(|error| error.within(&format!("mix[{i}]"))));
    let budget = |one| interrupted(one).map_err(|error| error.within("interruptions"));
    Ok(DeliveryRules {
        mix: mix.collect::<Result<_>>()?,
        interruptions: interruptions.map(budget).transpose()?,
        separation: separated(separation).map_err(|error| error.within("separation"))?,
        caps: level_caps_from_wire("caps", caps)?,
        cooldowns: cooldowns_from_wire("cooldowns", cooldowns)?,
        value: valued(value)?,
    })
}

fn mixed(wire: wire::Mix) -> Result<Mix> {
    let wire::Mix {
        most,
        kinds: some,
        per,
        of,
    } = wire;
    let mix = Mix {
        most: within("most", most, 1..=20)?,
        kinds: kinds("kinds", some)?,
        per: within("per", per, 1..=20)?,
        of: kinds("of", of)?,
    };
    if mix.kinds.meets(mix.of) {
        let detail = "a kind would have to earn itself";
        return Err(Refusal::field("of", detail, "no kind of `kinds`").into());
    }
    Ok(mix)
}

fn interrupted(wire: wire::Interruptions) -> Result<Interruptions> {
    let wire::Interruptions {
        count,
        per_ms,
        kinds: some,
    } = wire;
    Ok(Interruptions {
        count: within("count", count, TIMES)?,
        per_ms: ms("per_ms", per_ms, COUNTED_MS)?,
        kinds: some.map_or(Ok(Kinds::ALL), |some| kinds("kinds", some))?,
    })
}

fn separated(wire: wire::Separation) -> Result<Separation> {
    let wire::Separation {
        advertisers_ms,
        categories_ms,
        categories,
    } = wire;
    Ok(Separation::new(
        ms("advertisers_ms", advertisers_ms, AWAY_MS)?,
        ms("categories_ms", categories_ms, AWAY_MS)?,
        checked("categories", &categories, MOST_CATEGORIES)?,
    ))
}

fn valued(wire: BTreeMap<String, f64>) -> Result<Values> {
    let each = wire.into_iter().map(|(code, worth)| {
        let field = format!("value.{code}");
        let currency = Currency::parse(&code).at(&field)?;
        match worth > 0.0 && worth <= MOST_WORTH {
            true => Ok((currency, worth)),
            false => {
                let detail = format!("{field} is {worth}");
                Err(Refusal::field(field, detail, format!("above 0, at most {MOST_WORTH}")).into())
            }
        }
    });
    each.collect()
}

/// A checked weight.
pub(in crate::instruments) fn weight_from_wire(weight: Option<u32>) -> Result<u32> {
    let weight = weight.unwrap_or(MIDDLE_WEIGHT);
    within("weight", weight, 1..=1_000)
}

/// Whom an instrument competes with, checked.
pub(in crate::instruments) fn competitors_from_wire(
    wire: instrument::Competitors,
) -> Result<Competitors> {
    let instrument::Competitors {
        advertisers,
        categories,
    } = wire;
    count(
        "competes_with.advertisers",
        advertisers.len(),
        0,
        MOST_RIVALS,
    )?;
    let names = advertisers.into_iter().enumerate();
    let names = names.map(|(i, name)| text(&format!("competes_with.advertisers[{i}]"), name, 60));
    let most = MOST_RIVAL_CATEGORIES;
    let categories = checked("competes_with.categories", &categories, most)?;
    Ok(Competitors {
        advertisers: names.collect::<Result<_>>()?,
        categories: categories.into_iter().collect(),
    })
}

impl From<&Competitors> for instrument::Competitors {
    fn from(competitors: &Competitors) -> Self {
        let ids = competitors.categories.iter();
        Self {
            advertisers: competitors.advertisers.clone(),
            categories: ids.map(|category| category.id().to_owned()).collect(),
        }
    }
}

fn kinds(field: &str, kinds: Vec<InstrumentKind>) -> Result<Kinds> {
    if kinds.is_empty() {
        let detail = format!("{field} is empty: the rule would say nothing");
        return Err(Refusal::field(field, detail, "1 or more").into());
    }
    Ok(kinds.into_iter().map(Into::into).collect())
}

impl From<&Standing> for wire::DeliveryRules {
    fn from(standing: &Standing) -> Self {
        let Standing {
            version,
            rules,
            updated_at,
        } = standing;
        let told = |kinds: Kinds| kinds.iter().map(Into::into).collect();
        let mix = rules.mix.iter().map(|mix| wire::Mix {
            most: mix.most,
            kinds: told(mix.kinds),
            per: mix.per,
            of: told(mix.of),
        });
        Self {
            version: *version,
            mix: mix.collect(),
            interruptions: rules.interruptions.map(|budget| wire::Interruptions {
                count: budget.count,
                per_ms: budget.per_ms.unsigned_abs(),
                kinds: Some(told(budget.kinds)),
            }),
            separation: wire::Separation {
                advertisers_ms: rules.separation.advertisers_ms.unsigned_abs(),
                categories_ms: rules.separation.categories_ms.unsigned_abs(),
                categories: rules
                    .separation
                    .categories
                    .iter()
                    .map(|category| category.id().to_owned())
                    .collect(),
            },
            caps: level_caps_to_wire(&rules.caps),
            cooldowns: cooldowns_to_wire(&rules.cooldowns),
            value: rules
                .value
                .iter()
                .map(|(currency, worth)| (currency.to_string(), worth))
                .collect(),
            updated_at: updated_at.map(|time| time.to_string()),
        }
    }
}
