//! The audit trail: who changed what, when, from what to what.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// One entry of the trail. Entries are written with what they tell of, and never changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "audit_id": "01964d2e-6b1c-7c3a-9d40-6f1e2a3b4c5d", "at": "2026-11-20T18:42:10.000Z", "subject": "max", "role": "marketer",
    "action": "instrument.approve", "resource": "instruments/01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d",
    "from": {"version": 2, "state": "live", "review": "in_review", "approved_version": 1},
    "to": {"version": 2, "state": "live", "review": "approved", "approved_version": 2}, "note": "the new price is right"
}))]
pub struct AuditEntry {
    /// Its id; later entries have greater ones.
    pub audit_id: String,
    /// When (RFC 3339).
    pub at: String,
    /// Who: the token's subject.
    pub subject: String,
    /// In which role.
    pub role: String,
    /// What was done, such as `instrument.approve`.
    pub action: String,
    /// With what: its path below `/v1/`.
    pub resource: String,
    /// How it stood before; `null` for what was not there.
    #[schema(required, value_type = Option<Object>)]
    pub from: Option<serde_json::Value>,
    /// How it stands since; `null` for what is gone.
    #[schema(required, value_type = Option<Object>)]
    pub to: Option<serde_json::Value>,
    /// What they said about it.
    #[schema(required)]
    pub note: Option<String>,
}

/// Which entries to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Only what concerns this resource, such as `instruments/01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d`.
    pub resource: Option<String>,
    /// Only what this subject did.
    pub subject: Option<String>,
    /// How many items at the most: 1 to 500, 100 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}
