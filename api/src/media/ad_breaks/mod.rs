//! Ad breaks: stretches of a media that its stream marks as such, known to every node.

mod store;

use std::collections::HashMap;
use std::sync::Arc;

use super::Registry;
use crate::db::Slot;
use crate::error::Result;
use crate::words::{MediaId, Position, Time};

/// The topic under which they change.
pub(super) const TOPIC: &str = "media.ad_break";
/// A break that nobody ended and that has no length is over after this long: a lost mark does not last for ever.
const LONGEST_OPEN_MS: i64 = 600_000;

/// One ad break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdBreak {
    /// What tells it from the media's others.
    pub id: String,
    /// Its first position.
    pub from_ms: i64,
    /// The first position after it; `None` while its end is not known.
    pub to_ms: Option<i64>,
    /// How long it was to be, where the stream said so.
    pub planned_ms: Option<i64>,
}

impl AdBreak {
    /// The first position after it, as far as one can tell.
    #[must_use]
    pub fn ends_ms(&self) -> i64 {
        let open = || self.planned_ms.unwrap_or(LONGEST_OPEN_MS);
        self.to_ms
            .unwrap_or_else(|| self.from_ms.saturating_add(open()))
    }

    /// Its place in lists: in the order of these texts breaks begin one after another.
    #[must_use]
    pub fn cursor(&self) -> String {
        format!("{:015}.{}", self.from_ms, self.id)
    }

    /// Whether the position lies in it.
    #[must_use]
    pub fn holds(&self, position: Position) -> bool {
        (self.from_ms..self.ends_ms()).contains(&position.ms())
    }
}

/// The breaks of a media in the order in which they begin.
pub(super) type ByMedia = HashMap<MediaId, Arc<[AdBreak]>>;
pub(super) type BreakSlot = Slot<ByMedia>;

impl Registry {
    pub(super) async fn rebuild_breaks(&self) -> anyhow::Result<()> {
        self.breaks.rebuild(store::all(&self.db)).await
    }

    /// The ad breaks of a media in the order in which they begin, from memory.
    #[must_use]
    pub fn ad_breaks(&self, media_id: &MediaId) -> Arc<[AdBreak]> {
        let all = self.breaks.load();
        all.get(media_id).cloned().unwrap_or_default()
    }

    /// A page of a media's ad breaks, after the one of this cursor.
    ///
    /// # Errors
    /// When there is no such media.
    pub fn breaks_after(
        &self,
        media_id: &MediaId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AdBreak>> {
        self.get(media_id)?;
        let all = self.ad_breaks(media_id);
        let later = all
            .iter()
            .filter(|b| after.is_none_or(|after| b.cursor().as_str() > after));
        Ok(later.take(limit as usize).cloned().collect())
    }

    /// Notes ad breaks, each by its id: what is known of one already is replaced. What is known as it is writes
    /// nothing.
    ///
    /// # Errors
    /// When there is no such media, or the database does not answer.
    pub async fn note_breaks(
        &self,
        media_id: &MediaId,
        breaks: &[AdBreak],
        now: Time,
    ) -> Result<()> {
        self.get(media_id)?;
        let known = self.ad_breaks(media_id);
        let news: Vec<&AdBreak> = breaks.iter().filter(|b| !known.contains(b)).collect();
        if news.is_empty() {
            return Ok(());
        }
        store::put(&self.db, media_id, &news, now).await?;
        Ok(self.rebuild_breaks().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_holds_its_first_position_and_not_its_end() {
        let known = AdBreak {
            id: "a".to_owned(),
            from_ms: 1_000,
            to_ms: Some(2_000),
            planned_ms: Some(9_000),
        };
        let at = |ms| Position::parse(ms).expect("a position");
        let held: Vec<bool> = [999, 1_000, 1_999, 2_000]
            .map(|ms| known.holds(at(ms)))
            .into();
        assert_eq!(held, [false, true, true, false]);
        let open = AdBreak {
            to_ms: None,
            ..known
        };
        assert_eq!(open.ends_ms(), 10_000);
        let lost = AdBreak {
            planned_ms: None,
            ..open
        };
        assert_eq!(lost.ends_ms(), 601_000);
    }
}
