//! From scores to probabilities that mean what they say: pool adjacent violators.

use serde::{Deserialize, Serialize};

use crate::metrics::sigmoid;

/// A rising line through points (score, probability). Empty: the sigmoid of the score as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(f64, f64)>", into = "Vec<(f64, f64)>")]
pub struct Calibration {
    points: Vec<(f64, f64)>,
}

/// Fewer rows than this in a block, and its rate is mostly luck.
const BLOCK_MIN: f64 = 25.0;

impl Calibration {
    /// Fits the rates of scored rows, which must not be those that the model was trained on.
    ///
    /// Rows are pooled by score until no block's rate lies below that of the block before it; each
    /// block is shrunk a little to what the model said, so that no probability becomes 0 or 1. With
    /// fewer than two blocks left there is nothing to correct by, and the sigmoid stays.
    #[must_use]
    pub fn fit(scored: &[(f64, bool)]) -> Self {
        let mut rows: Vec<(f64, bool)> = scored
            .iter()
            .copied()
            .filter(|row| row.0.is_finite())
            .collect();
        rows.sort_by(|left, right| left.0.total_cmp(&right.0));
        let mut blocks: Vec<Block> = Vec::new();
        for same in rows.chunk_by(|left, right| left.0 == right.0) {
            blocks.push(Block::of(same));
            while let [.., left, right] = blocks.as_slice() {
                // A thin block joins its neighbour too: it would only repeat one row's luck.
                if left.rate() < right.rate() && left.rows >= BLOCK_MIN {
                    break;
                }
                let joined = left.join(right);
                blocks.truncate(blocks.len() - 2);
                blocks.push(joined);
            }
        }
        while let [.., left, right] = blocks.as_slice() {
            if right.rows >= BLOCK_MIN {
                break;
            }
            let joined = left.join(right);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
        if blocks.len() < 2 {
            return Self::default();
        }
        let points = blocks.iter().map(|block| (block.score(), block.rate()));
        Self::try_from(points.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// The probability of a score: on the line between two points; beyond the ends, the sigmoid moved
    /// to meet the end's point, so that the order of scores is never lost.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        let after = self.points.partition_point(|point| point.0 <= score);
        let moved = |point: (f64, f64)| sigmoid(score - point.0 + logit(point.1));
        match (
            after.checked_sub(1).map(|at| self.points[at]),
            self.points.get(after),
        ) {
            (None, None) => sigmoid(score),
            (None, Some(first)) => moved(*first),
            (Some(last), None) => moved(last),
            (Some(left), Some(right)) => {
                let share = (score - left.0) / (right.0 - left.0);
                left.1 + share * (right.1 - left.1)
            }
        }
    }

    /// The points of the line, ascending in both.
    #[must_use]
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }
}

/// Why points are no calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a calibration's points ascend in score and do not fall in probability, which lies between 0 and 1"
)]
pub struct CalibrationError;

impl TryFrom<Vec<(f64, f64)>> for Calibration {
    type Error = CalibrationError;

    fn try_from(points: Vec<(f64, f64)>) -> Result<Self, Self::Error> {
        let valid = |point: &(f64, f64)| point.0.is_finite() && point.1 > 0.0 && point.1 < 1.0;
        let rising = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1;
        if points.iter().all(valid) && points.windows(2).all(rising) {
            Ok(Self { points })
        } else {
            Err(CalibrationError)
        }
    }
}

impl From<Calibration> for Vec<(f64, f64)> {
    fn from(calibration: Calibration) -> Self {
        calibration.points
    }
}

fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

#[derive(Debug, Clone, Copy)]
struct Block {
    rows: f64,
    engaged: f64,
    score_sum: f64,
    said_sum: f64,
}

impl Block {
    fn of(rows: &[(f64, bool)]) -> Self {
        Self {
            rows: rows.len() as f64,
            engaged: rows.iter().filter(|row| row.1).count() as f64,
            score_sum: rows.iter().map(|row| row.0).sum(),
            said_sum: rows.iter().map(|row| sigmoid(row.0)).sum(),
        }
    }

    fn join(&self, other: &Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            engaged: self.engaged + other.engaged,
            score_sum: self.score_sum + other.score_sum,
            said_sum: self.said_sum + other.said_sum,
        }
    }

    fn score(&self) -> f64 {
        self.score_sum / self.rows
    }

    /// The rate with one more row, that went as the model said. Pooling compares this, and not the
    /// plain rate, so that the points it leaves are in order.
    fn rate(&self) -> f64 {
        let said = self.said_sum / self.rows;
        ((self.engaged + said) / (self.rows + 1.0)).clamp(1e-6, 1.0 - 1e-6)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::draw::uniform;

    /// Rows whose true log odds are half of the score.
    fn overconfident() -> Vec<(f64, bool)> {
        let row = |step: u64| {
            let score = uniform(3, step) * 8.0 - 4.0;
            (score, uniform(4, step) < sigmoid(score / 2.0))
        };
        (0..20_000).map(row).collect()
    }

    #[test]
    fn an_overconfident_model_is_brought_back() {
        let calibration = Calibration::fit(&overconfident());
        for score in [-3.0, -1.0, 0.5, 2.5] {
            let got = calibration.probability(score);
            assert!((got - sigmoid(score / 2.0)).abs() < 0.03, "{score}: {got}");
        }
    }

    #[test]
    fn a_block_holds_the_mean_of_what_violated() {
        let mut rows = vec![(-1.0, false); 100];
        rows.extend(vec![(0.0, true); 60]);
        rows.extend(vec![(1.0, false); 40]);
        rows.extend(vec![(2.0, true); 100]);
        let points = Calibration::fit(&rows).points;
        assert_eq!(points.len(), 3);
        assert!((points[1].0 - 0.4).abs() < 1e-12);
        assert!((points[1].1 - 0.6).abs() < 0.01);
    }

    #[test]
    fn too_little_to_go_by_leaves_the_sigmoid() {
        for rows in [
            vec![],
            vec![(0.3, true); 50],
            vec![(0.1, true), (0.2, false)],
        ] {
            let calibration = Calibration::fit(&rows);
            assert!((calibration.probability(0.7) - sigmoid(0.7)).abs() < 1e-12);
        }
    }

    #[test]
    fn falling_or_impossible_points_are_refused() {
        for points in [
            vec![(0.0, 0.5), (0.0, 0.6)],
            vec![(0.0, 0.5), (1.0, 0.4)],
            vec![(0.0, 1.0)],
            vec![(f64::NAN, 0.5)],
            vec![(0.0, f64::NAN)],
        ] {
            assert!(Calibration::try_from(points.clone()).is_err(), "{points:?}");
        }
    }

    proptest! {
        #[test]
        fn probabilities_never_fall_as_scores_rise(
            rows in proptest::collection::vec((-5.0..5.0_f64, any::<bool>()), 0..400),
            mut probes in proptest::collection::vec(-9.0..9.0_f64, 2..40),
        ) {
            let calibration = Calibration::fit(&rows);
            probes.sort_by(f64::total_cmp);
            let said: Vec<f64> = probes.iter().map(|score| calibration.probability(*score)).collect();
            prop_assert!(said.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12), "{:?}", said);
            prop_assert!(said.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
