//! The Wilson interval of a rate: honest for few trials and near 0 and 1, where the textbook one leaves 0..1.

/// The 97.5th percentile of the normal distribution: 95 % lie within.
const Z: f64 = 1.959_963_984_540_054;

/// A rate and the ends of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Successes by trials.
    pub rate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The rate of `successes` among `trials`; `None` before the first trial.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts beyond 2^53 are not reached, and a rate would not show them"
)]
pub fn rate(successes: u64, trials: u64) -> Option<Rate> {
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    // Nothing counts as engaged that was not drawn, but a reader of this must not depend on it.
    let rate = successes.min(trials) as f64 / n;
    let z2 = Z * Z;
    let centre = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    Some(Rate {
        rate,
        // At 0 and 1 an end is the rate itself, which rounding misses by a hair.
        low: (centre - half).clamp(0.0, rate),
        high: (centre + half).clamp(rate, 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(successes: u64, trials: u64, low: f64, high: f64) {
        let found = rate(successes, trials).expect("there were trials");
        assert!(
            (found.low - low).abs() < 5e-5,
            "{found:?}, wanted low {low}"
        );
        assert!(
            (found.high - high).abs() < 5e-5,
            "{found:?}, wanted high {high}"
        );
    }

    #[test]
    fn known_intervals_come_out() {
        // Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
        holds(81, 263, 0.2553, 0.3662);
        holds(15, 148, 0.0624, 0.1605);
        holds(0, 20, 0.0, 0.1611);
        holds(1, 29, 0.0061, 0.1718);
    }

    #[test]
    fn there_is_no_rate_before_the_first_trial() {
        assert_eq!(rate(0, 0), None);
    }

    #[test]
    fn the_interval_holds_the_rate_and_stays_between_0_and_1() {
        for trials in 1..200 {
            for successes in 0..=trials {
                let Rate { rate, low, high } = rate(successes, trials).expect("there were trials");
                assert!(
                    0.0 <= low && low <= rate && rate <= high && high <= 1.0,
                    "{successes} of {trials}"
                );
            }
        }
    }

    #[test]
    fn more_trials_of_the_same_rate_narrow_the_interval() {
        let width = |trials| {
            rate(trials / 4, trials)
                .map(|r| r.high - r.low)
                .expect("trials")
        };
        assert!(width(40) > width(400) && width(400) > width(4_000));
    }

    #[test]
    fn more_successes_than_trials_count_as_all() {
        assert_eq!(rate(5, 3), rate(3, 3));
    }
}
