//! A training: rows out of the log, a challenger and the gate's verdict on it, and the champion where it has earned it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use beckon_classifier::gate::Verdict as GateVerdict;
use beckon_classifier::model::Model;
use beckon_classifier::retrain::{Lesson, RetrainError, retrain};
use beckon_classifier::row::Row;
use beckon_classifier::schema::Piece;

use super::registry::blob_key;
use super::{Alias, Learning, Listed, StoredModel, Verdict, alias, rows, store};
use crate::config::now;
use crate::db::Lease;
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::events::Shown;
use crate::instruments::Version;
use crate::words::{InstrumentId, ModelId};

/// The name of the lease: one training in the whole installation.
const LEASE: &str = "learning.train";
/// How long a lease lasts without a heartbeat.
const LEASE_MS: i64 = 30_000;
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long a training waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// The newest rows that a training reads; older ones tell of instruments and viewers that have moved on.
const MOST_ROWS: u32 = 200_000;
/// The same rows and the same champion give the same model, so that a training can be repeated and argued about.
const SEED: u64 = 1;

/// What a training had in hand.
pub(super) struct Run {
    pub(super) model_id: ModelId,
    pub(super) rows: u64,
    /// How many overlays had been drawn by then.
    pub(super) drawn: u64,
    pub(super) look: u32,
    pub(super) verdict: Verdict,
    /// Whom the verdict compared with.
    pub(super) against: Option<ModelId>,
}

impl Learning {
    /// Trains on the rows so far, asks the gate, and promotes where it says so.
    ///
    /// # Errors
    /// When there are too few rows, another training does not end in time, or a store does not answer.
    pub async fn train(&self) -> Result<Listed> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let turn = tokio::time::timeout_at(deadline, self.training.lock()).await;
        let _turn = turn.map_err(|_| busy())?;
        let lease = Lease::new(LEASE, self.holder.clone(), LEASE_MS);
        while !lease.hold(&self.stores.db, now()).await? {
            if tokio::time::Instant::now() >= deadline {
                return Err(busy());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let trained = tokio::select! {
            trained = self.train_alone() => trained,
            never = keep(&lease, &self.stores.db) => match never {},
        };
        lease.release(&self.stores.db).await?;
        trained
    }

    async fn train_alone(&self) -> Result<Listed> {
        let drawn = self.drawn();
        let rows = self.rows().await?;
        let aliases = store::aliases(&self.stores.db).await?;
        let against = alias::bearer(&aliases, Alias::Champion).cloned();
        let champion = match &against {
            // One that cannot be read ranks nothing either: popularity does, and is what must be beaten.
            Some(model_id) => self.servable(model_id).await,
            None => None,
        };
        let look = aliases.get(&Alias::Champion).map_or(0, |c| c.looks) + 1;
        let count = rows.len() as u64;
        let lesson = self.learn(rows, champion, look).await?;
        let verdict = verdict(&lesson.verdict);
        let model = StoredModel::of(&lesson.model, None, now())?;
        let bytes = lesson.model.to_bytes();
        self.stores
            .blobs
            .put(&blob_key(&model.model_id), &bytes)
            .await?;
        let run = Run {
            model_id: model.model_id.clone(),
            rows: count,
            drawn,
            look,
            verdict,
            against,
        };
        store::end_run(&self.stores.db, &model, &run, now()).await?;
        tracing::info!(
            kind = "learning.trained",
            model = %model.model_id,
            rows = run.rows,
            look,
            why = run.verdict.why,
            "a model was trained"
        );
        self.rebuild().await?;
        self.get(&model.model_id).await
    }

    async fn learn(
        &self,
        rows: Vec<Row>,
        champion: Option<Arc<Model>>,
        look: u32,
    ) -> Result<Lesson> {
        let recipe = self.recipe.clone();
        let learnt = tokio::task::spawn_blocking(move || {
            retrain(&rows, champion.as_deref(), &recipe, look, SEED)
        });
        match learnt.await.map_err(anyhow::Error::from)? {
            Ok(lesson) => Ok(lesson),
            Err(few @ RetrainError::TooFew(..)) => {
                Err(Refusal::new(ErrorCode::TooFewRows, few.to_string()).into())
            }
            Err(error) => Err(Error::Failed(error.into())),
        }
    }

    /// The training rows so far. The same log gives the same rows in the same order.
    async fn rows(&self) -> Result<Vec<Row>> {
        let shown = self.stores.events.shown(MOST_ROWS).await?;
        let versions = self.versions(&shown).await?;
        let pieces = |instrument: &InstrumentId, version: u32| -> Option<&[Piece]> {
            let version: &Arc<Version> = versions.get(&(instrument.clone(), version))?.as_ref()?;
            Some(version.pieces.as_slice())
        };
        let schema_id = self.schema.digest();
        let rows: Vec<Row> = shown
            .iter()
            .filter_map(|shown| rows::row(shown, schema_id, pieces))
            .collect();
        if rows.len() < shown.len() {
            tracing::warn!(
                kind = "learning.rows_left_out",
                count = shown.len() - rows.len(),
                "stored rows are none"
            );
        }
        Ok(rows)
    }

    /// Every version that was a candidate somewhere, asked for once.
    async fn versions(
        &self,
        shown: &[Shown],
    ) -> Result<HashMap<(InstrumentId, u32), Option<Arc<Version>>>> {
        let mut versions = HashMap::new();
        for other in shown.iter().flat_map(|shown| &shown.others) {
            let key = (other.instrument_id.clone(), other.version);
            if let Entry::Vacant(free) = versions.entry(key) {
                let (id, version) = free.key();
                let found = self.stores.instruments.version(id, *version).await?;
                free.insert(found);
            }
        }
        Ok(versions)
    }

    /// How many overlays have been drawn, as this node knows.
    pub(super) fn drawn(&self) -> u64 {
        let ranking = self.stores.ranking.load();
        let tallies = ranking.popularity().tallies.values();
        tallies.map(|tally| tally.shown).sum()
    }
}

/// Keeps the lease while the training runs. If it should be lost all the same, the verdict is checked against the
/// champion of then before anything is promoted.
async fn keep(lease: &Lease, db: &crate::db::Db) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        if let Err(error) = lease.hold(db, now()).await {
            tracing::warn!(kind = "learning.heartbeat", %error, "the training's lease was not renewed");
        }
    }
}

fn busy() -> Error {
    let detail = "another training is under way: try again when it has ended";
    Refusal::new(ErrorCode::Unavailable, detail).into()
}

fn verdict(verdict: &GateVerdict) -> Verdict {
    let finite = |number: f64| number.is_finite().then_some(number);
    Verdict {
        promoted: verdict.promote,
        why: verdict.why.clone(),
        champion_value: finite(verdict.champion_value.value),
        challenger_value: finite(verdict.challenger_value.value),
        difference_low: finite(verdict.gain_low),
    }
}
