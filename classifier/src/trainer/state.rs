//! What a trainer leaves behind, so that tomorrow's goes on where today's stopped.

use serde::{Deserialize, Serialize};

/// FTRL's sums of the slots that were ever on, and what was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainerState {
    /// The digest of the schema.
    pub schema: String,
    /// (slot, z, n).
    pub slots: Vec<(u32, f64, f64)>,
    /// Rows learnt.
    pub rows: u64,
    /// Engaged rows among them.
    pub engaged: u64,
    /// When the first and the last of them were decided.
    pub span_ms: Option<(i64, i64)>,
}
