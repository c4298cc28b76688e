//! Categories on the wire and in the domain.

use beckon_openapi::category as wire;

use super::{bounds, count};
use crate::categories::{Categories, Category, Restriction};
use crate::error::{Refusal, Result};
use crate::instruments::Definition;

const MOST_CATEGORIES: usize = 8;
const MOST_COUNTRIES: usize = 64;

pub(super) fn from_wire(ids: &[String]) -> Result<Categories> {
    let checked = bounds::categories("categories", ids, MOST_CATEGORIES)?;
    Ok(checked.into_iter().collect())
}

/// Checked countries; what is restricted runs in those that are listed alone, and so lists one at the least.
pub(super) fn countries(listed: Vec<String>, categories: Categories) -> Result<Vec<String>> {
    let restricted = categories.restrictions().next().is_some();
    count(
        "countries",
        listed.len(),
        usize::from(restricted),
        MOST_COUNTRIES,
    )?;
    let mut checked = Vec::with_capacity(listed.len());
    for (i, country) in listed.into_iter().enumerate() {
        let code = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        if !code || checked.contains(&country) {
            let detail = format!("`{country}` is no country, or stands there already");
            let bound = "two letters of ISO 3166-1, such as DE; each once";
            return Err(Refusal::field(format!("countries[{i}]"), detail, bound).into());
        }
        checked.push(country);
    }
    Ok(checked)
}

/// What is restricted says the text that its category asks for.
pub(super) fn check_disclosure(definition: &Definition) -> Result<()> {
    let Some(restriction) = definition.categories.restrictions().next() else {
        return Ok(());
    };
    let own = &definition.presentation;
    let silent = if own.disclosure.is_none() {
        Some("content.disclosure".to_owned())
    } else {
        let mut languages = own.locales.iter();
        let silent = languages.find(|(_, texts)| texts.disclosure.is_none());
        silent.map(|(locale, _)| format!("content.locales.{locale}.disclosure"))
    };
    let Some(field) = silent else {
        return Ok(());
    };
    let detail = "a restricted category needs its mandatory text, in every language";
    let bound = format!("a text that says {}", restriction.mandatory_text);
    Err(Refusal::field(field, detail, bound).into())
}

pub(super) fn to_wire(categories: Categories) -> Vec<String> {
    categories.iter().map(|c| c.id().to_owned()).collect()
}

impl From<Category> for wire::Category {
    fn from(category: Category) -> Self {
        Self {
            id: category.id().to_owned(),
            title: category.title().to_owned(),
            parent: category.parent().map(|parent| parent.id().to_owned()),
            restriction: category.restriction().map(restriction),
        }
    }
}

fn restriction(restriction: &Restriction) -> wire::Restriction {
    let least_age = |(country, least_age): &(&str, u8)| wire::LeastAge {
        country: (*country).to_owned(),
        least_age: *least_age,
    };
    wire::Restriction {
        least_age: restriction.least_age,
        least_age_in: restriction.least_age_in.iter().map(least_age).collect(),
        mandatory_text: restriction.mandatory_text.to_owned(),
    }
}
