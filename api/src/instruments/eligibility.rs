//! Eligibility: whether an instrument may run for anybody at all. Cues ask all of it, decisions rule by rule, so that no cue
//! is sent for what no decision would show.

use super::Live;
use super::hours::{self, WallClock};
use crate::categories::Categories;
use crate::detections::{Hit, Sight};
use crate::media::Media;
use crate::words::{Position, Time};

/// What eligibility hangs on.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a, 'p> {
    /// Where it would run.
    pub media: &'a Media,
    /// Where in it.
    pub position: Position,
    /// When.
    pub now: Time,
    /// By the clocks of all places.
    pub clock: &'a WallClock,
    /// What is on screen.
    pub sight: &'a Sight<'p>,
    /// Nothing that lies beyond triggers it.
    pub until: Position,
}

/// Whether it may run, for somebody at least.
#[must_use]
pub fn may_run(live: &Live, around: &Circumstances<'_, '_>) -> bool {
    live.runs_on(&around.media.media_id)
        && live.runs_at(around.now)
        && live.in_daypart(around.clock)
        && live.in_media_clock(around.media, around.position)
        && live.is_triggered(around.sight, around.until)
        && !live.is_kept_from(around.media)
        && !live.meets_rival(around.sight)
        && !live.is_near_sensitive(around.sight)
}

impl Live {
    /// Whether a hit that it is found by calls for it.
    #[must_use]
    pub fn heeds(&self, hit: &Hit) -> bool {
        (self.trigger.as_ref()).is_none_or(|trigger| trigger.heeds(hit))
    }

    /// Whether this moment lies in its schedule, and in the time of its right.
    #[must_use]
    pub fn runs_at(&self, now: Time) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }

    /// Whether it is one of its hours.
    #[must_use]
    pub fn in_daypart(&self, clock: &WallClock) -> bool {
        (self.dayparts.as_ref()).is_none_or(|weekly| weekly.holds(clock))
    }

    /// Whether a position lies in one of its parts of the media.
    #[must_use]
    pub fn in_media_clock(&self, media: &Media, position: Position) -> bool {
        hours::runs_in(&self.media_clock, media, position)
    }

    /// Whether what is on screen up to a position is what it asks for.
    #[must_use]
    pub fn is_triggered(&self, sight: &Sight<'_>, until: Position) -> bool {
        (self.trigger.as_ref())
            .is_none_or(|trigger| trigger.holds_when_called() || trigger.holds(sight, until))
    }

    /// Whether what it advertises is restricted.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.categories.meets(Categories::RESTRICTED)
    }

    /// Whether it is restricted, and the media is made for children.
    #[must_use]
    pub fn is_kept_from(&self, media: &Media) -> bool {
        media.details.for_children && self.is_restricted()
    }

    /// Whether a rival of its advertiser is on screen.
    #[must_use]
    pub fn meets_rival(&self, sight: &Sight<'_>) -> bool {
        sight.shows_any(&self.rivals)
    }

    /// Whether it is restricted, and something is on screen that it keeps away from.
    #[must_use]
    pub fn is_near_sensitive(&self, sight: &Sight<'_>) -> bool {
        self.is_restricted() && sight.is_sensitive()
    }
}
