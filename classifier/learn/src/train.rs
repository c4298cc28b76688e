//! `beckon-learn train`.

use anyhow::{Context, Result};
use beckon_classifier::retrain::retrain;

use crate::cli::Train;
use crate::report::{Report, say};
use crate::{files, rows};

/// Trains a model, writes it, and says what the gate thinks of it.
pub(crate) fn train(options: &Train) -> Result<()> {
    let recipe = files::recipe(options.recipe.as_deref(), options.schema.as_deref())?;
    let champion = options.champion.as_deref().map(files::model).transpose()?;
    let rows = rows::read_all(&options.rows)?;
    let lesson = retrain(
        &rows,
        champion.as_ref(),
        &recipe,
        options.look,
        options.seed,
    )
    .context("Failed to train")?;
    files::write(&options.out, &lesson.model.to_bytes())?;
    let report = Report {
        title: "Training",
        model: &lesson.model,
        against: champion
            .as_ref()
            .map_or("popularity", |champion| champion.id()),
        verdict: &lesson.verdict,
        evidence: &lesson.evidence,
    };
    if let Some(path) = &options.html {
        files::write(path, report.html().as_bytes())?;
    }
    say(&report, options.json)
}
