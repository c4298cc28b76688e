//! The shape of every list.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page, in the list's stated order.
    pub items: Vec<T>,
    /// Pass it as `cursor` to read on; `null` on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<W> Page<W> {
    /// A page of `limit` items from the up to `limit + 1` that were read: one too many says that there are more.
    pub fn of<'a, T>(
        found: &'a [T],
        limit: u32,
        cursor: impl Fn(&'a T) -> String,
        wire: impl Fn(&'a T) -> W,
    ) -> Self {
        let shown = &found[..found.len().min(limit as usize)];
        let more = found.len() > shown.len();
        Self {
            items: shown.iter().map(wire).collect(),
            next_cursor: shown.last().filter(|_| more).map(cursor),
        }
    }
}

/// How much of a list to read, and from where.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// How many items at the most: 1 to 500, 100 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}
