//! May a challenger take the champion's place? A verdict with every number and a sentence of why.

mod evidence;
mod normal;
mod verdict;

use serde::{Deserialize, Serialize};

pub use evidence::Evidence;
pub use verdict::{Check, Verdict};

use crate::metrics::{BINS, Judged, quality, reliability};
use crate::off_policy::{doubly_robust, logged, mean, paired_difference};

/// Why a gate was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum GateError {
    /// No chance of error, or a coin's.
    #[error("alpha must be above 0 and below 0.5, not {0}")]
    Alpha(f64),
    /// Nothing can be held out.
    #[error("blocks must be between 2 and 20, not {0}")]
    Blocks(u32),
    /// A bound that is no number of its kind.
    #[error("{0} must be a number of at least 0")]
    Bound(&'static str),
}

/// What the gate asks for, before its check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateParams {
    /// The chance that any look, ever, promotes what is no better. The `k`th look may spend
    /// `alpha / (k (k + 1))` of it, and all looks together spend no more than `alpha`.
    pub alpha: f64,
    /// Into how many blocks of time the rows are cut; each is judged by what learnt from those before it.
    pub blocks: u32,
    /// The fewest held-out rows.
    pub rows_min: u64,
    /// The fewest viewers they come from.
    pub groups_min: u64,
    /// The fewest engaged rows among them, and the fewest others.
    pub outcomes_min: u64,
    /// The fewest rows of the challenger's own that its value must rest on.
    pub effective_min: f64,
    /// The gain in engaged rate that is worth a change.
    pub gain_min: f64,
    /// How far probabilities may be from rates, beyond what luck explains.
    pub miscalibration_max: f64,
    /// When the champion is of the same recipe and only older: the fewest rows since it was trained.
    pub refresh_rows_min: u64,
}

impl Default for GateParams {
    /// At most one world in a hundred without tastes sees a promotion, however often it looks.
    fn default() -> Self {
        Self {
            alpha: 0.01,
            blocks: 6,
            rows_min: 400,
            groups_min: 30,
            outcomes_min: 30,
            effective_min: 30.0,
            gain_min: 0.002,
            miscalibration_max: 0.05,
            refresh_rows_min: 200,
        }
    }
}

impl GateParams {
    /// Checks the bounds.
    ///
    /// # Errors
    /// Says the bound that is broken.
    pub fn check(self) -> Result<Gate, GateError> {
        if !(self.alpha > 0.0 && self.alpha < 0.5) {
            return Err(GateError::Alpha(self.alpha));
        }
        if !(2..=20).contains(&self.blocks) {
            return Err(GateError::Blocks(self.blocks));
        }
        let bounds = [
            ("effective_min", self.effective_min),
            ("gain_min", self.gain_min),
            ("miscalibration_max", self.miscalibration_max),
        ];
        match bounds
            .into_iter()
            .find(|(_, bound)| !bound.is_finite() || *bound < 0.0)
        {
            Some((name, _)) => Err(GateError::Bound(name)),
            None => Ok(Gate { params: self }),
        }
    }
}

/// Which question the gate answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The challenger is of another sort: it must be shown to be better.
    Better,
    /// The champion's own recipe with newer rows: it must not be shown to be worse. The sort has passed
    /// already, and a model that is never refreshed grows stale.
    Refresh,
}

/// A checked gate.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gate {
    params: GateParams,
}

impl Gate {
    /// What the gate was made of.
    #[must_use]
    pub fn params(&self) -> GateParams {
        self.params
    }

    /// The chance of error that the `look`th look may spend; the first look is 1.
    #[must_use]
    pub fn alpha_at(&self, look: u32) -> f64 {
        let look = f64::from(look.max(1));
        self.params.alpha / (look * (look + 1.0))
    }

    /// Judges the evidence.
    #[must_use]
    pub fn judge(&self, evidence: &Evidence, rule: Rule, look: u32) -> Verdict {
        let confidence = match rule {
            Rule::Better => 1.0 - self.alpha_at(look),
            Rule::Refresh => 0.9,
        };
        let gain = paired_difference(&evidence.challenger, &evidence.champion);
        let z = normal::quantile(confidence);
        let (gain_low, gain_high) = gain.interval(z);
        let mut verdict = Verdict {
            promote: false,
            why: String::new(),
            rule,
            look,
            confidence,
            logged: logged(&evidence.challenger),
            challenger_value: doubly_robust(&evidence.challenger),
            champion_value: doubly_robust(&evidence.champion),
            gain,
            gain_low,
            gain_high,
            challenger: quality(&evidence.challenger_judged),
            champion: quality(&evidence.champion_judged),
            log_loss_gain: mean(&evidence.log_loss_gains),
            calibration_luck: luck(&evidence.challenger_judged),
            checks: Vec::new(),
        };
        verdict.checks = self.checks(&verdict, z);
        verdict.promote = verdict.checks.iter().all(|check| check.passed);
        verdict.why = verdict.sentence();
        verdict
    }

    fn checks(&self, verdict: &Verdict, z: f64) -> Vec<Check> {
        let params = self.params;
        let rows_min = match verdict.rule {
            Rule::Better => params.rows_min,
            Rule::Refresh => params.refresh_rows_min,
        };
        let engaged =
            (verdict.challenger.engaged_rate * verdict.challenger.rows as f64).round() as u64;
        let fewer = engaged.min(verdict.challenger.rows - engaged);
        let mut checks = vec![
            Check::at_least("rows", verdict.gain.rows as f64, rows_min as f64),
            Check::at_least(
                "viewers",
                verdict.gain.groups as f64,
                params.groups_min as f64,
            ),
        ];
        if verdict.rule == Rule::Better {
            checks.push(Check::at_least(
                "outcomes",
                fewer as f64,
                params.outcomes_min as f64,
            ));
            let effective = verdict.challenger_value.effective_rows;
            checks.push(Check::at_least(
                "effective rows",
                effective,
                params.effective_min,
            ));
        }
        let allowed = params.miscalibration_max + verdict.calibration_luck;
        checks.push(Check::at_most(
            "calibration",
            verdict.challenger.ece,
            allowed,
        ));
        match verdict.rule {
            Rule::Better => {
                let surprise = verdict.log_loss_gain.value;
                checks.push(Check::at_least("log loss gain", surprise, 0.0));
                checks.push(Check::above("gain, lower bound", verdict.gain_low, 0.0));
                checks.push(Check::at_least("gain", verdict.gain.value, params.gain_min));
            }
            Rule::Refresh => {
                let surprise = verdict.log_loss_gain.interval(z).1;
                checks.push(Check::at_least("log loss gain, upper bound", surprise, 0.0));
                checks.push(Check::at_least("gain, upper bound", verdict.gain_high, 0.0));
            }
        }
        checks
    }
}

/// The calibration error that honest probabilities would show on so few rows.
fn luck(judged: &[Judged]) -> f64 {
    let bins = reliability(judged);
    debug_assert_eq!(bins.len(), BINS);
    // The mean distance of a normal draw from its mean is sqrt(2 / pi) standard deviations.
    let spread =
        |rows: f64, said: f64| (std::f64::consts::FRAC_2_PI * rows * said * (1.0 - said)).sqrt();
    let of = bins
        .iter()
        .map(|bin| spread(bin.rows as f64, bin.said.clamp(0.0, 1.0)));
    of.sum::<f64>() / (judged.len() as f64).max(1.0)
}

#[cfg(test)]
mod tests;
