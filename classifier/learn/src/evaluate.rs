//! `beckon-learn evaluate`.

use anyhow::{Result, ensure};
use beckon_classifier::gate::{Evidence, Gate, Rule};
use beckon_classifier::model::Model;
use beckon_classifier::popularity::{Popularity, Prior};
use beckon_classifier::ranker::Ranker;
use beckon_classifier::row::Row;

use crate::cli::Evaluate;
use crate::report::{Report, say};
use crate::{files, rows};

/// Into how many blocks of time the rows are cut to count popularity; the first is only counted.
const BLOCKS: usize = 5;

/// Judges a model on rows that it has not learnt from.
pub(crate) fn evaluate(options: &Evaluate) -> Result<()> {
    let model = files::model(&options.model)?;
    let against = options.against.as_deref().map(files::model).transpose()?;
    if let Some(against) = &against {
        ensure!(
            against.schema() == model.schema(),
            "the models are of schemas {} and {}: they cannot read the same rows",
            model.schema().digest(),
            against.schema().digest()
        );
    }
    let all = rows::read_all(&options.rows)?;
    if let Some(row) = all.iter().find(|row| row.schema != model.schema().digest()) {
        anyhow::bail!(
            "a row is of schema {}, and the model of {}",
            row.schema,
            model.schema().digest()
        );
    }
    let held = held_out(&all, &model, against.as_ref(), options.all_rows)?;
    let evidence = gather(&held, &model, against.as_ref());
    let verdict = Gate::default().judge(&evidence, Rule::Better, options.look);
    let report = Report {
        title: "Evaluation",
        model: &model,
        against: against
            .as_ref()
            .map_or("popularity", |against| against.id()),
        verdict: &verdict,
        evidence: &evidence,
    };
    if let Some(path) = &options.html {
        files::write(path, report.html().as_bytes())?;
    }
    say(&report, options.json)
}

fn held_out<'a>(
    all: &'a [Row],
    model: &Model,
    against: Option<&Model>,
    all_rows: bool,
) -> Result<Vec<&'a Row>> {
    let last_ms = against
        .map_or(i64::MIN, |against| against.facts().last_ms)
        .max(model.facts().last_ms);
    let mut held: Vec<&Row> = all
        .iter()
        .filter(|row| all_rows || row.decided_at_ms > last_ms)
        .collect();
    ensure!(
        !held.is_empty(),
        "none of the {} rows was decided after {last_ms}, when the last row was that the models learnt from; \
         --all-rows takes them all",
        all.len()
    );
    held.sort_by_key(|row| row.decided_at_ms);
    Ok(held)
}

fn gather(held: &[&Row], model: &Model, against: Option<&Model>) -> Evidence {
    let challenger = Ranker::Model(model.clone());
    let mut evidence = Evidence::default();
    if let Some(against) = against {
        evidence.add(held, &challenger, &Ranker::Model(against.clone()), None);
        return evidence;
    }
    // Popularity is counted from what came before, as it would have been in use.
    for block in 1..BLOCKS {
        let at = |block: usize| held.len() * block / BLOCKS;
        let popularity = Popularity::from_rows(&held[..at(block)], Prior::default());
        let against = Ranker::Popularity(popularity);
        evidence.add(&held[at(block)..at(block + 1)], &challenger, &against, None);
    }
    evidence
}
