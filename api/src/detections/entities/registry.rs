//! The station's part: entities in the database, and their index in memory.

use std::sync::Arc;

use async_trait::async_trait;

use super::index::EntityIndex;
use super::model::Entity;
use super::store::{self, Conflict};
use super::{TOPIC, Wanted};
use crate::db::{Db, Refresh, Slot};
use crate::error::{ErrorCode, Refusal, Result};
use crate::words::{EntityId, Time};

/// All entities.
#[derive(Debug)]
pub struct Entities {
    db: Db,
    index: Slot<EntityIndex>,
}

impl Entities {
    /// Reads the entities.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(db: Db) -> anyhow::Result<Self> {
        let entities = Self {
            db,
            index: Slot::default(),
        };
        entities.rebuild().await?;
        Ok(entities)
    }

    async fn rebuild(&self) -> anyhow::Result<()> {
        let build = async { anyhow::Ok(EntityIndex::new(store::all(&self.db).await?)) };
        self.index.rebuild(build).await
    }

    /// The entities of this moment, to keep.
    #[must_use]
    pub fn index(&self) -> Arc<EntityIndex> {
        self.index.load_full()
    }

    /// An entity.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn get(&self, id: &EntityId) -> Result<Entity> {
        let found = store::get(&self.db, id).await?;
        found.ok_or_else(|| refusal(id, Conflict::Missing).into())
    }

    /// A page of entities in the order of their ids, after this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn page(
        &self,
        wanted: &Wanted,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Entity>> {
        Ok(store::page(&self.db, wanted, after.unwrap_or_default(), limit).await?)
    }

    /// Writes an entity: a new one, or everything of one that is there.
    ///
    /// # Errors
    /// When its id is taken or not there, when others have its names or ids, when it names one that is not there, or
    /// when the database does not answer.
    pub async fn put(&self, entity: &Entity, new: bool) -> Result<()> {
        if let Some(conflict) = store::put(&self.db, entity, new).await? {
            return Err(refusal(&entity.entity_id, conflict).into());
        }
        Ok(self.rebuild().await?)
    }

    /// Forgets an entity; rules that name it no longer hold.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn delete(&self, id: &EntityId, now: Time) -> Result<()> {
        if !store::delete(&self.db, id, now).await? {
            return Err(refusal(id, Conflict::Missing).into());
        }
        Ok(self.rebuild().await?)
    }
}

#[async_trait]
impl Refresh for Entities {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed.iter().any(|topic| topic == TOPIC) {
            self.rebuild().await?;
        }
        Ok(())
    }
}

fn refusal(id: &EntityId, conflict: Conflict) -> Refusal {
    let (code, detail) = match conflict {
        Conflict::Missing => (
            ErrorCode::EntityNotFound,
            format!("there is no entity {id}"),
        ),
        Conflict::Exists => (
            ErrorCode::EntityExists,
            format!("an entity {id} exists already"),
        ),
        Conflict::Name(taken) => (
            ErrorCode::EntityNameTaken,
            format!(
                "`{}` is a name of {}; namesakes need external ids, each of them",
                taken.name, taken.by
            ),
        ),
        Conflict::ExternalId(taken) => (
            ErrorCode::EntityNameTaken,
            format!("`{}` is an external id of {}", taken.name, taken.by),
        ),
        Conflict::Unknown(other) => {
            let detail = format!("it names {other}, and there is no such entity");
            return Refusal::field("entity_id", detail, "an entity that is registered");
        }
    };
    Refusal::new(code, detail)
}
