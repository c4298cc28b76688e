//! Logged rows as another ranking would have met them.

use super::Step;
use crate::ranker::{Choice, Ranker};
use crate::row::Row;

/// What `ranker` would have done on each row, choosing by `choice`; `outcome`, if there is one, says
/// what reward to expect, and must not have been trained on these rows. Rows whose candidates are no
/// longer all known are left out: the same rows whatever the ranker.
#[must_use]
pub fn replay(
    rows: &[&Row],
    ranker: &Ranker,
    choice: Choice,
    outcome: Option<&Ranker>,
) -> Vec<Step> {
    let replayable = rows.iter().filter(|row| row.is_replayable());
    let step = |row: &&Row| {
        let target = choice.propensities(&ranker.scores(row));
        let said: Vec<f64> = match outcome {
            Some(outcome) => {
                let scores = outcome.scores(row);
                scores
                    .into_iter()
                    .map(|score| outcome.probability(score))
                    .collect()
            }
            None => vec![0.0; target.len()],
        };
        Step {
            group: row.group,
            reward: f64::from(u8::from(row.engaged)),
            propensity: row.propensity(),
            target: target[row.chosen],
            said_chosen: said[row.chosen],
            said_target: target
                .iter()
                .zip(&said)
                .map(|(chance, said)| chance * said)
                .sum(),
        }
    };
    replayable.map(step).collect()
}
