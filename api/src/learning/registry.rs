//! Models: stored as blobs, told from the database, and the champion of them put where decisions find it.

use std::sync::Arc;

use anyhow::Context;
use beckon_classifier::model::Model;
use beckon_classifier::popularity::{Popularity, Tally};

use super::{Alias, Binding, Learning, Listed, StoredModel, alias, store};
use crate::decisions::Ranking;
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::words::{ModelId, Time};

impl Learning {
    /// Puts the champion of now and the counts of now into the slot.
    pub(super) async fn rebuild(&self) -> anyhow::Result<()> {
        let build = async {
            let aliases = store::aliases(&self.stores.db).await?;
            let held = self.stores.ranking.load_full();
            let model = match alias::bearer(&aliases, Alias::Champion) {
                None => None,
                Some(champion) => match held.model().filter(|m| m.id() == champion.as_str()) {
                    Some(held) => Some(held.clone()),
                    None => self.servable(champion).await,
                },
            };
            let tally = |(instrument, (shown, engaged))| (instrument, Tally { shown, engaged });
            let tallies = self
                .stores
                .events
                .tallies()
                .await?
                .into_iter()
                .map(tally)
                .collect();
            let popularity = Popularity {
                prior: self.recipe.prior,
                tallies,
            };
            Ok::<_, Error>(Ranking::new(model, Arc::new(popularity)))
        };
        Ok(self.stores.ranking.rebuild(build).await?)
    }

    /// The champion, if this node can serve it: popularity ranks where it cannot, and the log says why.
    pub(super) async fn servable(&self, model_id: &ModelId) -> Option<Arc<Model>> {
        match self.load(model_id).await {
            Ok(model) if *model.schema() == self.schema => Some(Arc::new(model)),
            Ok(_) => {
                tracing::error!(kind = "model.foreign_schema", %model_id, "the champion is of another schema: popularity ranks");
                None
            }
            Err(error) => {
                tracing::error!(kind = "model.unreadable", %model_id, error = format!("{error:#}"), "the champion cannot be read: popularity ranks");
                None
            }
        }
    }

    async fn load(&self, model_id: &ModelId) -> anyhow::Result<Model> {
        let bytes = self.stores.blobs.get(&blob_key(model_id)).await?;
        let bytes = bytes.with_context(|| format!("the model {model_id} has no blob"))?;
        Ok(Model::from_bytes(&bytes)?)
    }

    /// Models, the newest first, after this cursor.
    ///
    /// # Errors
    /// When the database does not answer, or the cursor is none of ours.
    pub async fn page(&self, after: Option<&str>, limit: u32) -> Result<Vec<Listed>> {
        let models = store::page(&self.stores.db, after, limit).await?;
        let aliases = store::aliases(&self.stores.db).await?;
        Ok(models
            .into_iter()
            .map(|model| Listed::of(model, &aliases))
            .collect())
    }

    /// A model.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn get(&self, model_id: &ModelId) -> Result<Listed> {
        let model = store::get(&self.stores.db, model_id).await?;
        let model = model.ok_or_else(|| missing(model_id))?;
        Ok(Listed::of(model, &store::aliases(&self.stores.db).await?))
    }

    /// Stores a model that was trained elsewhere.
    ///
    /// # Errors
    /// When the bytes are no model, or one of a schema that this node cannot serve, or a store does not answer.
    pub async fn upload(&self, bytes: &[u8], now: Time) -> Result<Listed> {
        let malformed = |detail: String| Refusal::new(ErrorCode::MalformedModel, detail);
        let model = Model::from_bytes(bytes).map_err(|error| malformed(error.to_string()))?;
        if *model.schema() != self.schema {
            let detail = format!(
                "the model is of the schema {}; this node describes decisions by {}",
                model.schema().digest(),
                self.schema.digest()
            );
            return Err(malformed(detail).into());
        }
        let stored = StoredModel::of(&model, None, now)?;
        self.stores
            .blobs
            .put(&blob_key(&stored.model_id), bytes)
            .await?;
        store::insert(&self.stores.db, &stored).await?;
        self.get(&stored.model_id).await
    }

    /// Points an alias to a model, or to none.
    ///
    /// # Errors
    /// When there is no such model, when it is the champion and should be something else too, or when the database
    /// does not answer.
    pub async fn bind(
        &self,
        alias: Alias,
        model_id: Option<&ModelId>,
        now: Time,
    ) -> Result<Binding> {
        if let Some(model_id) = model_id {
            let model = self.get(model_id).await?.model;
            if model.schema_id != self.schema.digest() {
                let detail = "the model is of a schema that this node cannot serve";
                return Err(Refusal::new(ErrorCode::AliasConflict, detail).into());
            }
        }
        let bound = store::bind(&self.stores.db, alias, model_id, now).await?;
        let binding = bound.map_err(|alias::IsChampion| {
            let detail =
                "the model is the champion: it cannot also challenge itself, or be its shadow";
            Refusal::new(ErrorCode::AliasConflict, detail)
        })?;
        self.rebuild().await?;
        Ok(binding)
    }
}

pub(super) fn blob_key(model_id: &ModelId) -> String {
    format!("models/{model_id}")
}

fn missing(model_id: &ModelId) -> Error {
    let detail = format!("there is no model {model_id}");
    Refusal::new(ErrorCode::ModelNotFound, detail).into()
}
