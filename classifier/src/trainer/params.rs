//! How training goes: unchecked as in a file, then checked.

use serde::{Deserialize, Serialize};

use crate::row::RowError;
use crate::schema::Schema;

/// Why training was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// No learning rate.
    #[error("alpha must be above 0 and at most 100, not {0}")]
    Alpha(f64),
    /// FTRL divides by it for features never seen.
    #[error("beta must be above 0 and at most 100, not {0}")]
    Beta(f64),
    /// Beyond what linfa takes.
    #[error("l1 must be between 0 and 1, not {0}")]
    L1(f64),
    /// Beyond what linfa takes.
    #[error("l2 must be between 0 and 1, not {0}")]
    L2(f64),
    /// No batch, or one so large that summed gradients overshoot.
    #[error("a batch is 1 to 64 rows, not {0}")]
    Batch(usize),
    /// No pass, or more than ever helped.
    #[error("epochs must be between 1 and 100, not {0}")]
    Epochs(u32),
    /// Pieces of another schema mean nothing here.
    #[error("a row of schema {0}, which is not the trainer's")]
    ForeignRow(String),
    /// A row is not what readers of rows rely on.
    #[error(transparent)]
    Row(#[from] RowError),
    /// Sums of another schema mean nothing here.
    #[error("a state of schema {0}, which is not the trainer's")]
    ForeignState(String),
    /// A state that no training leaves.
    #[error("the state of slot {0} is beyond the schema or not a number")]
    State(u32),
    /// linfa would not take the step.
    #[error("linfa refused a step: {0}")]
    Linfa(String),
}

/// The parameters of training, before their check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainParams {
    /// The learning rate of a feature met for the first time.
    pub alpha: f64,
    /// How slowly that rate falls at first.
    pub beta: f64,
    /// How much evidence a feature needs before it weighs at all.
    pub l1: f64,
    /// How strongly weights are held to 0.
    pub l2: f64,
    /// How many rows a step sums over.
    pub batch: usize,
    /// How often the rows are gone through.
    pub epochs: u32,
}

impl Default for TrainParams {
    /// Measured on the simulated world (see the README). Steps of one row: with few rows, what a
    /// summed batch saves in time it loses in learning.
    fn default() -> Self {
        Self {
            alpha: 0.3,
            beta: 0.5,
            l1: 0.5,
            l2: 1.0,
            batch: 1,
            epochs: 3,
        }
    }
}

impl TrainParams {
    /// Checks the bounds.
    ///
    /// # Errors
    /// Says the bound that is broken.
    pub fn check(self) -> Result<ValidTrainParams, TrainError> {
        let positive = |number: f64| number > 0.0 && number <= 100.0;
        if !positive(self.alpha) {
            return Err(TrainError::Alpha(self.alpha));
        }
        if !positive(self.beta) {
            return Err(TrainError::Beta(self.beta));
        }
        if !(0.0..=1.0).contains(&self.l1) {
            return Err(TrainError::L1(self.l1));
        }
        if !(0.0..=1.0).contains(&self.l2) {
            return Err(TrainError::L2(self.l2));
        }
        if !(1..=64).contains(&self.batch) {
            return Err(TrainError::Batch(self.batch));
        }
        if !(1..=100).contains(&self.epochs) {
            return Err(TrainError::Epochs(self.epochs));
        }
        Ok(ValidTrainParams(self))
    }
}

/// Checked parameters of training.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ValidTrainParams(TrainParams);

impl ValidTrainParams {
    /// The parameters.
    #[must_use]
    pub fn get(&self) -> &TrainParams {
        &self.0
    }

    /// The digest of the recipe: two models of one digest differ only by their rows.
    #[must_use]
    pub fn digest(&self, schema: &Schema) -> String {
        let TrainParams {
            alpha,
            beta,
            l1,
            l2,
            batch,
            epochs,
        } = self.0;
        let mut hasher = blake3::Hasher::new_derive_key("beckon training recipe 1");
        hasher.update(schema.digest().as_bytes());
        for number in [alpha, beta, l1, l2] {
            hasher.update(&number.to_bits().to_le_bytes());
        }
        hasher.update(&(batch as u64).to_le_bytes());
        hasher.update(&epochs.to_le_bytes());
        hasher.finalize().to_hex().to_string()
    }
}
