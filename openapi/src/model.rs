//! Models: trained classifiers and the aliases under which they are served.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A stored model. Models never change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "model_id": "9f2c51d0…", "schema_id": "41be07aa…", "rows": 5000,
    "metrics": {"auc": 0.71, "log_loss": 0.41, "baseline_log_loss": 0.47, "calibration_error": 0.012},
    "aliases": ["champion"],
    "verdict": {"promoted": true, "why": "its choices are worth more, with what this look may spend of the confidence",
        "champion_value": 0.184, "challenger_value": 0.231, "difference_low": 0.021},
    "created_at": "2026-11-20T19:12:00.000Z"
}))]
pub struct Model {
    /// The digest of its content.
    pub model_id: String,
    /// The digest of its feature schema.
    pub schema_id: String,
    /// On how many rows it was trained.
    pub rows: u64,
    /// What was measured on the held-out rows; empty for an uploaded model that did not say.
    pub metrics: ModelMetrics,
    /// The aliases that it is served under.
    pub aliases: Vec<Alias>,
    /// What the gate said, where it was asked.
    #[schema(required)]
    pub verdict: Option<Verdict>,
    /// When it was stored (RFC 3339).
    pub created_at: String,
}

/// What was measured on rows that the model was not trained on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelMetrics {
    /// Area under the ROC curve.
    #[schema(required)]
    pub auc: Option<f64>,
    /// Mean log loss.
    #[schema(required)]
    pub log_loss: Option<f64>,
    /// Log loss of always saying the mean rate.
    #[schema(required)]
    pub baseline_log_loss: Option<f64>,
    /// Expected calibration error.
    #[schema(required)]
    pub calibration_error: Option<f64>,
}

/// Whether a challenger may replace the champion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// It may.
    pub promoted: bool,
    /// Why, in one sentence.
    pub why: String,
    /// What the champion's choices are worth: the engaged rate estimated from logged decisions.
    #[schema(required)]
    pub champion_value: Option<f64>,
    /// What the challenger's would be worth.
    #[schema(required)]
    pub challenger_value: Option<f64>,
    /// The lower bound of the difference, at the confidence that this look was given.
    #[schema(required)]
    pub difference_low: Option<f64>,
}

/// A name that a model is served under.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Alias {
    /// Ranks every decision.
    Champion,
    /// Waits for the gate.
    Challenger,
    /// Scores along and decides nothing.
    Shadow,
}

/// A model to serve under an alias.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasTarget {
    /// The model; `null` takes the alias away, and for `champion` goes back to popularity.
    #[schema(required)]
    pub model_id: Option<String>,
}

/// What an alias points to now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"alias": "champion", "model_id": "9f2c51d0…", "changed_at": "2026-11-20T19:12:00.000Z"}))]
pub struct AliasBinding {
    /// The alias.
    pub alias: Alias,
    /// The model; `null` for none.
    #[schema(required)]
    pub model_id: Option<String>,
    /// Since when (RFC 3339).
    pub changed_at: String,
}
