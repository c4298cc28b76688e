//! Who competes with whom: competitors are kept apart on one viewer's screen.

use super::Separation;
use crate::categories::{Categories, Category};
use crate::detections::entities::{EntityIndex, EntityNo};
use crate::detections::{NameId, Names};
use crate::instruments::{Competitors, Live};

/// Whom an instrument competes with, ready for decisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Competes {
    advertisers: Box<[NameId]>,
    entities: Box<[EntityNo]>,
    categories: Categories,
}

impl Competes {
    /// Makes an instrument's list ready: names match whatever the case and by whichever alias of the entity that goes by
    /// them, and a category stands for all within it.
    #[must_use]
    pub fn new(competitors: &Competitors, entities: &EntityIndex) -> Self {
        let names = competitors.advertisers.iter().map(|name| name.trim());
        Self {
            advertisers: names.clone().map(Names::intern).collect(),
            entities: names.filter_map(|name| entities.meant_by(name)).collect(),
            categories: competitors.categories.covers(),
        }
    }

    fn names(&self, advertiser: NameId, other: &Live) -> bool {
        let entity = other.entity.as_ref();
        self.advertisers.contains(&advertiser)
            || entity.is_some_and(|no| self.entities.contains(no))
            || self.categories.meets(other.categories)
    }
}

impl Separation {
    /// These times, and advertisers of each of these categories as competitors of one another.
    #[must_use]
    pub fn new(advertisers_ms: i64, categories_ms: i64, categories: Vec<Category>) -> Self {
        Self {
            advertisers_ms,
            categories_ms,
            fields: categories
                .iter()
                .map(|category| category.covers())
                .collect(),
            categories,
        }
    }

    /// Longer than this nothing is kept apart.
    #[must_use]
    pub fn longest_ms(&self) -> i64 {
        self.advertisers_ms.max(self.categories_ms)
    }

    /// For how long the two are kept apart, from when the first hides; `None` where they do not compete. What is of one
    /// advertiser, or of none, competes with nothing.
    #[must_use]
    pub fn between(&self, one: &Live, other: &Live) -> Option<i64> {
        let (brand, rival) = (one.advertiser?, other.advertiser?);
        // An entity's aliases are one advertiser, whichever of them an instrument says.
        let same = one.entity.is_some() && one.entity == other.entity;
        if brand == rival || same {
            return None;
        }
        let is_rival_of = |one: &Live, other: &Live| {
            let entity = other.entity.as_ref();
            entity.is_some_and(|no| one.rivals.binary_search(no).is_ok())
        };
        let rivals = one.competes_with.names(rival, other)
            || other.competes_with.names(brand, one)
            || is_rival_of(one, other)
            || is_rival_of(other, one);
        let contest = self
            .fields
            .iter()
            .any(|field| field.meets(one.categories) && field.meets(other.categories));
        let by_name = rivals.then_some(self.advertisers_ms);
        by_name.max(contest.then_some(self.categories_ms))
    }
}
