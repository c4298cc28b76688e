//! What was found, in words for the terminal and as one self-contained page.

mod charts;
mod page;

use anyhow::Result;
use beckon_classifier::gate::{Evidence, Verdict};
use beckon_classifier::model::Model;
use beckon_classifier::off_policy::{Estimate, doubly_robust, ips, logged, self_normalised};

/// What a report is made of.
pub(crate) struct Report<'a> {
    pub(crate) title: &'a str,
    pub(crate) model: &'a Model,
    pub(crate) against: &'a str,
    pub(crate) verdict: &'a Verdict,
    pub(crate) evidence: &'a Evidence,
}

impl Report<'_> {
    /// The values by each estimator, with what they are of.
    pub(crate) fn values(&self) -> Vec<(&'static str, &'static str, Estimate)> {
        let (challenger, champion) = (
            self.evidence.challenger_steps(),
            self.evidence.champion_steps(),
        );
        vec![
            ("Challenger", "doubly robust", doubly_robust(challenger)),
            ("Challenger", "self-normalised", self_normalised(challenger)),
            ("Challenger", "inverse propensity", ips(challenger)),
            ("Champion", "doubly robust", doubly_robust(champion)),
            ("Champion", "self-normalised", self_normalised(champion)),
            ("As logged", "mean", logged(challenger)),
        ]
    }

    /// The page.
    pub(crate) fn html(&self) -> String {
        page::html(self)
    }
}

/// Says the verdict on standard output.
pub(crate) fn say(report: &Report<'_>, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(report.verdict)?);
        return Ok(());
    }
    let facts = report.model.facts();
    println!("model       {}", report.model.id());
    println!("against     {}", report.against);
    println!("learnt from {} rows, {} engaged", facts.rows, facts.engaged);
    println!(
        "features    {} different, {:.2} % share a slot, {} weights",
        facts.distinct_features,
        facts.collisions * 100.0,
        report.model.nonzero()
    );
    let (own, other) = (&report.verdict.challenger, &report.verdict.champion);
    println!(
        "held out    {} rows, {:.2} % engaged",
        own.rows,
        own.engaged_rate * 100.0
    );
    println!(
        "log loss    {:.4} (champion {:.4}, the mean to everyone {:.4})",
        own.log_loss, other.log_loss, own.base_log_loss
    );
    println!("AUC         {:.4} (champion {:.4})", own.auc, other.auc);
    println!(
        "ECE         {:.4} (luck alone {:.4})",
        own.ece, report.verdict.calibration_luck
    );
    for (who, how, estimate) in report.values() {
        println!(
            "value       {who}, {how}: {:.4} +- {:.4} ({:.0} effective rows)",
            estimate.value,
            1.96 * estimate.standard_error,
            estimate.effective_rows
        );
    }
    println!("{}", report.verdict.why);
    Ok(())
}
