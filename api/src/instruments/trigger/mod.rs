//! Triggers: what must be on screen, and what must not.

mod asked;
mod compiled;
mod keys;
mod row;

#[cfg(test)]
mod tests;
mod wire;

use crate::detections::Kind;
use crate::words::{Confidence, EntityId};

pub use compiled::{Compiled, Unmet};
pub use keys::Keys;
pub(super) use row::TriggerRow;
pub(super) use wire::{from_wire, to_wire};

/// What must be on screen: one of `names` and `any`, all of `all`, and nothing of `none`.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Names, each short for a condition of nothing else.
    pub names: Vec<String>,
    /// One of these.
    pub any: Vec<Condition>,
    /// All of these.
    pub all: Vec<Condition>,
    /// None of these.
    pub none: Vec<Condition>,
    /// How sure the recogniser must be, unless a condition says otherwise.
    pub min_confidence: Confidence,
    /// How long it must be on screen, unless a condition says otherwise.
    pub min_on_screen_ms: i64,
    /// Somebody is on screen who endorses the advertiser.
    pub advertiser_endorsed_by_detected: bool,
}

impl Trigger {
    /// The names one of which must be detected; none where something else may do as well.
    #[must_use]
    pub fn only_names(&self) -> Option<Vec<&str>> {
        let named = self.any.iter().map(|one| one.name.as_deref());
        let mut names = named.collect::<Option<Vec<&str>>>()?;
        names.extend(self.names.iter().map(String::as_str));
        let only = !names.is_empty() && !self.advertiser_endorsed_by_detected;
        only.then_some(names)
    }
}

/// What one detection must be; all that is told must hold of the same one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Condition {
    /// What kind of thing.
    pub kind: Option<Kind>,
    /// Its name.
    pub name: Option<String>,
    /// The entity that it shows.
    pub entity_id: Option<EntityId>,
    /// It shows an entity that this one endorses.
    pub endorsed_by: Option<EntityId>,
    /// What it is a kind of.
    pub parent: Option<String>,
    /// The recogniser's category, or the entity's.
    pub category: Option<String>,
    /// How sure the recogniser must be.
    pub min_confidence: Option<Confidence>,
    /// How long it must be on screen.
    pub min_on_screen_ms: Option<i64>,
    /// The least share of the picture that a box of it takes.
    pub min_box: Option<f64>,
    /// The largest.
    pub max_box: Option<f64>,
    /// Where in the picture the middle of a box lies.
    pub region: Option<Region>,
}

/// A part of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Region {
    /// A third of it, by name.
    Third(Third),
    /// Left, top, width and height, in ratios.
    Box([f64; 4]),
}

/// A third of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Third {
    /// From the left edge.
    Left,
    /// Between the left and the right third.
    Centre,
    /// To the right edge.
    Right,
    /// From the top edge.
    Top,
    /// Between the top and the bottom third.
    Middle,
    /// To the bottom edge.
    Bottom,
}

impl Third {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Left,
        Self::Centre,
        Self::Right,
        Self::Top,
        Self::Middle,
        Self::Bottom,
    ];

    /// The third as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Centre => "centre",
            Self::Right => "right",
            Self::Top => "top",
            Self::Middle => "middle",
            Self::Bottom => "bottom",
        }
    }
}

impl Trigger {
    /// Every condition that its lists name, the short ones aside.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.any.iter().chain(&self.all).chain(&self.none)
    }
}
