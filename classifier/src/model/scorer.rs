//! The hot path: one request, many candidates, nothing allocated.

use super::Model;
use crate::encode::{each_candidate_slot, each_shared_slot};
use crate::schema::Piece;

/// Scores candidates for one viewer in one context: what the candidates share is summed once. The
/// scores are bit for bit those of [`Model::score`] on the encoded candidate.
#[derive(Debug)]
pub struct Scorer<'a> {
    model: &'a Model,
    viewer: &'a [Piece],
    context: &'a [Piece],
    shared: f32,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(model: &'a Model, viewer: &'a [Piece], context: &'a [Piece]) -> Self {
        let mut shared = 0.0;
        each_shared_slot(&model.schema, viewer, context, |slot| {
            shared += model.weight(slot)
        });
        Self {
            model,
            viewer,
            context,
            shared,
        }
    }

    /// The score of one candidate: log odds, before calibration.
    #[must_use]
    pub fn score(&self, candidate: &[Piece]) -> f32 {
        let mut own = 0.0;
        let add = |slot| own += self.model.weight(slot);
        each_candidate_slot(
            &self.model.schema,
            self.viewer,
            self.context,
            candidate,
            add,
        );
        self.shared + own
    }
}
