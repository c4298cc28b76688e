//! One turn of the circle: rows in, a new model and the gate's verdict on it out.

use serde::{Deserialize, Serialize};

use crate::draw::{mix, unit};
use crate::gate::{Evidence, GateError, GateParams, Rule, Verdict};
use crate::metrics::{Judged, quality};
use crate::model::{Calibration, Facts, Model, ModelError};
use crate::popularity::{Popularity, Prior};
use crate::ranker::Ranker;
use crate::row::Row;
use crate::schema::{Schema, SchemaError, SchemaParams};
use crate::trainer::{TrainError, TrainParams, Trainer, ValidTrainParams, collisions};

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
    /// What came out is no model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Every fold needs rows to learn from and rows to be judged by.
    #[error(
        "{0} rows of {1} viewers are too few to hold any out: at least 20 rows of 2 viewers are needed"
    )]
    TooFew(usize, usize),
    /// The champion cannot read these rows.
    #[error("the champion's schema {0} is not that of the rows")]
    ForeignChampion(String),
}

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
/// The viewers are split into folds. Each fold is judged by a model that learnt from the other folds
/// alone, so every row is held out once and no viewer is on both sides; the challenger itself then
/// learns from all rows. A champion model is only judged on rows decided after its own last one: it has
/// learnt from the others. `look` counts the looks at this contest from 1: start anew after a promotion.
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
        return Err(RetrainError::ForeignChampion(
            champion.schema().digest().to_owned(),
        ));
    }
    let known: Vec<&Row> = rows
        .iter()
        .filter(|row| !row.offers[row.chosen].pieces.is_empty())
        .collect();
    let folds = fold(&schema, params, &known, recipe, seed)?;

    let all_scored: Vec<(f64, bool)> = folds.iter().flat_map(|fold| fold.scored.clone()).collect();
    let mut evidence = Evidence::default();
    let mut judged = Vec::with_capacity(known.len());
    for (at, part) in folds.iter().enumerate() {
        // What calibrates a fold is what was said of the others.
        let others = folds.iter().enumerate().filter(|(other, _)| *other != at);
        let calibration = Calibration::fit(
            &others
                .flat_map(|(_, fold)| fold.scored.clone())
                .collect::<Vec<_>>(),
        );
        judged.extend(part.scored.iter().map(|(score, engaged)| Judged {
            probability: calibration.probability(*score),
            engaged: *engaged,
        }));
        let fresh =
            |row: &&&Row| champion.is_none_or(|model| row.decided_at_ms > model.facts().last_ms);
        let rows: Vec<&Row> = part.rows.iter().filter(fresh).copied().collect();
        let against = match champion {
            Some(model) => Ranker::Model(model.clone()),
            None => Ranker::Popularity(part.popularity.clone()),
        };
        evidence.add(&rows, &part.challenger, &against, Some(&calibration));
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
    let model = trainer.model(Calibration::fit(&all_scored), facts)?;
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

/// Rows that were held out, and what learnt from the rest.
struct Fold<'a> {
    rows: Vec<&'a Row>,
    challenger: Ranker,
    popularity: Popularity,
    scored: Vec<(f64, bool)>,
}

fn fold<'a>(
    schema: &Schema,
    params: ValidTrainParams,
    rows: &[&'a Row],
    recipe: &Recipe,
    seed: u64,
) -> Result<Vec<Fold<'a>>, RetrainError> {
    let mut groups: Vec<u64> = rows.iter().map(|row| row.group).collect();
    groups.sort_unstable();
    groups.dedup();
    if rows.len() < 20 || groups.len() < 2 {
        return Err(RetrainError::TooFew(rows.len(), groups.len()));
    }
    // The viewers in an order of the seed, dealt out like cards: every fold gets its share.
    groups.sort_unstable_by(|left, right| {
        let key = |group: &u64| unit(mix(seed, *group));
        key(left).total_cmp(&key(right)).then(left.cmp(right))
    });
    let count = (recipe.gate.folds as usize).min(groups.len());
    let dealt: std::collections::HashMap<u64, usize> = groups
        .iter()
        .enumerate()
        .map(|(at, group)| (*group, at % count))
        .collect();
    let part = |number: usize| {
        let (held, learnt): (Vec<&Row>, Vec<&Row>) = rows
            .iter()
            .partition(|row| dealt.get(&row.group) == Some(&number));
        let mut trainer = Trainer::new(schema.clone(), params);
        trainer.fit(&learnt, seed)?;
        let challenger = Ranker::Model(trainer.model(Calibration::default(), Facts::default())?);
        let scored = held
            .iter()
            .map(|row| (f64::from(challenger.said(row).0), row.engaged));
        Ok(Fold {
            scored: scored.collect(),
            popularity: Popularity::from_rows(&learnt, recipe.prior),
            challenger,
            rows: held,
        })
    };
    (0..count).map(part).collect()
}
