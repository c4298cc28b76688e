//! Hours: the parts of the day and of the media in which an instrument runs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Some hours of some days, by the clock on the wall: what it leaps over in spring does not run that day, and what it
/// shows twice in autumn runs twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"days": ["fri", "sat"], "from": "20:00", "to": "02:00"}))]
pub struct Daypart {
    /// On which days it begins: `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`; all unless told.
    #[serde(default)]
    pub days: Vec<String>,
    /// When it begins: `18:30`.
    pub from: String,
    /// When it is over, up to `24:00`. Before `from` it is over on the next day.
    pub to: String,
}

/// A part of a media. The second half: `{"from_marker": "second-half", "to_marker": "full-time"}`; minute 30 to 45:
/// `{"from_marker": "kick-off", "from_ms": 1800000, "to_ms": 2700000}`; after a marker: `{"from_marker": "goal"}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from_marker": "kick-off", "from_ms": 1_800_000, "to_ms": 2_700_000}))]
pub struct MediaStretch {
    /// What `from_ms` counts from: the media's first marker of this name, or its zero unless told. Before there is such
    /// a marker it has not begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_marker: Option<String>,
    /// What `to_ms` counts from: the marker of this name, or what `from_ms` counts from unless told. Before there is
    /// such a marker it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_marker: Option<String>,
    /// So long after that it begins, or before it where negative; 0 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<i64>,
    /// So long after that it is over; without it it lasts to `to_marker`, or to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_ms: Option<i64>,
}
