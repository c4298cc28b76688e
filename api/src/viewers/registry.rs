//! The station: viewers in their store, and those of late in memory.

use std::sync::Arc;

use beckon_classifier::schema::Schema;

use super::memory::Memory;
use super::store::SqlStore;
use super::{Declarations, Declared, Exposure, Profile, Store, Trace, Viewer};
use crate::config::now;
use crate::db::{Db, Engine};
use crate::error::{ErrorCode, Refusal, Result};
use crate::words::{Time, ViewerId};

/// The station: the store, and the viewers of late in memory.
#[derive(Debug)]
pub struct Viewers {
    store: Arc<dyn Store>,
    memory: Memory,
    declarations: Arc<Declarations>,
    schema: Schema,
}

/// How many viewers stay in memory, about; up to twice as many until the longest unasked are dropped.
const MOST_IN_MEMORY: usize = 262_144;
/// How old a viewer in memory may be where other nodes write too. A revision a viewer would be a table as long as
/// the viewers', and one for all of them a row that every impression waits for; an age needs neither. Two seconds
/// are within the lag of events, for which one overlay too many is allowed.
const FRESH_AMONG_NODES_MS: i64 = 2_000;
/// The same where this process is the only writer, and its own writes are seen at once: an age only in case it is not.
const FRESH_ALONE_MS: i64 = 60_000;
/// How old a viewer may be that is used because the store does not answer.
const LAST_MS: i64 = 600_000;

impl Viewers {
    /// Viewers in the registry's database, read by this schema.
    #[must_use]
    pub fn in_sql(db: Db, declarations: Arc<Declarations>, schema: Schema) -> Self {
        let fresh_ms = match db.engine() {
            Engine::Sqlite => FRESH_ALONE_MS,
            Engine::Postgres => FRESH_AMONG_NODES_MS,
        };
        Self::new(Arc::new(SqlStore::new(db)), declarations, schema, fresh_ms)
    }

    /// Viewers in this store, believed for so long.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        declarations: Arc<Declarations>,
        schema: Schema,
        fresh_ms: i64,
    ) -> Self {
        Self {
            store,
            memory: Memory::new(fresh_ms, MOST_IN_MEMORY),
            declarations,
            schema,
        }
    }

    /// A viewer, from memory or by one point read; an unknown one is empty and without consent.
    ///
    /// # Errors
    /// When it is not in memory and the store does not answer.
    pub async fn get(&self, viewer_id: &ViewerId) -> Result<Arc<Viewer>> {
        let now = now();
        if let Some(viewer) = self.memory.get(viewer_id, now) {
            return Ok(viewer);
        }
        let turn = self.memory.turn(viewer_id);
        let stored = self.store.get(viewer_id).await?;
        let declared = self.declarations.declared();
        let viewer = Arc::new(Viewer::of(viewer_id, stored, &declared, &self.schema));
        self.memory.keep(viewer.clone(), turn, now);
        Ok(viewer)
    }

    /// A viewer from memory alone, where it is fresh.
    #[must_use]
    pub fn fresh(&self, viewer_id: &ViewerId) -> Option<Arc<Viewer>> {
        self.memory.get(viewer_id, now())
    }

    /// A viewer from memory alone, as it was minutes ago at the most: for an answer while the store gives none.
    #[must_use]
    pub fn last(&self, viewer_id: &ViewerId) -> Option<Arc<Viewer>> {
        self.memory.last(viewer_id, now(), LAST_MS)
    }

    /// The attributes that are declared at this moment.
    #[must_use]
    pub fn declared(&self) -> Arc<Declared> {
        self.declarations.declared()
    }

    /// What is stored of a viewer with a profile.
    ///
    /// # Errors
    /// When it has none, or the store does not answer.
    pub async fn stored(&self, viewer_id: &ViewerId) -> Result<(Profile, Time, Vec<Exposure>)> {
        let stored = self.store.get(viewer_id).await?;
        let (profile, updated_at) = stored.profile.ok_or_else(|| missing(viewer_id))?;
        Ok((profile, updated_at, stored.exposures))
    }

    /// Replaces a profile, and declares the attributes that it is the first to bring.
    ///
    /// # Errors
    /// When the id names nobody, an attribute cannot be stored so, or the store does not answer.
    pub async fn put(&self, viewer_id: &ViewerId, profile: &Profile, now: Time) -> Result<()> {
        if viewer_id.is_anonymous() {
            let detail = "an id that begins with `anonymous:` names nobody";
            return Err(Refusal::field("viewer_id", detail, "another beginning").into());
        }
        self.declarations.admit(profile).await?;
        self.store.put(viewer_id, profile, now).await?;
        self.memory.forget(viewer_id);
        Ok(())
    }

    /// Forgets a viewer's profile and exposures.
    ///
    /// # Errors
    /// When nothing is stored of it, or the store does not answer.
    pub async fn delete(&self, viewer_id: &ViewerId) -> Result<()> {
        let known = self.store.delete(viewer_id).await?;
        self.memory.forget(viewer_id);
        if known {
            Ok(())
        } else {
            Err(missing(viewer_id))
        }
    }

    /// Records what events left, all or none. Safe to repeat: each counts once, by its event's id.
    ///
    /// # Errors
    /// When the store does not answer; nothing was recorded then.
    pub async fn record(&self, traces: &[Trace]) -> Result<()> {
        if traces.is_empty() {
            return Ok(());
        }
        self.store.record(traces).await?;
        for trace in traces {
            self.memory.forget(trace.viewer_id());
        }
        Ok(())
    }

    /// What their attributes are declared as.
    #[must_use]
    pub fn declarations(&self) -> Arc<Declarations> {
        self.declarations.clone()
    }

    /// What viewers' pieces are made by; a model of another schema cannot read them.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether the store can be reached.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn ping(&self) -> anyhow::Result<()> {
        self.store.ping().await
    }
}

fn missing(viewer_id: &ViewerId) -> crate::error::Error {
    let detail = format!("there is no viewer {viewer_id}");
    Refusal::new(ErrorCode::ViewerNotFound, detail).into()
}
