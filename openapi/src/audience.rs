//! Saved audiences: rules that instruments share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instrument::Rule;

/// An audience to save, or to replace a saved one with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Grown-up birders", "description": "Who likes birds and may drink",
    "rule": {"all": [{"test": {"attribute": "demography.age", "op": "gte", "value": 18}},
        {"test": {"attribute": "psychograph.likes", "op": "contains", "value": "birds"}}]}
}))]
pub struct NewAudience {
    /// What your colleagues call it; 1 to 120 characters.
    pub name: String,
    /// What it is for; at most 500 characters.
    #[serde(default)]
    pub description: String,
    /// Who is in it. It speaks of attributes, not of other saved audiences.
    pub rule: Rule,
}

/// A saved audience.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "audience_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "revision": 2, "name": "Grown-up birders",
    "description": "Who likes birds and may drink",
    "rule": {"all": [{"test": {"attribute": "demography.age", "op": "gte", "value": 18.0}},
        {"test": {"attribute": "psychograph.likes", "op": "contains", "value": "birds"}}]},
    "created_at": "2026-11-20T18:40:00.000Z", "updated_at": "2026-11-20T18:42:10.000Z"
}))]
pub struct Audience {
    /// Its id: instruments name it as `{"saved": "…"}` in their audience.
    pub audience_id: String,
    /// Counts its changes from 1.
    pub revision: u32,
    /// What your colleagues call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who is in it.
    pub rule: Rule,
    /// When it was saved first (RFC 3339).
    pub created_at: String,
    /// When it last changed (RFC 3339).
    pub updated_at: String,
}
