//! What the gate says, with every number it rests on.

use serde::{Deserialize, Serialize};

use super::Rule;
use crate::metrics::Quality;
use crate::off_policy::Estimate;

/// One condition of the gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was asked.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// What was found.
    pub found: f64,
    /// The bound.
    pub bound: f64,
    /// The whole of it in words.
    pub says: String,
}

impl Check {
    fn new(name: &str, passed: bool, found: f64, words: &str, bound: f64) -> Self {
        let verb = if passed { "is" } else { "is not" };
        Self {
            name: name.to_owned(),
            passed,
            found,
            bound,
            says: format!("{name} {} {verb} {words} {}", short(found), short(bound)),
        }
    }

    pub(super) fn at_least(name: &str, found: f64, bound: f64) -> Self {
        Self::new(name, found >= bound, found, "at least", bound)
    }

    pub(super) fn above(name: &str, found: f64, bound: f64) -> Self {
        Self::new(name, found > bound, found, "above", bound)
    }

    pub(super) fn at_most(name: &str, found: f64, bound: f64) -> Self {
        Self::new(name, found <= bound, found, "at most", bound)
    }
}

fn short(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e12 {
        format!("{number:.0}")
    } else if number.abs() < 10.0 {
        format!("{number:.4}")
    } else {
        format!("{number:.1}")
    }
}

/// What the gate says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the challenger may take the champion's place.
    pub promote: bool,
    /// Why, in a sentence.
    pub why: String,
    /// Which question was answered.
    pub rule: Rule,
    /// The how-manieth look at this contest it was.
    pub look: u32,
    /// The one-sided confidence of the bounds.
    pub confidence: f64,
    /// What the policy that logged was worth.
    pub logged: Estimate,
    /// What the challenger's ranking is worth (doubly robust, greedy).
    pub challenger_value: Estimate,
    /// What the champion's is worth.
    pub champion_value: Estimate,
    /// The paired difference of the two.
    pub gain: Estimate,
    /// Its lower bound at that confidence.
    pub gain_low: f64,
    /// Its upper bound.
    pub gain_high: f64,
    /// How good the challenger's probabilities are.
    pub challenger: Quality,
    /// How good the champion's are.
    pub champion: Quality,
    /// How much less the challenger is surprised a row, in nats.
    pub log_loss_gain: Estimate,
    /// The calibration error that honest probabilities would show on so few rows.
    pub calibration_luck: f64,
    /// Every condition, met or not.
    pub checks: Vec<Check>,
}

impl Verdict {
    pub(super) fn sentence(&self) -> String {
        let gain = format!(
            "on {} held-out rows of {} viewers the challenger's choices are worth {:.4} and the champion's {:.4}, \
             a gain of {:+.4} between {:+.4} and {:+.4} at {} % confidence (look {})",
            self.gain.rows,
            self.gain.groups,
            self.challenger_value.value,
            self.champion_value.value,
            self.gain.value,
            self.gain_low,
            self.gain_high,
            percent(self.confidence),
            self.look
        );
        let failed: Vec<&str> = self
            .checks
            .iter()
            .filter(|check| !check.passed)
            .map(|check| check.says.as_str())
            .collect();
        match (self.rule, failed.is_empty()) {
            (Rule::Better, true) => format!("Promoted as better: {gain}."),
            (Rule::Refresh, true) => {
                format!("Promoted as the champion's own recipe with newer rows: {gain}.")
            }
            (_, false) => format!("Not promoted, because {}: {gain}.", failed.join(", and ")),
        }
    }
}

fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
