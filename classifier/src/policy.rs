//! From scores to a choice: softmax above an epsilon floor, with exact propensities.

use serde::{Deserialize, Serialize};

use crate::draw::{mix, uniform};

/// Why a policy was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// No share, or one that is not between 0 and 1.
    #[error("epsilon must be between 0 and 1, not {0}")]
    Epsilon(f64),
    /// A temperature that no softmax has.
    #[error("temperature must be between 0.001 and 1000, not {0}")]
    Temperature(f64),
}

/// A policy before its check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyParams {
    /// The share of choices made blindly, evenly over the candidates: what keeps learning honest.
    pub epsilon: f64,
    /// How far scores may differ and both still be chosen: log odds are divided by it.
    pub temperature: f64,
}

impl Default for PolicyParams {
    /// For a model that has passed the gate, measured on the simulated world (see the README): a tenth
    /// blind, and odds taken to the power 3.3.
    fn default() -> Self {
        Self {
            epsilon: 0.1,
            temperature: 0.3,
        }
    }
}

impl PolicyParams {
    /// For popularity, before there is a model: chances in step with the odds. What is rarely shown
    /// teaches nothing, and the gate needs rows of every instrument with every sort of viewer.
    #[must_use]
    pub fn exploring() -> Self {
        Self {
            epsilon: 0.1,
            temperature: 1.0,
        }
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// Says the bound that is broken.
    pub fn check(self) -> Result<Policy, PolicyError> {
        if !(0.0..=1.0).contains(&self.epsilon) {
            return Err(PolicyError::Epsilon(self.epsilon));
        }
        if !(0.001..=1000.0).contains(&self.temperature) {
            return Err(PolicyError::Temperature(self.temperature));
        }
        Ok(Policy { params: self })
    }
}

/// A checked policy.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Policy {
    params: PolicyParams,
}

/// One slot's choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// Which candidate, as it stood in the scores.
    pub index: usize,
    /// How likely this choice was, given the slots before it.
    pub propensity: f64,
}

impl Policy {
    /// What the policy was made of.
    #[must_use]
    pub fn params(&self) -> PolicyParams {
        self.params
    }

    /// The policy's name in receipts and rows, as `softmax-e0.1-t0.3`.
    #[must_use]
    pub fn id(&self) -> String {
        format!(
            "softmax-e{}-t{}",
            self.params.epsilon, self.params.temperature
        )
    }

    /// How likely each candidate is to be chosen. The sum is 1; each is at least `epsilon / n`.
    /// A score that is not a number counts as the worst.
    pub fn propensities(&self, scores: &[f32], out: &mut Vec<f64>) {
        out.clear();
        let worth = |score: f32| {
            if score.is_nan() {
                f64::NEG_INFINITY
            } else {
                f64::from(score)
            }
        };
        let best = scores
            .iter()
            .copied()
            .map(worth)
            .fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for score in scores {
            // Equal infinities differ by NaN; they are equally good.
            let below = worth(*score) - best;
            let weight = if below.is_nan() {
                1.0
            } else {
                (below / self.params.temperature).exp()
            };
            sum += weight;
            out.push(weight);
        }
        let floor = self.params.epsilon / scores.len().max(1) as f64;
        for weight in out {
            *weight = floor + (1.0 - self.params.epsilon) * (*weight / sum);
        }
    }

    /// Chooses one candidate. `scratch` then holds every candidate's propensity. Nothing is allocated
    /// once `scratch` has grown. `None`: there was no candidate.
    pub fn draw_one(&self, scores: &[f32], seed: u64, scratch: &mut Vec<f64>) -> Option<Drawn> {
        self.propensities(scores, scratch);
        pick(scratch, uniform(seed, 0))
    }

    /// Chooses up to `slots` candidates, one after another, none twice. Each one's propensity is that
    /// of its slot, given those before it.
    #[must_use]
    pub fn draw(&self, scores: &[f32], slots: usize, seed: u64) -> Vec<Drawn> {
        let mut left: Vec<usize> = (0..scores.len()).collect();
        let mut left_scores = scores.to_vec();
        let mut propensities = Vec::with_capacity(scores.len());
        let mut drawn = Vec::with_capacity(slots.min(scores.len()));
        for slot in 0..slots.min(scores.len()) {
            self.propensities(&left_scores, &mut propensities);
            let Some(choice) = pick(&propensities, uniform(seed, slot as u64)) else {
                break;
            };
            drawn.push(Drawn {
                index: left.remove(choice.index),
                propensity: choice.propensity,
            });
            left_scores.remove(choice.index);
        }
        drawn
    }
}

/// The seed of a decision from what it hangs on, so that the same viewer and cue get the same answer.
#[must_use]
pub fn seed_of(parts: &[u64]) -> u64 {
    parts
        .iter()
        .fold(parts.len() as u64, |state, part| mix(state, *part))
}

fn pick(propensities: &[f64], at: f64) -> Option<Drawn> {
    let mut below = 0.0;
    // Rounding may leave the sum a hair under 1: the last that has any chance takes the rest.
    let mut last = None;
    for (index, propensity) in propensities.iter().copied().enumerate() {
        if propensity > 0.0 {
            last = Some(Drawn { index, propensity });
            below += propensity;
            if at < below {
                break;
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(epsilon: f64, temperature: f64) -> Policy {
        PolicyParams {
            epsilon,
            temperature,
        }
        .check()
        .unwrap()
    }

    fn propensities(policy: Policy, scores: &[f32]) -> Vec<f64> {
        let mut out = vec![9.0];
        policy.propensities(scores, &mut out);
        out
    }

    #[test]
    fn the_floor_and_the_softmax_are_exact() {
        let got = propensities(policy(0.2, 1.0), &[2.0_f32.ln(), 0.0, 0.0]);
        for (got, want) in got
            .iter()
            .zip([0.2 / 3.0 + 0.8 * 0.5, 0.2 / 3.0 + 0.2, 0.2 / 3.0 + 0.2])
        {
            assert!((got - want).abs() < 1e-7, "{got} is not {want}");
        }
    }

    #[test]
    fn a_lower_temperature_follows_the_score_more() {
        let scores = [0.0, 1.0];
        assert!(propensities(policy(0.0, 0.1), &scores)[1] > 0.9999);
        assert!(propensities(policy(0.0, 1000.0), &scores)[1] < 0.5004);
    }

    #[test]
    fn draws_come_as_often_as_their_propensity_says() {
        let policy = policy(0.1, 0.5);
        let scores = [0.3, -0.2, 0.9, 0.0];
        let want = propensities(policy, &scores);
        let mut counts = [0.0; 4];
        for seed in 0..40_000 {
            let drawn = policy.draw_one(&scores, seed, &mut Vec::new()).unwrap();
            assert_eq!(drawn.propensity, want[drawn.index]);
            counts[drawn.index] += 1.0;
        }
        for (count, want) in counts.iter().zip(&want) {
            let error = (want * (1.0 - want) / 40_000.0).sqrt();
            assert!(
                (count / 40_000.0 - want).abs() < 4.5 * error,
                "{counts:?} {want:?}"
            );
        }
    }

    #[test]
    fn a_second_slot_is_conditional_on_the_first() {
        let policy = policy(0.1, 0.5);
        let scores = [0.3, -0.2, 0.9];
        for seed in 0..200 {
            let drawn = policy.draw(&scores, 3, seed);
            assert_eq!(drawn.len(), 3);
            let rest: Vec<usize> = (0..3).filter(|index| *index != drawn[0].index).collect();
            let left: Vec<f32> = rest.iter().map(|index| scores[*index]).collect();
            let want = propensities(policy, &left);
            let at = rest
                .iter()
                .position(|index| *index == drawn[1].index)
                .unwrap();
            assert_eq!(drawn[1].propensity, want[at]);
            assert_eq!(drawn[2].propensity, 1.0);
            assert_eq!(
                Some(drawn[0]),
                policy.draw_one(&scores, seed, &mut Vec::new())
            );
        }
    }

    #[test]
    fn no_candidate_gives_no_choice_and_more_slots_than_candidates_give_all() {
        let policy = Policy::default();
        assert_eq!(policy.draw_one(&[], 1, &mut Vec::new()), None);
        assert!(policy.draw(&[], 3, 1).is_empty());
        assert_eq!(policy.draw(&[0.0, 1.0], 9, 1).len(), 2);
    }

    #[test]
    fn broken_policies_are_refused() {
        let check = |epsilon, temperature| {
            PolicyParams {
                epsilon,
                temperature,
            }
            .check()
        };
        assert_eq!(check(1.1, 1.0), Err(PolicyError::Epsilon(1.1)));
        assert!(check(f64::NAN, 1.0).is_err());
        assert_eq!(check(0.1, 0.0), Err(PolicyError::Temperature(0.0)));
        assert!(check(0.1, f64::INFINITY).is_err());
    }

    proptest! {
        #[test]
        fn propensities_sum_to_one_and_hold_the_floor(
            scores in proptest::collection::vec(
                prop_oneof![-1e9_f32..1e9, Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY)], 1..40),
            epsilon in 0.0..1.0_f64, temperature in 0.001..1000.0_f64,
        ) {
            let got = propensities(policy(epsilon, temperature), &scores);
            prop_assert!((got.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", got);
            let floor = epsilon / scores.len() as f64;
            prop_assert!(got.iter().all(|p| *p >= floor - 1e-15));
        }

        #[test]
        fn the_same_seed_gives_the_same_choice(scores in proptest::collection::vec(-3_f32..3.0, 1..9), seed: u64) {
            let policy = Policy::default();
            prop_assert_eq!(policy.draw(&scores, 3, seed), policy.draw(&scores, 3, seed));
        }
    }
}
