//! What is counted of a viewer for ever: showings by level, and what it did with an instrument.

use super::Code;

/// A level at which showings are counted and capped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything together.
    Global,
    /// By kind.
    Kind,
    /// By advertiser, whatever the case of its name.
    Advertiser,
    /// By campaign.
    Campaign,
    /// By instrument, over all its versions.
    Instrument,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Global,
        Self::Kind,
        Self::Advertiser,
        Self::Campaign,
        Self::Instrument,
    ];

    /// The level as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Kind => "kind",
            Self::Advertiser => "advertiser",
            Self::Campaign => "campaign",
            Self::Instrument => "instrument",
        }
    }
}

/// Something that a viewer does once, and that may be the end of an instrument for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// It pressed the button, or scanned the code.
    Click,
    /// It answered.
    Answer,
    /// It did what the instrument was for.
    Conversion,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Click, Self::Answer, Self::Conversion];

    /// The act as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::Answer => "answer",
            Self::Conversion => "conversion",
        }
    }

    /// The act of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == name)
    }
}

/// A set of acts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Acts(u8);

impl Acts {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// These and that one.
    #[must_use]
    pub const fn with(self, act: Act) -> Self {
        Self(self.0 | (1 << act as u8))
    }

    /// All that are in one of the two.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one is in both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The acts, in the order of [`Act::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Act> {
        Act::ALL
            .into_iter()
            .filter(move |act| self.meets(Self::NONE.with(*act)))
    }
}

impl FromIterator<Act> for Acts {
    fn from_iter<I: IntoIterator<Item = Act>>(acts: I) -> Self {
        acts.into_iter().fold(Self::NONE, Self::with)
    }
}

/// How often a viewer was shown something, by level and key, and what it did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// In the order of level and code.
    showings: Vec<(Level, Code, u64)>,
    /// In the order of the instruments.
    acts: Vec<(u128, Acts)>,
}

impl Counts {
    /// How often it was shown something of this level and key.
    #[must_use]
    pub fn showings(&self, level: Level, key: Code) -> u64 {
        let at = self
            .showings
            .binary_search_by_key(&(level, key), |(level, key, _)| (*level, *key));
        at.map_or(0, |at| self.showings[at].2)
    }

    /// What it did with an instrument.
    #[must_use]
    pub fn acts(&self, instrument: u128) -> Acts {
        let at = self.acts.binary_search_by_key(&instrument, |(of, _)| *of);
        at.map_or(Acts::NONE, |at| self.acts[at].1)
    }

    /// Counts so many showings more.
    pub fn add(&mut self, level: Level, key: Code, count: u64) {
        let at = self
            .showings
            .binary_search_by_key(&(level, key), |(level, key, _)| (*level, *key));
        match at {
            Ok(at) => self.showings[at].2 += count,
            Err(at) => self.showings.insert(at, (level, key, count)),
        }
    }

    /// Notes an act.
    pub fn note(&mut self, instrument: u128, act: Act) {
        match self.acts.binary_search_by_key(&instrument, |(of, _)| *of) {
            Ok(at) => self.acts[at].1 = self.acts[at].1.with(act),
            Err(at) => self.acts.insert(at, (instrument, Acts::NONE.with(act))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_found_by_level_and_key_and_nothing_else_is() {
        let mut counts = Counts::default();
        let (nike, fila) = (Code::of("nike"), Code::of("fila"));
        counts.add(Level::Advertiser, nike, 2);
        counts.add(Level::Campaign, nike, 5);
        counts.add(Level::Advertiser, nike, 1);
        assert_eq!(counts.showings(Level::Advertiser, nike), 3);
        assert_eq!(counts.showings(Level::Advertiser, fila), 0);
        assert_eq!(counts.showings(Level::Campaign, nike), 5);
    }

    #[test]
    fn acts_gather_by_instrument() {
        let mut counts = Counts::default();
        counts.note(7, Act::Click);
        counts.note(7, Act::Conversion);
        counts.note(5, Act::Answer);
        let of = |instrument| counts.acts(instrument).iter().collect::<Vec<_>>();
        assert_eq!(of(7), [Act::Click, Act::Conversion]);
        assert_eq!(of(5), [Act::Answer]);
        assert!(of(6).is_empty());
        assert!(
            counts
                .acts(7)
                .meets([Act::Conversion].into_iter().collect())
        );
        assert!(!counts.acts(5).meets([Act::Click].into_iter().collect()));
    }
}
