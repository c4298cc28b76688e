//! Entities in SQL.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::index::{Taken, taken};
use super::model::{Details, Entity, EntityKind, folded};
use super::row::{DetailsRow, invalid};
use super::{TOPIC, Wanted};
use crate::db::{Db, Write, bump};
use crate::words::{EntityId, Time};

/// Why an entity was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// One of this id is there.
    Exists,
    /// There is none of this id.
    Missing,
    /// Another has one of its names.
    Name(Taken),
    /// Another has one of its external ids.
    ExternalId(Taken),
    /// It names an entity that is not there.
    Unknown(EntityId),
}

fn from_row(row: &AnyRow) -> anyhow::Result<Entity> {
    Ok(Entity {
        entity_id: EntityId::parse(row.try_get("entity_id")?).map_err(invalid)?,
        details: serde_json::from_str::<DetailsRow>(row.try_get("definition")?)?.try_into()?,
        created_at: Time::from_ms(row.try_get("created_at")?),
        updated_at: Time::from_ms(row.try_get("updated_at")?),
    })
}

pub async fn all(db: &Db) -> anyhow::Result<Vec<Entity>> {
    let rows = sqlx::query("select entity_id, definition, created_at, updated_at from entity")
        .fetch_all(db.pool())
        .await
        .context("failed to read the entities")?;
    rows.iter().map(from_row).collect()
}

const ONE: &str =
    "select entity_id, definition, created_at, updated_at from entity where entity_id = $1";

pub async fn get(db: &Db, id: &EntityId) -> anyhow::Result<Option<Entity>> {
    let row = sqlx::query(ONE)
        .bind(id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read an entity")?;
    row.as_ref().map(from_row).transpose()
}

/// Lets one writer in at a time, until its transaction ends: names are compared over rows, which no constraint does.
pub async fn hold(write: &mut Write, now: Time) -> anyhow::Result<()> {
    Ok(bump(write.tx(), TOPIC, now).await?)
}

/// An entity, for who holds them.
pub async fn held(write: &mut Write, id: &EntityId) -> anyhow::Result<Option<Entity>> {
    let row = sqlx::query(ONE)
        .bind(id.to_string())
        .fetch_optional(write.tx())
        .await
        .context("failed to read an entity that is to change")?;
    row.as_ref().map(from_row).transpose()
}

/// A text in which `like` finds only itself, with anything behind it.
fn beginning(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%");
    format!("{}%", plain.replace('_', "\\_"))
}

pub async fn page(
    db: &Db,
    wanted: &Wanted,
    after: &str,
    limit: u32,
) -> anyhow::Result<Vec<Entity>> {
    let kind = wanted.kind.map_or("", EntityKind::as_str);
    let name = wanted.name.as_deref().map(folded).unwrap_or_default();
    let category = wanted.category.map_or("", |category| category.id());
    let rows = sqlx::query(
        "select e.entity_id, e.definition, e.created_at, e.updated_at from entity e
         where e.entity_id > $1 and ($2 = '' or e.kind = $3)
             and ($4 = '' or exists (select 1 from entity_name n
                 where n.entity_id = e.entity_id and n.name like $5 escape '\\'))
             and ($6 = '' or e.categories like $7 escape '\\' or e.categories like $8 escape '\\')
         order by e.entity_id limit $9",
    )
    .bind(after.to_owned())
    .bind(kind)
    .bind(kind)
    .bind(name.clone())
    .bind(beginning(&name))
    .bind(category)
    .bind(format!("% {}", beginning(&format!("{category} "))))
    .bind(format!("% {}", beginning(&format!("{category}."))))
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await
    .context("failed to read a page of entities")?;
    rows.iter().map(from_row).collect()
}

/// Who else has one of these names, and whether they have external ids.
async fn holders(
    write: &mut Write,
    id: &EntityId,
    names: &BTreeSet<String>,
) -> anyhow::Result<BTreeMap<String, Vec<(EntityId, bool)>>> {
    let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for name in names {
        let rows = sqlx::query(
            "select n.entity_id, cast((select count(*) from entity_external_id x
                 where x.entity_id = n.entity_id) as bigint)
             from entity_name n where n.name = $1 and n.entity_id <> $2 order by n.entity_id",
        )
        .bind(name.clone())
        .bind(id.to_string())
        .fetch_all(write.tx())
        .await
        .context("failed to ask who has a name")?;
        for row in rows {
            let holder = EntityId::parse(row.try_get(0)?).map_err(invalid)?;
            let has_ids = row.try_get::<i64, _>(1)? > 0;
            found
                .entry(name.clone())
                .or_default()
                .push((holder, has_ids));
        }
    }
    Ok(found)
}

/// What keeps an entity from being written.
async fn conflict(
    write: &mut Write,
    id: &EntityId,
    details: &Details,
    names: &BTreeSet<String>,
) -> anyhow::Result<Option<Conflict>> {
    for related in details.related().filter(|related| *related != id) {
        let row = sqlx::query("select 1 from entity where entity_id = $1")
            .bind(related.to_string())
            .fetch_optional(write.tx())
            .await
            .context("failed to look for an entity")?;
        if row.is_none() {
            return Ok(Some(Conflict::Unknown(related.clone())));
        }
    }
    for external_id in &details.external_ids {
        let row = sqlx::query(
            "select entity_id from entity_external_id where external_id = $1 and entity_id <> $2",
        )
        .bind(external_id.clone())
        .bind(id.to_string())
        .fetch_optional(write.tx())
        .await
        .context("failed to ask who has an external id")?;
        if let Some(row) = row {
            let by = EntityId::parse(row.try_get(0)?).map_err(invalid)?;
            let name = external_id.clone();
            return Ok(Some(Conflict::ExternalId(Taken { name, by })));
        }
    }
    let others = holders(write, id, names).await?;
    Ok(taken(!details.external_ids.is_empty(), &others).map(Conflict::Name))
}

async fn clear(write: &mut Write, id: &EntityId) -> anyhow::Result<()> {
    for sql in [
        "delete from entity_name where entity_id = $1",
        "delete from entity_external_id where entity_id = $1",
    ] {
        sqlx::query(sql)
            .bind(id.to_string())
            .execute(write.tx())
            .await
            .context("failed to clear an entity's names")?;
    }
    Ok(())
}

/// Writes an entity, new or not, for who holds them; the conflict where it cannot be.
pub async fn put(
    write: &mut Write,
    entity: &Entity,
    new: bool,
) -> anyhow::Result<Option<Conflict>> {
    let Entity {
        entity_id: id,
        details,
        created_at,
        updated_at,
    } = entity;
    let names: BTreeSet<String> = details.names().map(folded).collect();
    if let Some(conflict) = conflict(write, id, details, &names).await? {
        return Ok(Some(conflict));
    }
    let categories: String = details
        .categories
        .iter()
        .map(|c| format!(" {c} "))
        .collect();
    let sql = if new {
        "insert into entity (kind, categories, definition, created_at, updated_at, entity_id)
         values ($1, $2, $3, $4, $5, $6) on conflict (entity_id) do nothing"
    } else {
        // What was created stays so; both texts take the same values.
        "update entity set kind = $1, categories = $2, definition = $3,
             created_at = coalesce(created_at, $4), updated_at = $5
         where entity_id = $6"
    };
    let done = sqlx::query(sql)
        .bind(details.kind.as_str())
        .bind(categories)
        .bind(serde_json::to_string(&DetailsRow::from(details))?)
        .bind(created_at.ms())
        .bind(updated_at.ms())
        .bind(id.to_string())
        .execute(write.tx())
        .await
        .context("failed to store an entity")?;
    if done.rows_affected() == 0 {
        return Ok(Some(if new {
            Conflict::Exists
        } else {
            Conflict::Missing
        }));
    }
    clear(write, id).await?;
    for name in names {
        sqlx::query("insert into entity_name (name, entity_id) values ($1, $2)")
            .bind(name)
            .bind(id.to_string())
            .execute(write.tx())
            .await
            .context("failed to store an entity's name")?;
    }
    for external_id in &details.external_ids {
        sqlx::query("insert into entity_external_id (external_id, entity_id) values ($1, $2)")
            .bind(external_id.clone())
            .bind(id.to_string())
            .execute(write.tx())
            .await
            .context("failed to store an entity's external id")?;
    }
    Ok(None)
}

/// Forgets an entity, for who holds them.
pub async fn delete(write: &mut Write, id: &EntityId) -> anyhow::Result<()> {
    clear(write, id).await?;
    sqlx::query("delete from entity where entity_id = $1")
        .bind(id.to_string())
        .execute(write.tx())
        .await
        .map(drop)
        .context("failed to delete an entity")
}
