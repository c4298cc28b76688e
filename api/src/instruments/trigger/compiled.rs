//! A trigger ready for the hot path: cues and decisions ask it alike.

use super::Trigger;
use super::asked::{Asked, Counts};
use super::keys::Keys;
use crate::detections::entities::{EntityIndex, EntityNo};
use crate::detections::{Hit, Kind, Sight};
use crate::words::Position;

/// A trigger with its names as numbers. They count with the entities that it was compiled with.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    any: Box<[Asked]>,
    /// The endorsers, where they are asked for, come last.
    all: Box<[Asked]>,
    endorsed: bool,
    none: Box<[Asked]>,
    /// It may be triggered by detections of celebrities: a right is recorded.
    celebrities: bool,
    /// What calls for it holds already: names alone, as sure as the least of them asks.
    plain: bool,
    /// How sure a detection must be to call for it.
    min_confidence: f32,
}

/// What of a trigger does not hold, as its lists have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// None of its names and of `any` is on screen.
    Any,
    /// This one of `all` is not.
    All(usize),
    /// Nobody is on screen who endorses the advertiser.
    Endorsed,
    /// This one of `none` is.
    None(usize),
}

impl std::fmt::Display for Unmet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("none of trigger.names and trigger.any"),
            Self::All(at) => write!(f, "trigger.all[{at}]"),
            Self::Endorsed => f.write_str("trigger.advertiser_endorsed_by_detected"),
            Self::None(at) => write!(f, "trigger.none[{at}]"),
        }
    }
}

impl Compiled {
    /// Compiles a trigger of an instrument of this advertiser, which may be triggered by people or not.
    #[must_use]
    pub fn new(
        trigger: &Trigger,
        advertiser: Option<EntityNo>,
        people: bool,
        entities: &EntityIndex,
    ) -> Self {
        let several = |conditions: &[super::Condition]| -> Vec<Asked> {
            let tests = conditions.iter();
            tests.map(|c| Asked::of(c, trigger, entities)).collect()
        };
        let names = trigger.names.iter();
        let mut any: Vec<Asked> = names.map(|name| Asked::named(name, trigger)).collect();
        any.extend(several(&trigger.any));
        let mut all = several(&trigger.all);
        if trigger.advertiser_endorsed_by_detected {
            let endorsers = advertiser.map(|no| entities.endorsers(no));
            all.push(Asked::one_of(endorsers.unwrap_or_default(), trigger));
        }
        let sure = any.iter().chain(&all).map(|test| test.min_confidence);
        let min_confidence = sure.fold(f32::INFINITY, f32::min);
        let alike = |test: &Asked| test.is_plain() && test.min_confidence <= min_confidence;
        let plain = all.is_empty() && trigger.none.is_empty() && any.iter().all(alike);
        Self {
            celebrities: people,
            plain: plain && !any.is_empty(),
            min_confidence,
            any: any.into(),
            endorsed: trigger.advertiser_endorsed_by_detected,
            all: all.into(),
            none: several(&trigger.none).into(),
        }
    }

    /// Under what it is found.
    #[must_use]
    pub fn keys(&self, entities: &EntityIndex) -> Keys {
        Keys::of(self.any.iter().chain(&self.all), entities)
    }

    /// Whether it asks for nothing on screen, whatever it excludes.
    #[must_use]
    pub fn asks_nothing(&self) -> bool {
        self.any.is_empty() && self.all.is_empty()
    }

    /// Whether a detection that it is found by may call for it.
    #[must_use]
    pub fn heeds(&self, hit: &Hit) -> bool {
        hit.confidence >= self.min_confidence && (self.celebrities || hit.kind != Kind::Celebrity)
    }

    /// Whether it holds of what is on screen up to this position. What is excluded counts whoever it is.
    #[must_use]
    pub fn holds(&self, sight: &Sight<'_>, until: Position) -> bool {
        self.unmet(sight, until).is_none()
    }

    /// The first that does not hold of what is on screen up to this position.
    #[must_use]
    pub fn unmet(&self, sight: &Sight<'_>, until: Position) -> Option<Unmet> {
        let called = Counts {
            until,
            celebrities: self.celebrities,
        };
        let excluded = Counts {
            until,
            celebrities: true,
        };
        if !self.any.is_empty() && !self.any.iter().any(|test| test.holds(sight, called)) {
            return Some(Unmet::Any);
        }
        let missing = |test: &Asked| !test.holds(sight, called);
        if let Some(at) = self.all.iter().position(missing) {
            let endorsed = self.endorsed && at + 1 == self.all.len();
            return Some(if endorsed {
                Unmet::Endorsed
            } else {
                Unmet::All(at)
            });
        }
        let there = |test: &Asked| test.holds(sight, excluded);
        self.none.iter().position(there).map(Unmet::None)
    }

    /// Whether it holds once something has called for it: nothing more is looked at then.
    #[must_use]
    pub const fn holds_when_called(&self) -> bool {
        self.plain
    }
}
