//! How long each kind may be shown, and how long this one must be to be read.

use super::accessibility::reading_ms;
use super::definition::{Definition, Kind};
use crate::media::OverlayLife;

/// The shortest and the longest time that an overlay of an instrument shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShowTime {
    /// Not shorter than this.
    pub least_ms: i64,
    /// Not longer than this.
    pub most_ms: i64,
}

impl ShowTime {
    /// Of a kind.
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        let (least_s, most_s) = match kind {
            Kind::Poll => (10, 120),
            Kind::Quiz | Kind::Trivia => (5, 30),
            // As a media's own bounds are.
            Kind::Ad | Kind::Promotion | Kind::Product | Kind::Upsell => (1, 3600),
        };
        Self {
            least_ms: least_s * 1000,
            most_ms: most_s * 1000,
        }
    }

    /// Whether this is such a time.
    #[must_use]
    pub const fn holds(self, show_ms: i64) -> bool {
        self.least_ms <= show_ms && show_ms <= self.most_ms
    }

    /// The life, shown neither shorter nor longer than it may be.
    #[must_use]
    pub fn keep(self, life: OverlayLife) -> OverlayLife {
        OverlayLife {
            show_ms: life.show_ms.clamp(self.least_ms, self.most_ms),
            ..life
        }
    }
}

impl Definition {
    /// How long it may be shown: as long as its kind, and not shorter than its longest language takes to read.
    #[must_use]
    pub fn show_time(&self) -> ShowTime {
        let of_kind = ShowTime::of(self.kind);
        ShowTime {
            least_ms: of_kind.least_ms.max(reading_ms(self)).min(of_kind.most_ms),
            ..of_kind
        }
    }

    /// How it lives where a media's overlays live so: its own life goes before, and what comes from elsewhere shows it
    /// neither shorter nor longer than it may be.
    #[must_use]
    pub fn life_on(&self, of_media: OverlayLife) -> OverlayLife {
        self.show_time().keep(self.overlay_life.unwrap_or(of_media))
    }
}
