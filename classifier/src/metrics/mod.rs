//! How good probabilities are: log loss, Brier, AUC, calibration error, beside a plain baseline.

use serde::{Deserialize, Serialize};

/// One judged row: what was said, and what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The probability that was said.
    pub probability: f64,
    /// Whether the viewer engaged.
    pub engaged: bool,
}

/// The quality of a set of judged rows. All zeros of no rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// How many rows.
    pub rows: u64,
    /// The rate that engaged.
    pub engaged_rate: f64,
    /// The mean of what was said.
    pub mean_probability: f64,
    /// Mean log loss, in nats.
    pub log_loss: f64,
    /// The log loss of saying the rows' own mean to everyone.
    pub base_log_loss: f64,
    /// Mean squared error.
    pub brier: f64,
    /// The squared error of saying the rows' own mean to everyone.
    pub base_brier: f64,
    /// The chance that an engaged row was said more likely than another; ties count half. Half, if all
    /// rows went the same way.
    pub auc: f64,
    /// The mean distance of probability and rate over 20 even bins, weighted by rows.
    pub ece: f64,
}

/// A bar of the reliability diagram.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Rows in it.
    pub rows: u64,
    /// Mean probability said.
    pub said: f64,
    /// Rate that engaged.
    pub seen: f64,
}

/// A point of the ROC curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RocPoint {
    /// The share of the others at or above the threshold.
    pub false_positive: f64,
    /// The share of the engaged at or above the threshold.
    pub true_positive: f64,
}

/// How many bins the calibration error and the reliability diagram have.
pub const BINS: usize = 20;

/// The probability of log odds, without overflow at either end.
#[must_use]
pub fn sigmoid(score: f64) -> f64 {
    if score >= 0.0 {
        1.0 / (1.0 + (-score).exp())
    } else {
        let power = score.exp();
        power / (1.0 + power)
    }
}

/// The log loss of one row. A probability of 0 or 1 is held a hair inside, so that one row cannot
/// make the mean infinite.
#[must_use]
pub fn log_loss(probability: f64, engaged: bool) -> f64 {
    let probability = probability.clamp(1e-15, 1.0 - 1e-15);
    -(if engaged {
        probability
    } else {
        1.0 - probability
    })
    .ln()
}

/// Measures the judged rows.
#[must_use]
pub fn quality(judged: &[Judged]) -> Quality {
    if judged.is_empty() {
        return Quality::default();
    }
    let rows = judged.len() as f64;
    let mean = |of: &dyn Fn(&Judged) -> f64| judged.iter().map(of).sum::<f64>() / rows;
    let outcome = |row: &Judged| f64::from(u8::from(row.engaged));
    let rate = mean(&outcome);
    let bins = reliability(judged);
    Quality {
        rows: judged.len() as u64,
        engaged_rate: rate,
        mean_probability: mean(&|row| row.probability),
        log_loss: mean(&|row| log_loss(row.probability, row.engaged)),
        base_log_loss: mean(&|row| log_loss(rate, row.engaged)),
        brier: mean(&|row| (row.probability - outcome(row)).powi(2)),
        base_brier: rate * (1.0 - rate),
        auc: auc(judged),
        ece: bins
            .iter()
            .map(|bin| bin.rows as f64 * (bin.said - bin.seen).abs())
            .sum::<f64>()
            / rows,
    }
}

/// The reliability diagram: 20 even bins of what was said, empty ones included.
#[must_use]
pub fn reliability(judged: &[Judged]) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); BINS];
    for row in judged {
        // Casting holds NaN at 0 and the rest inside.
        let bin = &mut bins[((row.probability * BINS as f64) as usize).min(BINS - 1)];
        bin.rows += 1;
        bin.said += row.probability;
        bin.seen += f64::from(u8::from(row.engaged));
    }
    for bin in bins.iter_mut().filter(|bin| bin.rows > 0) {
        bin.said /= bin.rows as f64;
        bin.seen /= bin.rows as f64;
    }
    bins
}

/// The chance that an engaged row was said more likely than another; ties count half.
#[must_use]
pub fn auc(judged: &[Judged]) -> f64 {
    let curve = roc(judged);
    let area = |pair: &[RocPoint]| {
        let width = pair[1].false_positive - pair[0].false_positive;
        width * (pair[0].true_positive + pair[1].true_positive) / 2.0
    };
    if curve.is_empty() {
        0.5
    } else {
        curve.windows(2).map(area).sum()
    }
}

/// The ROC curve from (0, 0) to (1, 1), one point a distinct probability: rows that were said the same
/// enter together, which is what makes ties count half. Empty, if all rows went the same way.
#[must_use]
pub fn roc(judged: &[Judged]) -> Vec<RocPoint> {
    let engaged = judged.iter().filter(|row| row.engaged).count() as f64;
    let others = judged.len() as f64 - engaged;
    if engaged == 0.0 || others == 0.0 {
        return Vec::new();
    }
    let mut sorted = judged.to_vec();
    sorted.sort_by(|left, right| right.probability.total_cmp(&left.probability));
    let (mut hits, mut misses) = (0.0, 0.0);
    let mut curve = vec![RocPoint {
        false_positive: 0.0,
        true_positive: 0.0,
    }];
    for same in sorted.chunk_by(|left, right| left.probability == right.probability) {
        let engaged_here = same.iter().filter(|row| row.engaged).count() as f64;
        hits += engaged_here;
        misses += same.len() as f64 - engaged_here;
        curve.push(RocPoint {
            false_positive: misses / others,
            true_positive: hits / engaged,
        });
    }
    curve
}

#[cfg(test)]
mod tests;
