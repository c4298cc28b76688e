//! Kill switches: what must not be shown now.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What sort of thing a kill switch stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KillScope {
    /// One instrument, on all media.
    Instrument,
    /// Everything that runs for an advertiser, on all media.
    Advertiser,
    /// Everything on one media.
    Media,
}

/// Why something must not be shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "the offer is withdrawn"}))]
pub struct NewKillSwitch {
    /// Up to 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// A kill switch that is on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"scope": "advertiser", "id": "Acme", "note": "the offer is withdrawn", "set_by": "mia",
    "set_at": "2026-11-20T18:42:10.000Z", "stops": 3}))]
pub struct KillSwitch {
    /// What sort of thing it stops.
    pub scope: KillScope,
    /// Which one: an id, or the advertiser's name.
    pub id: String,
    /// Why.
    #[schema(required)]
    pub note: Option<String>,
    /// Who set it.
    pub set_by: String,
    /// When (RFC 3339).
    pub set_at: String,
    /// How many instruments that are live it stops now; for a media, those that may run there. 0 may be a slip of the pen.
    pub stops: u32,
}
