//! What is known of a model without reading its weights.

use beckon_classifier::model::Model;

use super::Alias;
use super::alias::Aliases;
use crate::words::{ModelId, Time};

/// A stored model, without its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredModel {
    /// The digest of its content.
    pub model_id: ModelId,
    /// The digest of its schema.
    pub schema_id: String,
    /// On how many rows it was trained.
    pub rows: u64,
    /// What was measured on rows held out from its training.
    pub metrics: Metrics,
    /// What the gate said of it last, where it was asked.
    pub verdict: Option<Verdict>,
    /// When it was stored.
    pub created_at: Time,
}

/// What was measured on rows that a model was not trained on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Metrics {
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// Mean log loss.
    pub log_loss: Option<f64>,
    /// Log loss of always saying the mean rate.
    pub baseline_log_loss: Option<f64>,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
}

/// What the gate said of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// It became champion.
    pub promoted: bool,
    /// Why, in a sentence.
    pub why: String,
    /// What the champion's choices are worth.
    pub champion_value: Option<f64>,
    /// What this model's would be worth.
    pub challenger_value: Option<f64>,
    /// The lower bound of the difference.
    pub difference_low: Option<f64>,
}

/// A model with the aliases that it bears.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The model.
    pub model: StoredModel,
    /// What it is served under.
    pub aliases: Vec<Alias>,
}

impl Listed {
    /// The model with what it bears of these.
    pub(super) fn of(model: StoredModel, aliases: &Aliases) -> Self {
        let borne = aliases
            .iter()
            .filter(|(_, binding)| binding.model_id.as_ref() == Some(&model.model_id));
        Self {
            aliases: borne.map(|(alias, _)| *alias).collect(),
            model,
        }
    }
}

impl StoredModel {
    /// What is stored of a model.
    pub(super) fn of(
        model: &Model,
        verdict: Option<Verdict>,
        created_at: Time,
    ) -> anyhow::Result<Self> {
        let facts = model.facts();
        let finite = |number: Option<f64>| number.filter(|n| n.is_finite());
        Ok(Self {
            model_id: ModelId::parse(model.id()).map_err(|e| anyhow::anyhow!(e.detail))?,
            schema_id: model.schema().digest().to_owned(),
            rows: facts.rows,
            metrics: Metrics {
                auc: finite(facts.auc),
                log_loss: finite(facts.log_loss),
                baseline_log_loss: finite(facts.base_log_loss),
                calibration_error: finite(facts.ece),
            },
            verdict,
            created_at,
        })
    }
}
