//! What an entity is: what a detected name means to people.

use crate::categories::{Categories, Category};
use crate::words::{EntityId, Time};

/// What sort of thing an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntityKind {
    /// A human being: instruments that one triggers need a recorded right.
    Person,
    /// A company, or a mark that it sells under.
    Brand,
    /// A team or club.
    Team,
    /// Anything else: an animal, a place, a car.
    Thing,
}

impl EntityKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Person, Self::Brand, Self::Team, Self::Thing];

    /// The kind as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Brand => "brand",
            Self::Team => "team",
            Self::Thing => "thing",
        }
    }
}

/// Whom a relation names: one entity, or all of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Related {
    /// This one.
    Entity(EntityId),
    /// Every entity of this category, or of one in it.
    Category(Category),
}

/// Everything about an entity that may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What people call it.
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityKind,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// What recognisers call it.
    pub external_ids: Vec<String>,
    /// What it sells, or belongs to.
    pub categories: Categories,
    /// A person who does sport.
    pub athlete: bool,
    /// A person who is not of age.
    pub minor: bool,
    /// Whom it endorses.
    pub endorses: Vec<Related>,
    /// Whom it competes with. One side's word is enough.
    pub rivals: Vec<Related>,
}

impl Details {
    /// All its names, as they are written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name)
            .chain(&self.aliases)
            .map(String::as_str)
    }

    /// The other entities that it names.
    pub fn related(&self) -> impl Iterator<Item = &EntityId> {
        let all = self.endorses.iter().chain(&self.rivals);
        all.filter_map(|related| match related {
            Related::Entity(id) => Some(id),
            Related::Category(_) => None,
        })
    }
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its id.
    pub entity_id: EntityId,
    /// Everything about it that may change.
    pub details: Details,
    /// When it was registered.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// A name as it is compared: without case.
#[must_use]
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
