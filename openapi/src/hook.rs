//! Hooks: what AWS is answered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"status": "accepted"}))]
pub struct HookReceipt {
    /// What became of it.
    pub status: HookStatus,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HookStatus {
    /// It is written down and will be worked off.
    Accepted,
    /// It came before: nothing is done again.
    Known,
    /// The subscription was confirmed.
    Confirmed,
    /// It asks nothing of us.
    Ignored,
}
