//! An entity as it is stored: JSON of a shape of its own, so that the wire may change without a migration.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::model::{Details, EntityKind, Related};
use crate::categories::{Categories, Category};
use crate::words::{EntityId, Invalid};

#[derive(Serialize, Deserialize)]
pub struct DetailsRow {
    name: String,
    kind: String,
    aliases: Vec<String>,
    external_ids: Vec<String>,
    categories: Vec<String>,
    athlete: bool,
    minor: bool,
    endorses: Vec<RelatedRow>,
    rivals: Vec<RelatedRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RelatedRow {
    Entity(String),
    Category(String),
}

impl From<&Details> for DetailsRow {
    fn from(details: &Details) -> Self {
        let Details {
            name,
            kind,
            aliases,
            external_ids,
            categories,
            athlete,
            minor,
            endorses,
            rivals,
        } = details.clone();
        Self {
            name,
            kind: kind.as_str().to_owned(),
            aliases,
            external_ids,
            categories: categories.iter().map(|c| c.id().to_owned()).collect(),
            athlete,
            minor,
            endorses: endorses.into_iter().map(RelatedRow::from).collect(),
            rivals: rivals.into_iter().map(RelatedRow::from).collect(),
        }
    }
}

impl From<Related> for RelatedRow {
    fn from(related: Related) -> Self {
        match related {
            Related::Entity(id) => Self::Entity(id.to_string()),
            Related::Category(category) => Self::Category(category.id().to_owned()),
        }
    }
}

/// What is wrong with a stored entity.
pub fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored entity is invalid: {}", error.detail)
}

fn related(row: RelatedRow) -> anyhow::Result<Related> {
    Ok(match row {
        RelatedRow::Entity(id) => Related::Entity(EntityId::parse(&id).map_err(invalid)?),
        RelatedRow::Category(id) => Related::Category(Category::parse(&id).map_err(invalid)?),
    })
}

impl TryFrom<DetailsRow> for Details {
    type Error = anyhow::Error;

    fn try_from(row: DetailsRow) -> anyhow::Result<Self> {
        let kind = EntityKind::ALL.into_iter().find(|k| k.as_str() == row.kind);
        let categories = row.categories.iter().map(|id| Category::parse(id));
        let relations = |rows: Vec<RelatedRow>| -> anyhow::Result<Vec<Related>> {
            rows.into_iter().map(related).collect()
        };
        Ok(Self {
            name: row.name,
            kind: kind.with_context(|| format!("a stored entity is a {}", row.kind))?,
            aliases: row.aliases,
            external_ids: row.external_ids,
            categories: categories
                .collect::<Result<Categories, _>>()
                .map_err(invalid)?,
            athlete: row.athlete,
            minor: row.minor,
            endorses: relations(row.endorses)?,
            rivals: relations(row.rivals)?,
        })
    }
}
