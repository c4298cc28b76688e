//! The station: instruments in the database, the live ones and the versions of late in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use beckon_classifier::schema::Schema;

use super::audience::Saved;
use super::campaigns::{self, Running};
use super::counts::{AllCounts, Counts};
use super::index::Index;
use super::live::{Live, pieces};
use super::store::Wanted;
use super::{
    Instrument, KillSwitches, LinkHosts, TOPIC, Version, Written, audiences, kill_switches, store,
};
use crate::db::{Db, Refresh, Slot};
use crate::detections::entities::{self, Entities, EntityIndex};
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::viewers::Declarations;
use crate::words::{AnswerId, InstrumentId};

/// How many versions stay in memory; each is read again when it is asked for.
const MOST_VERSIONS: usize = 20_000;

/// All instruments.
#[derive(Debug)]
pub struct Instruments {
    pub(super) db: Db,
    pub(super) declarations: Arc<Declarations>,
    schema: Schema,
    pub(super) entities: Arc<Entities>,
    index: Slot<Index>,
    kill_switches: KillSwitches,
    indexes_built: AtomicU64,
    counts: AllCounts,
    versions: RwLock<HashMap<(InstrumentId, u32), Arc<Version>>>,
    pub(super) link_hosts: LinkHosts,
}

impl Instruments {
    /// Reads the live instruments.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(
        db: Db,
        declarations: Arc<Declarations>,
        schema: Schema,
        entities: Arc<Entities>,
    ) -> anyhow::Result<Self> {
        let instruments = Self {
            kill_switches: KillSwitches::open(db.clone()).await?,
            db,
            declarations,
            schema,
            entities,
            index: Slot::default(),
            indexes_built: AtomicU64::new(0),
            counts: AllCounts::default(),
            versions: RwLock::default(),
            link_hosts: LinkHosts::default(),
        };
        instruments.rebuild().await?;
        Ok(instruments)
    }

    /// Lets links lead to these hosts alone.
    #[must_use]
    pub fn linking_to(self, link_hosts: LinkHosts) -> Self {
        Self { link_hosts, ..self }
    }

    /// Whether a link may lead there now: the list may have changed since the instrument was registered.
    #[must_use]
    pub fn may_link_to(&self, url: &str) -> bool {
        self.link_hosts.allow(url)
    }

    pub(super) async fn rebuild(&self) -> anyhow::Result<()> {
        let build = async {
            let entities = self.entities.index();
            let live = store::live(&self.db).await?;
            let saved = audiences::rules(&self.db).await?;
            let campaigns = campaigns::all(&self.db).await?;
            let campaigns = campaigns.iter().map(Running::of);
            let revision = self.indexes_built.fetch_add(1, Ordering::Relaxed) + 1;
            let index = Index::build(revision, live, campaigns, &saved, &self.schema, entities)?;
            Ok(index.counted_in(&self.counts))
        };
        self.index.rebuild(build).await
    }

    /// Reads anew what may run, and not only when a revision tells of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.rebuild().await?)
    }

    /// What must not be shown, whatever else may run.
    #[must_use]
    pub const fn kill_switches(&self) -> &KillSwitches {
        &self.kill_switches
    }

    /// What may run now.
    pub fn index(&self) -> arc_swap::Guard<Arc<Index>> {
        self.index.load()
    }

    /// What became of each as a candidate on this node; those that are not live any more are told once more.
    pub fn counts(&self) -> Vec<(InstrumentId, Arc<Counts>)> {
        self.counts.all()
    }

    /// The entities of this moment.
    #[must_use]
    pub fn entity_index(&self) -> Arc<EntityIndex> {
        self.entities.index()
    }

    /// The rules of all saved audiences.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn saved_rules(&self) -> anyhow::Result<Saved> {
        audiences::rules(&self.db).await
    }

    /// A version, from memory or by one read; `None` where there never was one.
    ///
    /// # Errors
    /// When it is not in memory and the database does not answer.
    pub async fn version(
        &self,
        instrument_id: &InstrumentId,
        version: u32,
    ) -> Result<Option<Arc<Version>>> {
        let name = (instrument_id.clone(), version);
        if let Some(known) = self.known_version(&name) {
            return Ok(Some(known));
        }
        let Some(definition) = store::version(&self.db, instrument_id, version).await? else {
            return Ok(None);
        };
        let found = Arc::new(Version {
            pieces: pieces(instrument_id, definition.kind, &self.schema),
            instrument_id: instrument_id.clone(),
            version,
            definition,
        });
        let mut versions = self
            .versions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if versions.len() >= MOST_VERSIONS {
            versions.clear();
        }
        versions.insert(name, found.clone());
        Ok(Some(found))
    }

    /// A version made ready as if it were live.
    ///
    /// # Errors
    /// When there is none, or the database does not answer.
    pub async fn prepared(&self, instrument_id: &InstrumentId, version: u32) -> Result<Arc<Live>> {
        let definition = self.written(instrument_id, version).await?.definition;
        let alone = vec![(instrument_id.clone(), version, definition)];
        let saved = audiences::rules(&self.db).await?;
        let (none, entities) = (std::iter::empty(), self.entities.index());
        let index = Index::build(0, alone, none, &saved, &self.schema, entities)?;
        Ok(index.get(0).clone())
    }

    /// The place of a variant among those of a version.
    ///
    /// # Errors
    /// When there is none, or the database does not answer.
    pub async fn variant_at(
        &self,
        instrument_id: &InstrumentId,
        version: u32,
        variant_id: &AnswerId,
    ) -> Result<usize> {
        let definition = self.written(instrument_id, version).await?.definition;
        let mut ids = definition.variants.iter().map(|v| &v.variant_id);
        let found = ids.position(|id| id == variant_id);
        found.ok_or_else(|| {
            let detail = format!("version {version} has no variant {variant_id}");
            Refusal::field("variant_id", detail, "one of its variants").into()
        })
    }

    fn known_version(&self, name: &(InstrumentId, u32)) -> Option<Arc<Version>> {
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        versions.get(name).cloned()
    }

    /// An instrument as its latest version says.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn get(&self, instrument_id: &InstrumentId) -> Result<Instrument> {
        let found = store::get(&self.db, instrument_id).await?;
        found.ok_or_else(|| missing(instrument_id))
    }

    /// A page of instruments in the order of their ids.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn page(&self, wanted: &Wanted, limit: u32) -> Result<Vec<Instrument>> {
        Ok(store::page(&self.db, wanted, limit).await?)
    }

    /// The versions of an instrument before this one, the newest first, as colleagues read them.
    ///
    /// # Errors
    /// When there is no such instrument, or the database does not answer.
    pub async fn versions(
        &self,
        instrument_id: &InstrumentId,
        before: u32,
        limit: u32,
    ) -> Result<Vec<Written>> {
        let found = store::versions(&self.db, instrument_id, before, limit).await?;
        if found.is_empty() {
            self.get(instrument_id).await?;
        }
        Ok(found)
    }

    /// One version of an instrument, as colleagues read it.
    ///
    /// # Errors
    /// When there is none, or the database does not answer.
    pub async fn written(&self, instrument_id: &InstrumentId, version: u32) -> Result<Written> {
        let before = version.saturating_add(1);
        let found = self.versions(instrument_id, before, 1).await?;
        let found = found.into_iter().find(|one| one.version == version);
        found.ok_or_else(|| {
            let detail = format!("the instrument {instrument_id} has no version {version}");
            Refusal::new(ErrorCode::VersionNotFound, detail).into()
        })
    }
}

pub(super) fn missing(instrument_id: &InstrumentId) -> Error {
    let detail = format!("there is no instrument {instrument_id}");
    Refusal::new(ErrorCode::InstrumentNotFound, detail).into()
}

#[async_trait]
impl Refresh for Instruments {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed
            .iter()
            .any(|topic| topic == TOPIC || topic == entities::TOPIC)
        {
            self.rebuild().await?;
        }
        if changed.iter().any(|topic| topic == kill_switches::TOPIC) {
            self.kill_switches.rebuild().await?;
        }
        Ok(())
    }
}
