//! Delivery rules: what holds over all instruments of the installation, for each viewer.

use super::Values;
use crate::categories::{Categories, Category};
use crate::etag::ETag;
use crate::instruments::Kind;
use crate::instruments::caps::{Cooldowns, LevelCaps};
use crate::words::Time;

/// Rules over all instruments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeliveryRules {
    /// So many of some kinds for so many of others; each holds by itself.
    pub mix: Vec<Mix>,
    /// How often a viewer may be interrupted at all.
    pub interruptions: Option<Interruptions>,
    /// How long competitors are kept apart.
    pub separation: Separation,
    /// How often a viewer is shown anything, anything of one advertiser, and anything of one kind.
    pub caps: LevelCaps,
    /// How long nothing follows an overlay.
    pub cooldowns: Cooldowns,
    /// What money is worth in the ranking.
    pub value: Values,
}

/// The rules as they stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Counts their changes; 0 before anybody wrote any.
    pub version: u32,
    /// What they say.
    pub rules: DeliveryRules,
    /// When they were last changed.
    pub updated_at: Option<Time>,
}

impl Standing {
    /// What its version is known by.
    #[must_use]
    pub fn etag(&self) -> ETag {
        ETag::of(self.version)
    }
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(u8::MAX);

    /// Whether the kind is one of them.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether some kind is in both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds in the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}

/// At most so many of some kinds for so many of others.
///
/// A viewer's overlays stand in the order in which they were shown. Between any `most + 1` of `kinds` that follow one
/// another lie at least `per` of `of`, and before the first as many: they are earned, not owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix {
    /// At most this many,
    pub most: u32,
    /// of these,
    pub kinds: Kinds,
    /// for so many
    pub per: u32,
    /// of those.
    pub of: Kinds,
}

/// How often a viewer may be interrupted at all, over all media and instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruptions {
    /// At most this often
    pub count: u32,
    /// within this time.
    pub per_ms: i64,
    /// Which kinds interrupt.
    pub kinds: Kinds,
}

/// How long competitors are kept apart. In one answer, and while one of them is on the screen, they always are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Separation {
    /// Between the overlays of advertisers that compete, from when the first hides.
    pub advertisers_ms: i64,
    /// The same between those of different advertisers in one of these categories.
    pub categories_ms: i64,
    /// Categories in which advertisers compete with each other.
    pub categories: Vec<Category>,
    /// What each of them covers.
    pub(super) fields: Vec<Categories>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_kinds_holds_what_it_was_made_of() {
        let kinds: Kinds = [Kind::Upsell, Kind::Ad].into_iter().collect();
        assert_eq!(kinds.iter().collect::<Vec<_>>(), [Kind::Ad, Kind::Upsell]);
        assert!(kinds.has(Kind::Ad) && !kinds.has(Kind::Poll) && !kinds.is_empty());
        assert!(Kind::ALL.into_iter().all(|kind| Kinds::ALL.has(kind)));
        assert!(Kinds::default().is_empty() && !kinds.meets(Kinds::default()));
    }
}
