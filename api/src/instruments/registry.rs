//! The station: instruments in the database, the live ones and the versions of late in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use beckon_classifier::schema::Schema;

use super::campaigns::{self, Running};
use super::index::{Index, pieces};
use super::{Definition, Instrument, LinkHosts, State, TOPIC, Version, refers, store};
use crate::db::{Along, Db, Refresh, Slot};
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::words::{InstrumentId, Time};

/// How many versions stay in memory; each is read again when it is asked for.
const MOST_VERSIONS: usize = 20_000;

/// All instruments.
#[derive(Debug)]
pub struct Instruments {
    pub(super) db: Db,
    schema: Schema,
    index: Slot<Index>,
    indexes_built: AtomicU64,
    versions: RwLock<HashMap<(InstrumentId, u32), Arc<Version>>>,
    link_hosts: LinkHosts,
}

impl Instruments {
    /// Reads the live instruments.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(db: Db, schema: Schema) -> anyhow::Result<Self> {
        let instruments = Self {
            db,
            schema,
            index: Slot::default(),
            indexes_built: AtomicU64::new(0),
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
            let live = store::live(&self.db).await?;
            let campaigns = campaigns::store::all(&self.db).await?;
            let campaigns = campaigns.iter().map(Running::of);
            let revision = self.indexes_built.fetch_add(1, Ordering::Relaxed) + 1;
            Index::build(revision, live, campaigns, &self.schema)
        };
        self.index.rebuild(build).await
    }

    /// What may run now.
    pub fn index(&self) -> arc_swap::Guard<Arc<Index>> {
        self.index.load()
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

    /// A page of instruments in the order of their ids, after this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn page(
        &self,
        state: Option<State>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Instrument>> {
        Ok(store::page(&self.db, state, after.unwrap_or_default(), limit).await?)
    }

    /// Registers a draft.
    ///
    /// # Errors
    /// When its campaign is not one that it can belong to, or the database does not answer.
    pub async fn create(&self, definition: Definition, now: Time) -> Result<Instrument> {
        self.link_hosts.check(&definition)?;
        refers::check(&self.db, &definition).await?;
        let id = uuid::Uuid::now_v7().to_string();
        let invalid = |e: crate::words::Invalid| Error::Failed(anyhow::anyhow!(e.detail));
        let draft = Instrument {
            instrument_id: InstrumentId::parse(&id).map_err(invalid)?,
            version: 1,
            state: State::Draft,
            definition,
            created_at: now,
            updated_at: now,
        };
        store::insert(&self.db, &draft).await?;
        Ok(draft)
    }

    /// Gives an instrument a new version; where it is live, that one runs from now on.
    ///
    /// # Errors
    /// When there is none of this id, when its campaign is not one that it can belong to, or the database does not answer.
    pub async fn replace(
        &self,
        instrument_id: &InstrumentId,
        definition: &Definition,
        now: Time,
    ) -> Result<Instrument> {
        self.link_hosts.check(definition)?;
        refers::check(&self.db, definition).await?;
        let changed = store::replace(&self.db, instrument_id, definition, now).await?;
        let state = changed.ok_or_else(|| missing(instrument_id))?;
        if state == State::Live {
            self.rebuild().await?;
        }
        self.get(instrument_id).await
    }

    /// Moves an instrument to a state, and what goes along with it in the same transaction; where it stands there already,
    /// nothing changes, and false says so.
    ///
    /// # Errors
    /// When there is none of this id, when it should go live after its schedule is over, or when the
    /// database does not answer.
    pub async fn move_to(
        &self,
        instrument_id: &InstrumentId,
        state: State,
        along: Option<&dyn Along>,
        now: Time,
    ) -> Result<(Instrument, bool)> {
        let instrument = self.get(instrument_id).await?;
        if instrument.state == state {
            return Ok((instrument, false));
        }
        let schedule = instrument.definition.schedule.unwrap_or_default();
        if state == State::Live && schedule.is_over(now) {
            let detail = "its schedule is over; a new version with a later ends_at can go live";
            return Err(Refusal::new(ErrorCode::InvalidTransition, detail).into());
        }
        if !store::move_to(&self.db, instrument_id, state, along, now).await? {
            return Err(missing(instrument_id));
        }
        self.rebuild().await?;
        Ok((self.get(instrument_id).await?, true))
    }

    /// Forgets a draft; its versions stay for receipts and training rows that speak of them.
    ///
    /// # Errors
    /// When there is none of this id, when it is live, or when the database does not answer.
    pub async fn delete(&self, instrument_id: &InstrumentId) -> Result<()> {
        if store::delete_draft(&self.db, instrument_id).await? {
            return Ok(());
        }
        // Not deleted: either it is live, or there is none.
        self.get(instrument_id).await?;
        let detail = format!("the instrument {instrument_id} is live; make it a draft first");
        Err(Refusal::new(ErrorCode::InstrumentLive, detail).into())
    }
}

fn missing(instrument_id: &InstrumentId) -> Error {
    let detail = format!("there is no instrument {instrument_id}");
    Refusal::new(ErrorCode::InstrumentNotFound, detail).into()
}

#[async_trait]
impl Refresh for Instruments {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed.iter().any(|topic| topic == TOPIC) {
            self.rebuild().await?;
        }
        Ok(())
    }
}
