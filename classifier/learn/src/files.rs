//! Models and recipes from files, and files written whole or not at all.

use std::path::Path;

use anyhow::{Context, Result};
use beckon_classifier::model::Model;
use beckon_classifier::retrain::Recipe;

/// Reads a model.
pub(crate) fn model(path: &Path) -> Result<Model> {
    let bytes =
        std::fs::read(path).with_context(|| format!("Failed to read {}", path.display()))?;
    Model::from_bytes(&bytes).with_context(|| format!("{} is refused", path.display()))
}

/// Reads a recipe, with another schema if one is given.
pub(crate) fn recipe(recipe: Option<&Path>, schema: Option<&Path>) -> Result<Recipe> {
    let mut made = Recipe::default();
    if let Some(path) = recipe {
        made = serde_json::from_str(&text(path)?)
            .with_context(|| format!("{} is no recipe", path.display()))?;
    }
    if let Some(path) = schema {
        made.schema = serde_json::from_str(&text(path)?)
            .with_context(|| format!("{} is no schema", path.display()))?;
    }
    Ok(made)
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("Failed to read {}", path.display()))
}

/// Writes a file beside its place and moves it there, so that no reader meets half of it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("Failed to write {}", path.display()))
}
