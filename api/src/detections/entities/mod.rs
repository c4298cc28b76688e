//! Entities: what detected names mean to people, in the database, and their index in memory.

pub mod http;
mod index;
mod model;
mod registry;
mod row;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use crate::categories::Category;

pub use index::{EntityIndex, EntityNo};
pub use model::{Details as EntityDetails, Entity, EntityKind, Related};
pub use registry::Entities;
pub use wire::entity as entity_from_wire;

/// The topic under which entities change.
pub const TOPIC: &str = "entities";

/// Which entities a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// One of their names begins so, whatever the case.
    pub name: Option<String>,
    /// Of this kind.
    pub kind: Option<EntityKind>,
    /// Of this category, or of one in it.
    pub category: Option<Category>,
}
