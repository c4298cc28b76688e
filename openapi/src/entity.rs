//! Entities: what detected names mean to people.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An entity to register.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "entity_id": "mia-stone", "name": "Mia Stone", "kind": "person", "aliases": ["M. Stone"],
    "external_ids": ["3Ir0du6"], "athlete": true, "endorses": [{"entity_id": "nordlauf"}]
}))]
pub struct NewEntity {
    /// 1 to 128 of `A-Za-z0-9._:-`.
    pub entity_id: String,
    /// What people call it; up to 256 characters. Detections of this name show it, whatever the case.
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityKind,
    /// Up to 32 other names. A name belongs to one entity; namesakes may share one where each has external ids.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Up to 32 ids that recognisers know it by. They go before names, and belong to one entity.
    #[serde(default)]
    pub external_ids: Vec<String>,
    /// What it sells, or belongs to: ids of `GET /v1/categories`, at most 8.
    #[serde(default)]
    pub categories: Vec<String>,
    /// A person who does sport.
    #[serde(default)]
    pub athlete: bool,
    /// A person who is not of age: nothing of a restricted category runs while they are on screen.
    #[serde(default)]
    pub minor: bool,
    /// Whom it endorses; at most 64.
    #[serde(default)]
    pub endorses: Vec<Related>,
    /// Whom it competes with; one side's word is enough. At most 64.
    #[serde(default)]
    pub rivals: Vec<Related>,
}

/// All of an entity that may change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Nordlauf", "kind": "brand", "aliases": ["Nordlauf Running"], "categories": ["sport.equipment"],
    "rivals": [{"entity_id": "suedlauf"}, {"category": "fashion.shoes"}]
}))]
pub struct EntityUpdate {
    /// What people call it; up to 256 characters. Detections of this name show it, whatever the case.
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityKind,
    /// Up to 32 other names. A name belongs to one entity; namesakes may share one where each has external ids.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Up to 32 ids that recognisers know it by. They go before names, and belong to one entity.
    #[serde(default)]
    pub external_ids: Vec<String>,
    /// What it sells, or belongs to: ids of `GET /v1/categories`, at most 8.
    #[serde(default)]
    pub categories: Vec<String>,
    /// A person who does sport.
    #[serde(default)]
    pub athlete: bool,
    /// A person who is not of age: nothing of a restricted category runs while they are on screen.
    #[serde(default)]
    pub minor: bool,
    /// Whom it endorses; at most 64.
    #[serde(default)]
    pub endorses: Vec<Related>,
    /// Whom it competes with; one side's word is enough. At most 64.
    #[serde(default)]
    pub rivals: Vec<Related>,
}

/// What sort of thing an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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

/// Whom a relation names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Related {
    /// This entity, which must be registered.
    EntityId(String),
    /// Every entity of this category, or of one in it.
    Category(String),
}

/// A registered entity.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "entity_id": "mia-stone", "name": "Mia Stone", "kind": "person", "aliases": ["M. Stone"],
    "external_ids": ["3Ir0du6"], "categories": [], "athlete": true, "minor": false,
    "endorses": [{"entity_id": "nordlauf"}], "rivals": [],
    "created_at": "2026-11-20T18:30:00.000Z", "updated_at": "2026-11-20T18:30:00.000Z"
}))]
pub struct Entity {
    /// Its id.
    pub entity_id: String,
    /// What people call it.
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityKind,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// What recognisers call it.
    pub external_ids: Vec<String>,
    /// What it sells, or belongs to.
    pub categories: Vec<String>,
    /// A person who does sport.
    pub athlete: bool,
    /// A person who is not of age.
    pub minor: bool,
    /// Whom it endorses.
    pub endorses: Vec<Related>,
    /// Whom it competes with.
    pub rivals: Vec<Related>,
    /// When it was registered (RFC 3339).
    pub created_at: String,
    /// When it was last changed (RFC 3339).
    pub updated_at: String,
}

/// Which entities to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntityQuery {
    /// One of their names begins so, whatever the case.
    pub name: Option<String>,
    /// Only those of this kind.
    pub kind: Option<EntityKind>,
    /// Only those of this category, or of one in it.
    pub category: Option<String>,
    /// How many items at the most: 1 to 500, 100 unless told.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}
