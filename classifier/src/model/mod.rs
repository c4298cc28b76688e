//! A trained model: immutable, named by the digest of its content.

mod calibration;
mod file;
mod scorer;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use calibration::Calibration;
pub use file::ModelError;
pub use scorer::Scorer;

use crate::encode::Features;
use crate::schema::{Piece, Schema};

/// A weight beyond this is no log odds of anything, but damage.
pub const WEIGHT_MAX: f32 = 1e6;

/// What a model knows of its own making.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// How many rows it was trained on.
    pub rows: u64,
    /// How many of them engaged.
    pub engaged: u64,
    /// When the first of them was decided.
    pub first_ms: i64,
    /// When the last was.
    pub last_ms: i64,
    /// The digest of the training parameters: models of one recipe differ only by their rows.
    pub recipe: String,
    /// Log loss on rows that the measured fold had not trained on; absent if it was not measured.
    pub log_loss: Option<f64>,
    /// The same of a model that says the mean rate to everyone.
    pub base_log_loss: Option<f64>,
    /// The chance that an engaged row scores above another, on the same rows.
    pub auc: Option<f64>,
    /// How far the probabilities are from the rates, on the same rows, in 20 bins.
    pub ece: Option<f64>,
    /// How many different features it met.
    pub distinct_features: u64,
    /// The share of them that fell into a slot of another.
    pub collisions: f64,
}

/// A trained model. Put it behind an `Arc`: it holds its weights in full.
#[derive(Debug, Clone)]
pub struct Model {
    id: String,
    schema: Schema,
    weights: Arc<[f32]>,
    calibration: Calibration,
    facts: Facts,
}

impl Model {
    /// A model of these weights, one for each slot of the schema.
    ///
    /// # Errors
    /// A wrong number of weights, or one that is not finite.
    pub fn new(
        schema: Schema,
        weights: Vec<f32>,
        calibration: Calibration,
        facts: Facts,
    ) -> Result<Self, ModelError> {
        if weights.len() != schema.slots() {
            return Err(ModelError::Slots(weights.len(), schema.slots()));
        }
        if let Some(slot) = weights
            .iter()
            .position(|weight| !(-WEIGHT_MAX..=WEIGHT_MAX).contains(weight))
        {
            return Err(ModelError::Weight(slot));
        }
        let mut model = Self {
            id: String::new(),
            schema,
            weights: weights.into(),
            calibration,
            facts,
        };
        model.id = model.digest();
        Ok(model)
    }

    /// The blake3 digest of its content, in hex: its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The schema that its slots mean something under.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What it knows of its own making.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How its scores become probabilities.
    #[must_use]
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// How many weights are not zero.
    #[must_use]
    pub fn nonzero(&self) -> usize {
        self.weights.iter().filter(|weight| **weight != 0.0).count()
    }

    /// The score of a feature vector: log odds, before calibration.
    #[must_use]
    pub fn score(&self, features: &Features) -> f32 {
        let (shared, candidate) = features.parts();
        let sum = |slots: &[u32]| slots.iter().fold(0.0, |sum, slot| sum + self.weight(*slot));
        sum(shared) + sum(candidate)
    }

    /// Scores many candidates for one viewer in one context. See [`Scorer`].
    #[must_use]
    pub fn scorer<'a>(&'a self, viewer: &'a [Piece], context: &'a [Piece]) -> Scorer<'a> {
        Scorer::new(self, viewer, context)
    }

    /// The calibrated probability that a score stands for. It never falls as the score rises, so
    /// ranking by score and by probability is the same.
    #[must_use]
    pub fn probability(&self, score: f32) -> f64 {
        self.calibration.probability(f64::from(score))
    }

    /// A slot of the model's own schema; any other reads the weight of a slot that it has.
    #[inline]
    fn weight(&self, slot: u32) -> f32 {
        self.weights[slot as usize & (self.weights.len() - 1)]
    }
}

#[cfg(test)]
mod tests;
