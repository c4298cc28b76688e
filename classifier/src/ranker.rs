//! What orders candidates: counted popularity, or a model. Evaluation replays either over logged rows.

use crate::encode::encode;
use crate::model::Model;
use crate::policy::Policy;
use crate::popularity::Popularity;
use crate::row::Row;

/// What orders candidates.
#[derive(Debug, Clone)]
pub enum Ranker {
    /// How often each engaged, whoever watched.
    Popularity(Popularity),
    /// A trained model.
    Model(Model),
}

/// How a ranking becomes a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice {
    /// Always the best; among equals, evenly. What a ranking is worth by itself, without the share
    /// that any policy spends on exploring.
    Greedy,
    /// As this policy draws.
    Drawn(Policy),
}

impl Ranker {
    /// The model's name, or `popularity`.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Popularity(_) => "popularity",
            Self::Model(model) => model.id(),
        }
    }

    /// The score of each of the row's candidates.
    #[must_use]
    pub fn scores(&self, row: &Row) -> Vec<f32> {
        match self {
            Self::Popularity(popularity) => {
                let score = |offer: &crate::row::Offer| popularity.score(&offer.instrument);
                row.offers.iter().map(score).collect()
            }
            Self::Model(model) => {
                let scorer = model.scorer(&row.viewer, &row.context);
                row.offers
                    .iter()
                    .map(|offer| scorer.score(&offer.pieces))
                    .collect()
            }
        }
    }

    /// The log odds and the probability given to what was chosen.
    #[must_use]
    pub fn said(&self, row: &Row) -> (f32, f64) {
        match self {
            Self::Popularity(popularity) => {
                let score = popularity.score(&row.offers[row.chosen].instrument);
                (score, self.probability(score))
            }
            Self::Model(model) => {
                let score = model.score(&encode(model.schema(), &row.inputs()));
                (score, model.probability(score))
            }
        }
    }

    /// The probability a score stands for.
    #[must_use]
    pub fn probability(&self, score: f32) -> f64 {
        match self {
            Self::Popularity(_) => crate::metrics::sigmoid(f64::from(score)),
            Self::Model(model) => model.probability(score),
        }
    }
}

impl Choice {
    /// How likely each candidate is to be chosen by these scores.
    #[must_use]
    pub fn propensities(&self, scores: &[f32]) -> Vec<f64> {
        match self {
            Self::Drawn(policy) => {
                let mut out = Vec::with_capacity(scores.len());
                policy.propensities(scores, &mut out);
                out
            }
            Self::Greedy => {
                let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let first = scores.iter().filter(|score| **score == best).count().max(1);
                let share = |score: &f32| {
                    if *score == best {
                        1.0 / first as f64
                    } else {
                        0.0
                    }
                };
                scores.iter().map(share).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greedy_choice_splits_evenly_among_equals() {
        assert_eq!(
            Choice::Greedy.propensities(&[0.5, 1.0, 1.0]),
            [0.0, 0.5, 0.5]
        );
        assert_eq!(Choice::Greedy.propensities(&[2.0]), [1.0]);
    }
}
