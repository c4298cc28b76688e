//! Categories on the wire and in the domain.

use beckon_openapi::category as wire;

use super::count;
use crate::categories::{Categories, Category, Restriction};
use crate::error::{At, Result};

const MOST_CATEGORIES: usize = 8;

pub(super) fn from_wire(ids: &[String]) -> Result<Categories> {
    count("categories", ids.len(), 0, MOST_CATEGORIES)?;
    let ids = ids.iter().enumerate();
    ids.map(|(i, id)| Category::parse(id).at(&format!("categories[{i}]")))
        .collect()
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
