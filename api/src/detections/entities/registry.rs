//! The station's part: entities in the database, and their index in memory.

use std::sync::Arc;

use async_trait::async_trait;

use super::index::EntityIndex;
use super::model::Entity;
use super::row::DetailsRow;
use super::store::{self, Conflict};
use super::{TOPIC, Wanted};
use crate::audit::{self, Deed};
use crate::auth::Caller;
use crate::db::{Db, Refresh, Slot, Write};
use crate::error::{ErrorCode, Refusal, Result};
use crate::idempotency::{self, Answer, Claim};
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

    /// Registers an entity, or gives the answer that was given to the same request before.
    ///
    /// # Errors
    /// When its id is taken, when others have its names or ids, when it names one that is not there, when the key came with
    /// another body, or when the database does not answer.
    pub async fn create(
        &self,
        entity: &Entity,
        caller: &Caller,
        claim: Option<&Claim>,
        tell: impl Fn(&Entity) -> anyhow::Result<Answer>,
    ) -> Result<Answer> {
        let now = entity.created_at;
        let answer = idempotency::once(&self.db, claim, now, async |write| {
            store::hold(write, now).await?;
            put(write, entity, true).await?;
            let deed = deed("entity.create", &entity.entity_id, None, Some(entity))?;
            audit::note(write, caller, deed, now).await?;
            Ok(tell(entity)?)
        });
        let answer = answer.await?;
        if !answer.replayed {
            self.rebuild().await?;
        }
        Ok(answer)
    }

    /// Writes everything of an entity that is there anew; how it stands then.
    ///
    /// # Errors
    /// When there is none of this id, when others have its names or ids, when it names one that is not there, or when the
    /// database does not answer.
    pub async fn replace(&self, entity: Entity, caller: &Caller) -> Result<Entity> {
        let now = entity.updated_at;
        let mut write = self.db.write().await?;
        let before = held(&mut write, &entity.entity_id, now).await?;
        let after = Entity {
            created_at: before.created_at,
            ..entity
        };
        put(&mut write, &after, false).await?;
        let id = &after.entity_id;
        let deed = deed("entity.replace", id, Some(&before), Some(&after))?;
        audit::note(&mut write, caller, deed, now).await?;
        write.commit().await?;
        self.rebuild().await?;
        Ok(after)
    }

    /// Forgets an entity; rules that name it no longer hold.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn delete(&self, id: &EntityId, caller: &Caller, now: Time) -> Result<()> {
        let mut write = self.db.write().await?;
        let before = held(&mut write, id, now).await?;
        store::delete(&mut write, id).await?;
        let deed = deed("entity.delete", id, Some(&before), None)?;
        audit::note(&mut write, caller, deed, now).await?;
        write.commit().await?;
        Ok(self.rebuild().await?)
    }
}

/// The entity, as it stands while no other node writes any.
async fn held(write: &mut Write, id: &EntityId, now: Time) -> Result<Entity> {
    store::hold(write, now).await?;
    let found = store::held(write, id).await?;
    found.ok_or_else(|| refusal(id, Conflict::Missing).into())
}

async fn put(write: &mut Write, entity: &Entity, new: bool) -> Result<()> {
    match store::put(write, entity, new).await? {
        Some(conflict) => Err(refusal(&entity.entity_id, conflict).into()),
        None => Ok(()),
    }
}

/// What was done with an entity, as the audit trail tells it.
fn deed(
    action: &'static str,
    id: &EntityId,
    before: Option<&Entity>,
    after: Option<&Entity>,
) -> anyhow::Result<Deed> {
    let told = |entity: &Entity| serde_json::to_value(DetailsRow::from(&entity.details));
    Ok(Deed {
        action,
        resource: format!("entities/{id}"),
        from: before.map(told).transpose()?,
        to: after.map(told).transpose()?,
        note: None,
    })
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
