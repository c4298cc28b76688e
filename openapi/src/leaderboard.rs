//! Leaderboards: how viewers stand on a media's quizzes.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How viewers stand on a media. A right answer is a point; of equals in points the faster goes first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"media_id": "harbour-cup", "players": 214, "items": [
    {"place": 1, "handle": "fan-4c1b0a9e77", "points": 5, "answered": 5, "right_ms": 14210}],
    "own": {"place": 31, "handle": "fan-90ab12cd34", "points": 3, "answered": 5, "right_ms": 20900},
    "as_of": "2026-11-20T19:05:00Z"}))]
pub struct Leaderboard {
    /// The media.
    pub media_id: String,
    /// How many have answered a question with a right answer.
    pub players: u64,
    /// The best, the best first; those without a point are left out.
    pub items: Vec<LeaderboardEntry>,
    /// The viewer who asks; `null` before its first answer, and for who is no viewer.
    #[schema(required)]
    pub own: Option<LeaderboardEntry>,
    /// When this was read (RFC 3339).
    pub as_of: String,
}

/// One viewer on a leaderboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeaderboardEntry {
    /// From 1; equals share one.
    pub place: u64,
    /// A name made for this media's board alone. It tells nobody whose it is, and links to no other board.
    pub handle: String,
    /// How many answers were right.
    pub points: u64,
    /// How many were given.
    pub answered: u64,
    /// How long the right ones took together, from the impression on.
    pub right_ms: u64,
}

/// How much of the leaderboard.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LeaderboardQuery {
    /// How many of the best: 1 to 100, 10 unless told.
    pub limit: Option<u32>,
}
