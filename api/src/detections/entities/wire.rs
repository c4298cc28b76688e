//! Entities on the wire and in the domain.

use std::collections::BTreeSet;

use beckon_openapi::entity as wire;

use super::Wanted;
use super::model::{Details, Entity, EntityKind, Related, folded};
use crate::categories::{Categories, Category};
use crate::error::{At, Refusal, Result};
use crate::words::{EntityId, Time};

const MOST_NAMES: usize = 32;
const MOST_CATEGORIES: usize = 8;
const MOST_RELATIONS: usize = 64;
const LONGEST_NAME: usize = 256;

/// A new entity, of this moment.
///
/// # Errors
/// When a field breaks its bound.
pub fn entity(wire: wire::NewEntity, now: Time) -> Result<Entity> {
    let wire::NewEntity {
        entity_id,
        name,
        kind,
        aliases,
        external_ids,
        categories,
        athlete,
        minor,
        endorses,
        rivals,
    } = wire;
    let entity_id = EntityId::parse(&entity_id).at("entity_id")?;
    let details = wire::EntityUpdate {
        name,
        kind,
        aliases,
        external_ids,
        categories,
        athlete,
        minor,
        endorses,
        rivals,
    };
    replacement(entity_id, details, now)
}

/// The entity of this id as it is to be.
pub(super) fn replacement(
    entity_id: EntityId,
    wire: wire::EntityUpdate,
    now: Time,
) -> Result<Entity> {
    Ok(Entity {
        details: details(wire, &entity_id)?,
        entity_id,
        created_at: now,
        updated_at: now,
    })
}

fn details(wire: wire::EntityUpdate, own: &EntityId) -> Result<Details> {
    let wire::EntityUpdate {
        name,
        kind,
        aliases,
        external_ids,
        categories,
        athlete,
        minor,
        endorses,
        rivals,
    } = wire;
    let kind = EntityKind::from(kind);
    for (field, set) in [("athlete", athlete), ("minor", minor)] {
        if set && kind != EntityKind::Person {
            let detail = format!("a {} is no {field}", kind.as_str());
            return Err(Refusal::field(field, detail, "true for a person only").into());
        }
    }
    Ok(Details {
        name: text("name", name)?,
        kind,
        aliases: texts("aliases", aliases, folded)?,
        external_ids: texts("external_ids", external_ids, str::to_owned)?,
        categories: categories_from_wire(&categories)?,
        athlete,
        minor,
        endorses: relations("endorses", endorses, own)?,
        rivals: relations("rivals", rivals, own)?,
    })
}

fn text(field: &str, text: String) -> Result<String> {
    let length = text.chars().count();
    let plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
    if plain && length <= LONGEST_NAME {
        return Ok(text.trim().to_owned());
    }
    let detail = format!("{field} has {length} characters, is blank or holds control characters");
    Err(Refusal::field(field, detail, "1 to 256 characters, no control characters").into())
}

/// Texts of which no two are one.
fn texts(field: &str, all: Vec<String>, key: fn(&str) -> String) -> Result<Vec<String>> {
    count(field, all.len(), MOST_NAMES)?;
    let mut seen = BTreeSet::new();
    let mut checked = Vec::with_capacity(all.len());
    for (i, one) in all.into_iter().enumerate() {
        let field = format!("{field}[{i}]");
        let one = text(&field, one)?;
        if !seen.insert(key(&one)) {
            let detail = format!("`{one}` stands there already");
            return Err(Refusal::field(field, detail, "each once").into());
        }
        checked.push(one);
    }
    Ok(checked)
}

fn count(field: &str, found: usize, most: usize) -> Result<()> {
    if found <= most {
        return Ok(());
    }
    let detail = format!("{field} holds {found}");
    Err(Refusal::field(field, detail, format!("at most {most}")).into())
}

fn categories_from_wire(ids: &[String]) -> Result<Categories> {
    count("categories", ids.len(), MOST_CATEGORIES)?;
    let ids = ids.iter().enumerate();
    ids.map(|(i, id)| Category::parse(id).at(&format!("categories[{i}]")))
        .collect()
}

fn relations(field: &str, all: Vec<wire::Related>, own: &EntityId) -> Result<Vec<Related>> {
    count(field, all.len(), MOST_RELATIONS)?;
    let mut checked = Vec::with_capacity(all.len());
    for (i, one) in all.into_iter().enumerate() {
        let field = format!("{field}[{i}]");
        checked.push(match one {
            wire::Related::EntityId(id) => {
                let id = EntityId::parse(&id).at(&format!("{field}.entity_id"))?;
                if id == *own {
                    let detail = "it names itself";
                    return Err(Refusal::field(field, detail, "another entity").into());
                }
                Related::Entity(id)
            }
            wire::Related::Category(id) => {
                Related::Category(Category::parse(&id).at(&format!("{field}.category"))?)
            }
        });
    }
    Ok(checked)
}

/// Which entities a list is asked for.
pub(super) fn wanted(query: &wire::EntityQuery) -> Result<Wanted> {
    let category = query.category.as_deref().map(Category::parse).transpose();
    Ok(Wanted {
        name: query.name.clone(),
        kind: query.kind.map(EntityKind::from),
        category: category.at("category")?,
    })
}

impl From<wire::EntityKind> for EntityKind {
    fn from(kind: wire::EntityKind) -> Self {
        match kind {
            wire::EntityKind::Person => Self::Person,
            wire::EntityKind::Brand => Self::Brand,
            wire::EntityKind::Team => Self::Team,
            wire::EntityKind::Thing => Self::Thing,
        }
    }
}

impl From<EntityKind> for wire::EntityKind {
    fn from(kind: EntityKind) -> Self {
        match kind {
            EntityKind::Person => Self::Person,
            EntityKind::Brand => Self::Brand,
            EntityKind::Team => Self::Team,
            EntityKind::Thing => Self::Thing,
        }
    }
}

impl From<Related> for wire::Related {
    fn from(related: Related) -> Self {
        match related {
            Related::Entity(id) => Self::EntityId(id.to_string()),
            Related::Category(category) => Self::Category(category.id().to_owned()),
        }
    }
}

impl From<&Entity> for wire::Entity {
    fn from(entity: &Entity) -> Self {
        let Entity {
            entity_id,
            details,
            created_at,
            updated_at,
        } = entity.clone();
        Self {
            entity_id: entity_id.to_string(),
            name: details.name,
            kind: details.kind.into(),
            aliases: details.aliases,
            external_ids: details.external_ids,
            categories: details
                .categories
                .iter()
                .map(|c| c.id().to_owned())
                .collect(),
            athlete: details.athlete,
            minor: details.minor,
            endorses: details.endorses.into_iter().map(Into::into).collect(),
            rivals: details.rivals.into_iter().map(Into::into).collect(),
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}
