//! What the gate judges by: held-out rows as both contenders would have met them.

use crate::metrics::{Judged, log_loss};
use crate::model::Calibration;
use crate::off_policy::{Step, replay};
use crate::ranker::{Choice, Ranker};
use crate::row::Row;

/// Held-out rows as both contenders would have met them. Parts that were held out from different
/// training runs are added one after another.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub(super) challenger: Vec<Step>,
    pub(super) champion: Vec<Step>,
    pub(super) challenger_judged: Vec<Judged>,
    pub(super) champion_judged: Vec<Judged>,
    pub(super) log_loss_gains: Vec<(u64, f64)>,
}

impl Evidence {
    /// Adds rows that neither contender was trained on. Both are replayed as greedy: the share of
    /// exploring is the policy's, and the same for both. `calibration` stands in for the challenger's
    /// own where that does not exist yet.
    pub fn add(
        &mut self,
        rows: &[&Row],
        challenger: &Ranker,
        champion: &Ranker,
        calibration: Option<&Calibration>,
    ) {
        let outcome = Some(challenger);
        self.challenger
            .extend(replay(rows, challenger, Choice::Greedy, outcome));
        self.champion
            .extend(replay(rows, champion, Choice::Greedy, outcome));
        for row in rows.iter().filter(|row| row.is_replayable()) {
            let (score, own) = challenger.said(row);
            let said =
                calibration.map_or(own, |calibration| calibration.probability(f64::from(score)));
            let before = champion.said(row).1;
            self.challenger_judged.push(Judged {
                probability: said,
                engaged: row.engaged,
            });
            self.champion_judged.push(Judged {
                probability: before,
                engaged: row.engaged,
            });
            let gain = log_loss(before, row.engaged) - log_loss(said, row.engaged);
            self.log_loss_gains.push((row.group, gain));
        }
    }

    /// What the challenger said of the held-out rows, and what happened: for diagrams.
    #[must_use]
    pub fn challenger_judged(&self) -> &[Judged] {
        &self.challenger_judged
    }

    /// The same of the champion.
    #[must_use]
    pub fn champion_judged(&self) -> &[Judged] {
        &self.champion_judged
    }

    /// The rows as the challenger would have met them.
    #[must_use]
    pub fn challenger_steps(&self) -> &[Step] {
        &self.challenger
    }

    /// The rows as the champion would have met them.
    #[must_use]
    pub fn champion_steps(&self) -> &[Step] {
        &self.champion
    }
}
