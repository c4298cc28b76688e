//! One turn of the circle: rows in, a new model and the gate's verdict on it out.

use serde::{Deserialize, Serialize};

use crate::gate::{Evidence, GateError, GateParams, Rule, Verdict};
use crate::metrics::{Judged, quality};
use crate::model::{Calibration, Facts, Model, ModelError};
use crate::popularity::{Popularity, Prior};
use crate::ranker::Ranker;
use crate::row::{Row, RowError};
use crate::schema::{SchemaError, SchemaParams};
use crate::trainer::{TrainError, TrainParams, Trainer, collisions};

/// Why there is no new model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RetrainError {
    /// The schema does not pass.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// Training was refused.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The gate does not pass.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// A row is not what readers of rows rely on.
    #[error(transparent)]
    Row(#[from] RowError),
    /// What came out is no model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Every block needs rows to learn from and rows to be judged by.
    #[error("{0} rows are too few to hold any out: at least 20 are needed")]
    TooFew(usize),
    /// The champion cannot read these rows.
    #[error("the champion's schema {0} is not that of the rows")]
    ForeignChampion(String),
}

/// The fewest rows that a lesson can be made of.
const ROWS_MIN: usize = 20;

/// How models are made and judged here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// What decisions are described by.
    pub schema: SchemaParams,
    /// How training goes.
    pub train: TrainParams,
    /// What a promotion needs.
    pub gate: GateParams,
    /// What popularity believes before it counts.
    pub prior: Prior,
}

/// What one turn gave.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The challenger, trained on all rows.
    pub model: Model,
    /// Whether it may be champion.
    pub verdict: Verdict,
    /// The held-out rows that the verdict rests on, for diagrams.
    pub evidence: Evidence,
}

/// Trains a challenger on the rows and judges it against the champion; `None` stands for popularity.
///
/// The rows are cut into blocks by time. Each block is judged by a model that learnt from the rows before
/// it alone, as it would have been in use; the challenger itself then learns from all rows. Never from
/// later rows, though more could be learnt so: two parts that judge each other's lessons share their luck,
/// and a gate that does not know of it lets luck pass three times as often as it says (measured). A
/// champion model is judged on rows decided after its own last one: it has learnt from the others. `look`
/// counts the looks at this contest from 1: start anew after a promotion.
///
/// # Errors
/// Too few rows, rows of another schema, or parameters out of bounds.
pub fn retrain(
    rows: &[Row],
    champion: Option<&Model>,
    recipe: &Recipe,
    look: u32,
    seed: u64,
) -> Result<Lesson, RetrainError> {
    let schema = recipe.schema.clone().check()?;
    let params = recipe.train.check()?;
    let gate = recipe.gate.check()?;
    if let Some(champion) = champion.filter(|champion| *champion.schema() != schema) {
        let foreign = champion.schema().digest().to_owned();
        return Err(RetrainError::ForeignChampion(foreign));
    }
    for row in rows {
        row.check()?;
    }
    let mut known: Vec<&Row> = rows
        .iter()
        .filter(|row| !row.offers[row.chosen].pieces.is_empty())
        .collect();
    known.sort_by_key(|row| row.decided_at_ms);
    if known.len() < ROWS_MIN {
        return Err(RetrainError::TooFew(known.len()));
    }
    let fresh = champion.map_or(0, |model| {
        known.partition_point(|row| row.decided_at_ms <= model.facts().last_ms)
    });

    let mut evidence = Evidence::default();
    let mut scored: Vec<(f64, bool)> = Vec::new();
    let mut judged: Vec<Judged> = Vec::new();
    for (from, to) in cuts(known.len(), fresh, recipe.gate.blocks as usize) {
        let (learnt, held) = (&known[..from], &known[from..to]);
        let mut trainer = Trainer::new(schema.clone(), params);
        trainer.fit(learnt, seed)?;
        let challenger = Ranker::Model(trainer.model(Calibration::default(), Facts::default())?);
        let calibration = Calibration::fit(&scored);
        if from >= fresh {
            let against = match champion {
                Some(model) => Ranker::Model(model.clone()),
                None => Ranker::Popularity(Popularity::from_rows(learnt, recipe.prior)),
            };
            evidence.add(held, &challenger, &against, Some(&calibration));
        }
        for row in held {
            let score = f64::from(challenger.said(row).0);
            judged.push(Judged {
                probability: calibration.probability(score),
                engaged: row.engaged,
            });
            scored.push((score, row.engaged));
        }
    }

    let mut trainer = Trainer::new(schema.clone(), params);
    trainer.fit(&known, seed)?;
    let collisions = collisions(&schema, &known);
    let measured = quality(&judged);
    let facts = Facts {
        log_loss: Some(measured.log_loss),
        base_log_loss: Some(measured.base_log_loss),
        auc: Some(measured.auc),
        ece: Some(measured.ece),
        distinct_features: collisions.distinct,
        collisions: collisions.share,
        ..Facts::default()
    };
    let model = trainer.model(Calibration::fit(&scored), facts)?;
    let same_recipe = |champion: &Model| champion.facts().recipe == model.facts().recipe;
    let rule = if champion.is_some_and(same_recipe) {
        Rule::Refresh
    } else {
        Rule::Better
    };
    let verdict = gate.judge(&evidence, rule, look);
    Ok(Lesson {
        model,
        verdict,
        evidence,
    })
}

/// The blocks of `count` rows in order of time, as (from, to). The first fifth is only learnt from. Rows
/// from `fresh` on get half of the blocks to themselves, because only they can judge the champion.
fn cuts(count: usize, fresh: usize, blocks: usize) -> Vec<(usize, usize)> {
    let first = count / 5;
    let even = |from: usize, to: usize, parts: usize| {
        let at = move |part: usize| from + (to - from) * part / parts;
        (0..parts).map(move |part| (at(part), at(part + 1)))
    };
    let all: Vec<(usize, usize)> = if fresh <= first {
        even(first, count, blocks).collect()
    } else {
        let before = blocks / 2;
        let early = even(first, fresh, before);
        early.chain(even(fresh, count, blocks - before)).collect()
    };
    all.into_iter().filter(|(from, to)| from < to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_each_other_and_none_lies_across_the_champions_last_row() {
        assert_eq!(cuts(100, 0, 4), [(20, 40), (40, 60), (60, 80), (80, 100)]);
        assert_eq!(cuts(100, 60, 4), [(20, 40), (40, 60), (60, 80), (80, 100)]);
        assert_eq!(cuts(100, 99, 4), [(20, 59), (59, 99), (99, 100)]);
        assert_eq!(cuts(100, 100, 4), [(20, 60), (60, 100)]);
    }

    #[test]
    fn a_champion_that_has_learnt_from_all_rows_cannot_be_judged_by_them() {
        let rows: Vec<Row> = (0..40)
            .map(|number| Row {
                decided_at_ms: number,
                engaged: number % 3 == 0,
                ..crate::row::tests::example()
            })
            .collect();
        let recipe = Recipe::default();
        let first = retrain(&rows, None, &recipe, 1, 1).unwrap();
        assert_eq!(first.verdict.gain.rows, 32);
        assert_eq!(first.model.facts().rows, 40);
        let again = retrain(&rows, Some(&first.model), &recipe, 1, 1).unwrap();
        assert_eq!(
            (again.verdict.rule, again.verdict.gain.rows),
            (Rule::Refresh, 0)
        );
        assert!(!again.verdict.promote);

        let mut other = recipe;
        other.train.epochs += 1;
        let changed = retrain(&rows, Some(&first.model), &other, 1, 1).unwrap();
        assert_eq!(changed.verdict.rule, Rule::Better);
    }

    #[test]
    fn too_few_rows_and_foreign_champions_are_refused() {
        let rows = vec![crate::row::tests::example(); 19];
        let recipe = Recipe::default();
        let refusal = retrain(&rows, None, &recipe, 1, 1).unwrap_err();
        assert_eq!(refusal, RetrainError::TooFew(19));
        let mut rows = vec![crate::row::tests::example(); 20];
        rows[7].chosen = 9;
        let refusal = retrain(&rows, None, &recipe, 1, 1).unwrap_err();
        assert_eq!(refusal, RetrainError::Row(RowError::Chosen(9, 2)));
        rows[7].chosen = 0;
        let champion = retrain(&rows, None, &recipe, 1, 1).unwrap().model;
        let mut other = recipe;
        other.schema.version += 1;
        let refusal = retrain(&rows, Some(&champion), &other, 1, 1).unwrap_err();
        assert!(matches!(refusal, RetrainError::ForeignChampion(_)));
    }
}
