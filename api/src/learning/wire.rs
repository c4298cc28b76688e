//! Models on the wire and in the domain.

use beckon_openapi::model as wire;

use super::{Alias, Binding, Listed, Metrics, StoredModel, Verdict};
use crate::error::{At, ErrorCode, Refusal, Result};
use crate::words::ModelId;

/// The alias that a path names.
pub(super) fn alias(name: &str) -> Result<Alias> {
    Alias::parse(name).ok_or_else(|| {
        let known = Alias::ALL.map(Alias::as_str).join(", ");
        Refusal {
            code: ErrorCode::MalformedParameter,
            detail: "there is no such alias".to_owned(),
            field: Some("alias".to_owned()),
            bound: Some(known),
        }
        .into()
    })
}

/// The model that a body names.
pub(super) fn target(target: wire::AliasTarget) -> Result<Option<ModelId>> {
    let parse = |id: String| ModelId::parse(&id).at("model_id");
    target.model_id.map(parse).transpose()
}

impl From<Alias> for wire::Alias {
    fn from(alias: Alias) -> Self {
        match alias {
            Alias::Champion => Self::Champion,
            Alias::Challenger => Self::Challenger,
            Alias::Shadow => Self::Shadow,
        }
    }
}

/// What an alias points to, for the wire.
pub(super) fn binding(alias: Alias, binding: &Binding) -> wire::AliasBinding {
    wire::AliasBinding {
        alias: alias.into(),
        model_id: binding.model_id.as_ref().map(ToString::to_string),
        changed_at: binding.changed_at.to_string(),
    }
}

impl From<&Listed> for wire::Model {
    fn from(listed: &Listed) -> Self {
        let StoredModel {
            model_id,
            schema_id,
            rows,
            metrics,
            verdict,
            created_at,
        } = &listed.model;
        Self {
            model_id: model_id.to_string(),
            schema_id: schema_id.clone(),
            rows: *rows,
            metrics: metrics.into(),
            aliases: listed.aliases.iter().copied().map(Into::into).collect(),
            verdict: verdict.as_ref().map(Into::into),
            created_at: created_at.to_string(),
        }
    }
}

impl From<&Metrics> for wire::ModelMetrics {
    fn from(metrics: &Metrics) -> Self {
        let Metrics {
            auc,
            log_loss,
            baseline_log_loss,
            calibration_error,
        } = *metrics;
        Self {
            auc,
            log_loss,
            baseline_log_loss,
            calibration_error,
        }
    }
}

impl From<&Verdict> for wire::Verdict {
    fn from(verdict: &Verdict) -> Self {
        let Verdict {
            promoted,
            why,
            champion_value,
            challenger_value,
            difference_low,
        } = verdict.clone();
        Self {
            promoted,
            why,
            champion_value,
            challenger_value,
            difference_low,
        }
    }
}
