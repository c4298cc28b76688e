//! Whether the viewers of an instrument's variants are as many as their weights say: where they are not, something but
//! chance chose who saw what, and no comparison of the variants can be trusted.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Below this chance the shares are taken as broken; small, for the check is made again and again.
const BROKEN: f64 = 0.001;

/// The check of the shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleRatio {
    /// Pearson's statistic.
    pub chi_squared: f64,
    /// How often chance alone would bring so much or more.
    pub p_value: f64,
}

impl SampleRatio {
    /// Of so many viewers by so much weight each; none with fewer than two variants, or before the first viewer.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts beyond 2^53 are not reached"
    )]
    pub fn of(counted: &[(u32, u64)]) -> Option<Self> {
        let weights: f64 = counted.iter().map(|(weight, _)| f64::from(*weight)).sum();
        let viewers: f64 = counted.iter().map(|(_, viewers)| *viewers as f64).sum();
        if counted.len() < 2 || viewers == 0.0 {
            return None;
        }
        let off = counted.iter().map(|(weight, found)| {
            let expected = viewers * f64::from(*weight) / weights;
            (*found as f64 - expected).powi(2) / expected
        });
        let chi_squared = off.sum();
        let freedom = (counted.len() - 1) as f64;
        let distribution = ChiSquared::new(freedom).ok()?;
        Some(Self {
            chi_squared,
            p_value: distribution.sf(chi_squared),
        })
    }

    /// Whether the shares are broken.
    #[must_use]
    pub fn is_mismatch(self) -> bool {
        self.p_value < BROKEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_come_out() {
        // The 95th and 99.9th percentiles of chi-squared with one degree of freedom are 3.841 and 10.828.
        let of = |a, b| SampleRatio::of(&[(1, a), (1, b)]).expect("a check");
        let just = of(5_098, 4_902);
        assert!((just.chi_squared - 3.8416).abs() < 1e-9, "{just:?}");
        assert!((just.p_value - 0.05).abs() < 1e-4, "{just:?}");
        assert!(!just.is_mismatch());
        assert!(of(5_170, 4_830).is_mismatch());
        assert!(!of(5_160, 4_840).is_mismatch());
    }

    #[test]
    fn weights_say_what_is_expected() {
        let fair = SampleRatio::of(&[(100, 250), (300, 750)]).expect("a check");
        assert_eq!((fair.chi_squared, fair.is_mismatch()), (0.0, false));
        assert!(
            SampleRatio::of(&[(100, 500), (300, 500)])
                .expect("a check")
                .is_mismatch()
        );
    }

    #[test]
    fn there_is_nothing_to_check_without_two_variants_and_a_viewer() {
        assert_eq!(SampleRatio::of(&[(1, 5)]), None);
        assert_eq!(SampleRatio::of(&[(1, 0), (1, 0)]), None);
    }
}
