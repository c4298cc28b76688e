//! The exact sparse step: linfa's FTRL on the slots that are on, and on no others.
//!
//! FTRL moves each coordinate by that coordinate's own sums, and a feature that is 0 leaves its
//! coordinate alone. So a small `Ftrl` over the active slots alone takes the very step that the
//! dense one would. linfa offers no way to set its sums but serde, and that is the door used here.

use linfa::prelude::*;
use linfa_ftrl::Ftrl;
use ndarray::{Array1, Array2};
use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::params::{TrainError, ValidTrainParams};
use crate::encode::Features;

/// The active slots of a batch and their sums, kept between steps for its memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    slots: Vec<u32>,
    z: Vec<f64>,
    n: Vec<f64>,
    records: Array2<f64>,
}

impl Gathered {
    /// Collects the slots of the batch, their sums, and the dense matrix over just them.
    pub(super) fn gather(&mut self, batch: &[&Features], z: &[f64], n: &[f64]) {
        self.slots.clear();
        for features in batch {
            self.slots.extend(features.slots());
        }
        self.slots.sort_unstable();
        self.slots.dedup();
        self.z.clear();
        self.n.clear();
        self.z
            .extend(self.slots.iter().map(|slot| z[*slot as usize]));
        self.n
            .extend(self.slots.iter().map(|slot| n[*slot as usize]));
        let shape = (batch.len(), self.slots.len());
        if self.records.dim() == shape {
            self.records.fill(0.0);
        } else {
            self.records = Array2::zeros(shape);
        }
        for (row, features) in batch.iter().enumerate() {
            for slot in features.slots() {
                // Two features in one slot add up, as they do when the model scores.
                if let Ok(column) = self.slots.binary_search(slot) {
                    self.records[[row, column]] += 1.0;
                }
            }
        }
    }

    /// One step of linfa's FTRL on what was gathered.
    pub(super) fn fit(
        &self,
        params: &ValidTrainParams,
        engaged: &[bool],
    ) -> Result<Ftrl<f64>, TrainError> {
        let params = params.get();
        let refused = |error: &dyn std::fmt::Display| TrainError::Linfa(error.to_string());
        let before = small(
            params.alpha,
            params.beta,
            params.l1,
            params.l2,
            &self.z,
            &self.n,
        )
        .map_err(|error| refused(&error))?;
        let targets = Array1::from_iter(engaged.iter().copied());
        let dataset = DatasetBase::new(self.records.view(), targets);
        Ftrl::params()
            .alpha(params.alpha)
            .beta(params.beta)
            .l1_ratio(params.l1)
            .l2_ratio(params.l2)
            .fit_with(Some(before), &dataset)
            .map_err(|error| refused(&error))
    }

    /// Puts the stepped sums back where they came from.
    pub(super) fn scatter(&self, stepped: &Ftrl<f64>, z: &mut [f64], n: &mut [f64]) {
        for (at, slot) in self.slots.iter().enumerate() {
            z[*slot as usize] = stepped.z()[at];
            n[*slot as usize] = stepped.n()[at];
        }
    }
}

/// An `Ftrl` with these sums.
fn small(
    alpha: f64,
    beta: f64,
    l1: f64,
    l2: f64,
    z: &[f64],
    n: &[f64],
) -> Result<Ftrl<f64>, Error> {
    let fields = [
        ("alpha", Part::Number(alpha)),
        ("beta", Part::Number(beta)),
        ("l1_ratio", Part::Number(l1)),
        ("l2_ratio", Part::Number(l2)),
        ("z", Part::Array(z)),
        ("n", Part::Array(n)),
    ];
    Ftrl::deserialize(MapDeserializer::new(fields.into_iter()))
}

/// A part of a serialised `Ftrl`, read straight from memory: a text between would cost ten times the
/// step itself.
#[derive(Clone, Copy)]
enum Part<'a> {
    Number(f64),
    Version,
    Dim(usize),
    Array(&'a [f64]),
    Data(&'a [f64]),
}

impl<'de> Deserializer<'de> for Part<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Number(number) => visitor.visit_f64(number),
            Self::Version => visitor.visit_u8(1),
            Self::Dim(length) => visitor.visit_seq(SeqDeserializer::new(std::iter::once(length))),
            // ndarray's own form: its version, its shape, its elements.
            Self::Array(data) => {
                let fields = [
                    ("v", Part::Version),
                    ("dim", Part::Dim(data.len())),
                    ("data", Part::Data(data)),
                ];
                visitor.visit_map(MapDeserializer::new(fields.into_iter()))
            }
            Self::Data(data) => visitor.visit_seq(SeqDeserializer::new(data.iter().copied())),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Part<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
