//! Whether the process is up, and whether its stores can be reached.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The process answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"status": "up", "version": "0.1.0"}))]
pub struct Health {
    /// Always `up`.
    pub status: String,
    /// Which version runs.
    pub version: String,
}

/// The stores answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"status": "ready", "stores": ["registry", "detections", "viewers", "blobs"]}))]
pub struct Readiness {
    /// Always `ready`; a store that does not answer is a 503 that names it.
    pub status: String,
    /// The stores that were asked.
    pub stores: Vec<String>,
}
