//! What another policy would have been worth, read from logs of the one that ran.

mod replay;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use replay::replay;

/// One logged choice, seen by a policy that did not make it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Whose choice it was: choices of one viewer hang together.
    pub group: u64,
    /// What came of it.
    pub reward: f64,
    /// How likely the logging policy was to choose what it chose.
    pub propensity: f64,
    /// How likely the judged policy is to choose the same.
    pub target: f64,
    /// The reward that a model expects of what was chosen; 0 where there is no model.
    pub said_chosen: f64,
    /// The reward that the model expects of the judged policy here; 0 where there is no model.
    pub said_target: f64,
}

impl Step {
    /// How many logged choices this one stands for.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.target / self.propensity
    }
}

/// A mean with what is known of its error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its standard error; rows of one group count as one draw. 0 where there are fewer than two.
    pub standard_error: f64,
    /// How many rows it is of.
    pub rows: u64,
    /// Of how many groups they are.
    pub groups: u64,
    /// How many rows of the judged policy itself would say as much. Far below `rows`: the policies
    /// have little in common.
    pub effective_rows: f64,
    /// The largest weight of a row.
    pub largest_weight: f64,
}

impl Estimate {
    /// The bounds `z` standard errors away.
    #[must_use]
    pub fn interval(&self, z: f64) -> (f64, f64) {
        let reach = z * self.standard_error;
        (self.value - reach, self.value + reach)
    }
}

/// The mean logged reward: what the logging policy was worth.
#[must_use]
pub fn logged(steps: &[Step]) -> Estimate {
    estimate(steps, |_| 1.0, |step| step.reward)
}

/// Inverse propensity scoring: unbiased, and wide where the policies differ.
#[must_use]
pub fn ips(steps: &[Step]) -> Estimate {
    estimate(steps, Step::weight, |step| step.weight() * step.reward)
}

/// Self-normalised inverse propensity scoring: a little biased, and narrower. 0 where the judged
/// policy would never have chosen what was logged.
#[must_use]
pub fn self_normalised(steps: &[Step]) -> Estimate {
    let total: f64 = steps.iter().map(Step::weight).sum();
    if total == 0.0 {
        return Estimate {
            value: 0.0,
            standard_error: 0.0,
            ..ips(steps)
        };
    }
    let value = steps
        .iter()
        .map(|step| step.weight() * step.reward)
        .sum::<f64>()
        / total;
    let scale = steps.len() as f64 / total;
    // The error of a ratio: that of what each row moves it by.
    let moved = estimate(steps, Step::weight, |step| {
        scale * step.weight() * (step.reward - value)
    });
    Estimate { value, ..moved }
}

/// Doubly robust: a model's expectation, corrected by what its error was on the logged choices.
/// Right if either the propensities or the model are, and narrow if the model is good.
#[must_use]
pub fn doubly_robust(steps: &[Step]) -> Estimate {
    estimate(steps, Step::weight, corrected)
}

/// The doubly robust difference of two policies over the same rows, in the same order: what they share
/// in luck falls out.
#[must_use]
pub fn paired_difference(challenger: &[Step], champion: &[Step]) -> Estimate {
    let differences: Vec<(u64, f64)> = challenger
        .iter()
        .zip(champion)
        .map(|(left, right)| (left.group, corrected(left) - corrected(right)))
        .collect();
    Estimate {
        // Rows on which both choose alike say nothing of the difference.
        effective_rows: effective(
            challenger
                .iter()
                .zip(champion)
                .map(|(l, r)| l.weight() - r.weight()),
        ),
        largest_weight: largest(challenger.iter().map(Step::weight)),
        ..mean(&differences)
    }
}

/// The mean of numbers, with the error of their groups.
#[must_use]
pub fn mean(values: &[(u64, f64)]) -> Estimate {
    let rows = values.len() as f64;
    if values.is_empty() {
        return Estimate::default();
    }
    let value = values.iter().map(|(_, value)| value).sum::<f64>() / rows;
    let mut by_group: BTreeMap<u64, f64> = BTreeMap::new();
    for (group, of) in values {
        *by_group.entry(*group).or_default() += of - value;
    }
    let groups = by_group.len() as f64;
    let squares: f64 = by_group.values().map(|sum| sum * sum).sum();
    let standard_error = if by_group.len() < 2 {
        0.0
    } else {
        (squares * groups / (groups - 1.0)).sqrt() / rows
    };
    Estimate {
        value,
        standard_error,
        rows: values.len() as u64,
        groups: by_group.len() as u64,
        effective_rows: rows,
        largest_weight: 1.0,
    }
}

fn corrected(step: &Step) -> f64 {
    step.said_target + step.weight() * (step.reward - step.said_chosen)
}

fn estimate(
    steps: &[Step],
    weight: impl Fn(&Step) -> f64,
    value: impl Fn(&Step) -> f64,
) -> Estimate {
    let values: Vec<(u64, f64)> = steps.iter().map(|step| (step.group, value(step))).collect();
    Estimate {
        effective_rows: effective(steps.iter().map(&weight)),
        largest_weight: largest(steps.iter().map(&weight)),
        ..mean(&values)
    }
}

fn effective(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), weight| {
        (sum + weight.abs(), squares + weight * weight)
    });
    if squares == 0.0 {
        0.0
    } else {
        sum * sum / squares
    }
}

fn largest(weights: impl Iterator<Item = f64>) -> f64 {
    weights.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
