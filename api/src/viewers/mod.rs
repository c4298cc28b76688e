//! Viewers: a pseudonym with a profile, consent and exposures, shared in memory by decisions.

mod attributes;
pub mod http;
mod memory;
mod profile;
mod store;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use beckon_classifier::schema::{Piece, Schema};
use beckon_openapi::problem::ErrorCode;

use crate::config::now;
use crate::db::{Db, Engine};
use crate::error::{Refusal, Result};
use crate::words::{MediaId, Time, ViewerId};
pub use attributes::{Attributes, Code, Coded};
use memory::Memory;
pub use profile::{AttributeName, Consent, Group, Profile, Value};
pub use wire::{value_from_wire, value_to_wire};

/// How many exposures of a viewer count: its newest. Caps see no further back.
pub const MOST_EXPOSURES: usize = 256;

/// A viewer as decisions read it; shared, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// Its id.
    pub viewer_id: ViewerId,
    consent: Consent,
    attributes: Attributes,
    pieces: Vec<Piece>,
    exposures: Vec<Exposure>,
}

impl Viewer {
    /// Whether its profile may choose what is shown.
    #[must_use]
    pub const fn personalisation(&self) -> bool {
        self.consent.personalisation
    }

    /// Its attributes; none without consent, so that no rule can read what it may not.
    #[must_use]
    pub const fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// What the classifier reads of it; nothing without consent.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What it was shown, the newest first, at most [`MOST_EXPOSURES`].
    #[must_use]
    pub fn exposures(&self) -> &[Exposure] {
        &self.exposures
    }
}

/// One thing that a viewer was shown, for caps and the overlay life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The decision that showed it, as a number: one showing known from two sides counts once.
    pub decision: u128,
    /// The instrument's id as a number.
    pub instrument: u128,
    /// On which media.
    pub media_id: MediaId,
    /// When it was drawn.
    pub shown_at: Time,
    /// When it hides.
    pub hides_at: Time,
}

/// An impression, as the event log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impression {
    /// The event's id: recording it twice changes nothing.
    pub event_id: String,
    /// Who was shown something.
    pub viewer_id: ViewerId,
    /// What, where and when.
    pub exposure: Exposure,
}

/// All that is stored of a viewer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// The profile and when it was stored, where there is one.
    pub profile: Option<(Profile, Time)>,
    /// The newest exposures, the newest first, at most [`MOST_EXPOSURES`].
    pub exposures: Vec<Exposure>,
}

/// Where viewers lie.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Reads a viewer: one point read. Of an unknown one nothing is stored.
    async fn get(&self, viewer_id: &ViewerId) -> anyhow::Result<Stored>;
    /// Replaces a profile.
    async fn put(&self, viewer_id: &ViewerId, profile: &Profile, now: Time) -> anyhow::Result<()>;
    /// Forgets profile and exposures; false where there was neither.
    async fn delete(&self, viewer_id: &ViewerId) -> anyhow::Result<bool>;
    /// Records impressions, all or none; one of a known event changes nothing.
    async fn record(&self, impressions: &[Impression]) -> anyhow::Result<()>;
    /// Whether the store can be reached.
    async fn ping(&self) -> anyhow::Result<()>;
}

/// The station: the store, and the viewers of late in memory.
#[derive(Debug)]
pub struct Viewers {
    store: Arc<dyn Store>,
    memory: Memory,
    schema: Schema,
}

/// How old a viewer in memory may be where other nodes write too. A revision a viewer would be a table as long as
/// the viewers', and one for all of them a row that every impression waits for; an age needs neither. Two seconds
/// are within the lag of events, for which one overlay too many is allowed.
const FRESH_AMONG_NODES_MS: i64 = 2_000;
/// The same where this process is the only writer, and its own writes are seen at once: an age only in case it is not.
const FRESH_ALONE_MS: i64 = 60_000;

impl Viewers {
    /// Viewers in the registry's database, read by this schema.
    #[must_use]
    pub fn in_sql(db: Db, schema: Schema) -> Self {
        let fresh_ms = match db.engine() {
            Engine::Sqlite => FRESH_ALONE_MS,
            Engine::Postgres => FRESH_AMONG_NODES_MS,
        };
        Self::new(Arc::new(store::SqlStore::new(db)), schema, fresh_ms)
    }

    /// Viewers in this store, believed for so long.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, schema: Schema, fresh_ms: i64) -> Self {
        Self {
            store,
            memory: Memory::new(fresh_ms),
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
        let viewer = Arc::new(read(viewer_id, stored, &self.schema));
        self.memory.keep(viewer.clone(), turn, now);
        Ok(viewer)
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

    /// Replaces a profile.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn put(&self, viewer_id: &ViewerId, profile: &Profile, now: Time) -> Result<()> {
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

    /// Records impressions, all or none. Safe to repeat: each counts once, by its event's id.
    ///
    /// # Errors
    /// When the store does not answer; nothing was recorded then.
    pub async fn expose(&self, impressions: &[Impression]) -> Result<()> {
        if impressions.is_empty() {
            return Ok(());
        }
        self.store.record(impressions).await?;
        for impression in impressions {
            self.memory.forget(&impression.viewer_id);
        }
        Ok(())
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

/// A viewer as decisions read it.
fn read(viewer_id: &ViewerId, stored: Stored, schema: &Schema) -> Viewer {
    let profile = stored.profile.as_ref().map(|(profile, _)| profile);
    let usable = profile.filter(|profile| profile.consent.personalisation);
    Viewer {
        viewer_id: viewer_id.clone(),
        consent: profile.map(|profile| profile.consent).unwrap_or_default(),
        attributes: usable.map(Attributes::of).unwrap_or_default(),
        pieces: usable.map_or_else(Vec::new, |profile| attributes::pieces(profile, schema)),
        exposures: stored.exposures,
    }
}

fn missing(viewer_id: &ViewerId) -> crate::error::Error {
    let detail = format!("there is no viewer {viewer_id}");
    Refusal::new(ErrorCode::ViewerNotFound, detail).into()
}

#[cfg(test)]
mod tests;
