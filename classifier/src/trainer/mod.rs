//! Training: linfa's FTRL by exact sparse steps, continued from any earlier state.

mod ftrl;
mod params;
mod state;

use std::collections::HashMap;

pub use params::{TrainError, TrainParams, ValidTrainParams};
pub use state::TrainerState;

use crate::draw::{mix, shuffled, uniform};
use crate::encode::{Features, encode};
use crate::model::{Calibration, Facts, Model, ModelError};
use crate::row::Row;
use crate::schema::Schema;

/// A model in the making: the sums that FTRL keeps for each slot, and what was met so far.
///
/// Training is a function of (schema, parameters, rows, seed): the same give the same model, bit for
/// bit, on one build of the program.
#[derive(Debug, Clone)]
pub struct Trainer {
    schema: Schema,
    params: ValidTrainParams,
    z: Vec<f64>,
    n: Vec<f64>,
    rows: u64,
    engaged: u64,
    span_ms: Option<(i64, i64)>,
    gathered: ftrl::Gathered,
}

/// How often features of this schema share a slot without being the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Collisions {
    /// Different features met.
    pub distinct: u64,
    /// The share of them that were not the first in their slot.
    pub share: f64,
}

impl Trainer {
    /// A trainer that has seen nothing: every feature weighs 0.
    #[must_use]
    pub fn new(schema: Schema, params: ValidTrainParams) -> Self {
        Self {
            z: vec![0.0; schema.slots()],
            n: vec![0.0; schema.slots()],
            schema,
            params,
            rows: 0,
            engaged: 0,
            span_ms: None,
            gathered: ftrl::Gathered::default(),
        }
    }

    /// Learns the rows, `epochs` times over, each time in another order drawn from the seed.
    ///
    /// # Errors
    /// Rows of another schema or that do not pass [`Row::check`], or a step that linfa refuses.
    pub fn fit(&mut self, rows: &[&Row], seed: u64) -> Result<(), TrainError> {
        if let Some(row) = rows.iter().find(|row| row.schema != self.schema.digest()) {
            return Err(TrainError::ForeignRow(row.schema.clone()));
        }
        for row in rows {
            row.check()?;
        }
        let encoded: Vec<Features> = rows
            .iter()
            .map(|row| encode(&self.schema, &row.inputs()))
            .collect();
        for epoch in 0..self.params.get().epochs {
            let order = shuffled(rows.len(), mix(seed, u64::from(epoch)));
            // A weight is a count of repeats; what is left of it is a chance of one more.
            let repeats = order.iter().flat_map(|at| {
                let weight = f64::from(rows[*at].weight);
                let more = uniform(mix(seed, *at as u64), u64::from(epoch)) < weight.fract();
                std::iter::repeat_n(*at, weight as usize + usize::from(more))
            });
            let steps: Vec<usize> = repeats.collect();
            for batch in steps.chunks(self.params.get().batch) {
                let features: Vec<&Features> = batch.iter().map(|at| &encoded[*at]).collect();
                let engaged: Vec<bool> = batch.iter().map(|at| rows[*at].engaged).collect();
                self.step(&features, &engaged)?;
            }
        }
        for row in rows {
            self.rows += 1;
            self.engaged += u64::from(row.engaged);
            let (first, last) = self
                .span_ms
                .unwrap_or((row.decided_at_ms, row.decided_at_ms));
            self.span_ms = Some((first.min(row.decided_at_ms), last.max(row.decided_at_ms)));
        }
        Ok(())
    }

    /// One step of FTRL over at most 64 rows, whose gradients are summed.
    fn step(&mut self, features: &[&Features], engaged: &[bool]) -> Result<(), TrainError> {
        self.gathered.gather(features, &self.z, &self.n);
        let stepped = self.gathered.fit(&self.params, engaged)?;
        self.gathered.scatter(&stepped, &mut self.z, &mut self.n);
        Ok(())
    }

    /// The weights as they stand: what linfa reads off its sums.
    #[must_use]
    pub fn weights(&self) -> Vec<f64> {
        let params = self.params.get();
        let weigh = |(z, n): (&f64, &f64)| {
            if z.abs() <= params.l1 {
                return 0.0;
            }
            (z.signum() * params.l1 - z) / ((n.sqrt() + params.beta) / params.alpha + params.l2)
        };
        self.z.iter().zip(&self.n).map(weigh).collect()
    }

    /// The model as it stands, with the calibration and measurements that the caller made on rows the
    /// trainer has not seen. Rows, time range and recipe are filled in here.
    ///
    /// # Errors
    /// Weights that ran away.
    pub fn model(&self, calibration: Calibration, facts: Facts) -> Result<Model, ModelError> {
        let (first_ms, last_ms) = self.span_ms.unwrap_or_default();
        let facts = Facts {
            rows: self.rows,
            engaged: self.engaged,
            first_ms,
            last_ms,
            recipe: self.params.digest(&self.schema),
            ..facts
        };
        let weights = self
            .weights()
            .into_iter()
            .map(|weight| weight as f32)
            .collect();
        Model::new(self.schema.clone(), weights, calibration, facts)
    }

    /// What another trainer can continue from.
    #[must_use]
    pub fn state(&self) -> TrainerState {
        let slots = (0..self.n.len()).filter(|slot| self.n[*slot] != 0.0 || self.z[*slot] != 0.0);
        TrainerState {
            schema: self.schema.digest().to_owned(),
            slots: slots
                .map(|slot| (slot as u32, self.z[slot], self.n[slot]))
                .collect(),
            rows: self.rows,
            engaged: self.engaged,
            span_ms: self.span_ms,
        }
    }

    /// A trainer that goes on from a state.
    ///
    /// # Errors
    /// A state of another schema, or one whose numbers are none.
    pub fn resume(
        schema: Schema,
        params: ValidTrainParams,
        state: &TrainerState,
    ) -> Result<Self, TrainError> {
        if state.schema != schema.digest() {
            return Err(TrainError::ForeignState(state.schema.clone()));
        }
        let mut trainer = Self::new(schema, params);
        for (slot, z, n) in &state.slots {
            let at = *slot as usize;
            if at >= trainer.z.len() || !z.is_finite() || !n.is_finite() || *n < 0.0 {
                return Err(TrainError::State(*slot));
            }
            (trainer.z[at], trainer.n[at]) = (*z, *n);
        }
        (trainer.rows, trainer.engaged) = (state.rows, state.engaged);
        trainer.span_ms = state.span_ms;
        Ok(trainer)
    }
}

/// Counts the different features of the rows, and how many fell into a slot that was another's.
#[must_use]
pub fn collisions(schema: &Schema, rows: &[&Row]) -> Collisions {
    // A feature is what the encoder hashes: a piece, or a pair of them. Its slot says nothing of
    // which it was, so features are told apart by their pieces here.
    let mut seen: HashMap<(u64, u64), u32> = HashMap::new();
    for row in rows {
        let inputs = row.inputs();
        for piece in inputs.viewer.iter().chain(&inputs.context) {
            seen.insert((piece.as_u64(), 0), schema.slot(*piece));
        }
        for piece in &inputs.candidate {
            seen.insert((piece.as_u64(), 0), schema.slot(*piece));
            for shared in inputs.viewer.iter().chain(&inputs.context) {
                if schema.partners(*piece) >> shared.field_index() & 1 == 1 {
                    let slot = schema.cross_slot(*shared, *piece);
                    seen.insert((shared.as_u64(), piece.as_u64()), slot);
                }
            }
        }
    }
    let mut slots: Vec<u32> = seen.into_values().collect();
    let distinct = slots.len() as u64;
    slots.sort_unstable();
    slots.dedup();
    let share = if distinct == 0 {
        0.0
    } else {
        1.0 - slots.len() as f64 / distinct as f64
    };
    Collisions { distinct, share }
}

#[cfg(test)]
mod tests;
