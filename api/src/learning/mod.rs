//! Learning: models, the names they are served under, and the training that makes better ones of what viewers did.

mod alias;
pub mod http;
pub mod jobs;
mod model;
mod registry;
mod rows;
mod store;
mod train;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use beckon_classifier::retrain::Recipe;
use beckon_classifier::schema::Schema;

pub use alias::{Alias, Binding};
pub use model::{Listed, Metrics, StoredModel, Verdict};

use crate::blobs::Blobs;
use crate::db::{Db, Refresh, Slot};
use crate::decisions::Ranking;
use crate::events::{Events, TALLIES};
use crate::instruments::Instruments;

/// The topic under which models and their aliases change.
const TOPIC: &str = "models";

/// What learning reads and writes.
#[derive(Debug, Clone)]
pub struct Stores {
    /// Models, aliases and trainings.
    pub db: Db,
    /// The models' bytes.
    pub blobs: Arc<dyn Blobs>,
    /// What candidates were.
    pub instruments: Arc<Instruments>,
    /// What viewers did with them.
    pub events: Arc<Events>,
    /// Where decisions read what ranks.
    pub ranking: Arc<Slot<Ranking>>,
}

/// The station.
#[derive(Debug)]
pub struct Learning {
    stores: Stores,
    recipe: Recipe,
    schema: Schema,
    /// One training at a time: within this node here, among nodes by a lease.
    training: tokio::sync::Mutex<()>,
    holder: String,
}

impl Learning {
    /// Opens the station and fills the slot.
    ///
    /// # Errors
    /// When the recipe's schema does not pass, or the database does not answer.
    pub async fn open(stores: Stores, recipe: Recipe) -> anyhow::Result<Self> {
        let learning = Self {
            schema: recipe.schema.clone().check()?,
            stores,
            recipe,
            training: tokio::sync::Mutex::default(),
            holder: uuid::Uuid::now_v7().to_string(),
        };
        learning.rebuild().await?;
        Ok(learning)
    }
}

#[async_trait]
impl Refresh for Learning {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed
            .iter()
            .any(|topic| topic == TOPIC || topic == TALLIES)
        {
            self.rebuild().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
