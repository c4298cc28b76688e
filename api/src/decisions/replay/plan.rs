//! What is to be replayed, checked: a plan that exists is within its bounds.

use crate::instruments::Definition;
use crate::viewers::{AttributeName, Profile, Value};
use crate::words::{AudienceId, InstrumentId, Time, Window};

/// What is to be replayed.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Registered instruments.
    pub instrument_ids: Vec<InstrumentId>,
    /// Those that are not.
    pub drafts: Vec<Definition>,
    /// What is live now competes too.
    pub with_live: bool,
    /// Where viewers ask.
    pub window: Window,
    /// How far apart they do.
    pub every_ms: i64,
    /// When the window begins; as if it were live unless told.
    pub starts_at: Option<Time>,
    /// How many overlays each may get at once.
    pub slots: usize,
    /// Who watches.
    pub audience: Audience,
    /// How many impressions an instrument is to reach.
    pub goals: Vec<(InstrumentId, u64)>,
    /// How many overlays the timeline tells.
    pub timeline: usize,
}

/// Who watches.
#[derive(Debug, Clone)]
pub struct Audience {
    /// How many people it stands for.
    pub size: u64,
    /// How many are simulated; at least one.
    pub sample: u32,
    /// What all draws hang on.
    pub seed: u64,
    /// How many arrive in each of as many stretches; never empty.
    pub arrivals: Vec<f64>,
    /// Who they are; never empty.
    pub groups: Vec<Group>,
}

/// A group of viewers.
#[derive(Debug, Clone)]
pub struct Group {
    /// What the report calls it.
    pub name: String,
    /// How many belong to it, in relation to the others.
    pub weight: f64,
    /// A saved audience that all of them are in.
    pub audience_id: Option<AudienceId>,
    /// What all of them have in common.
    pub profile: Profile,
    /// What differs among them.
    pub mixes: Vec<Mix>,
}

/// An attribute that differs within a group.
#[derive(Debug, Clone)]
pub struct Mix {
    /// The attribute.
    pub attribute: AttributeName,
    /// Its values with their weights; never empty. `None`: those who do not have it.
    pub values: Vec<(Option<Value>, f64)>,
}

impl Plan {
    /// The positions at which viewers ask.
    pub fn steps(&self) -> impl Iterator<Item = i64> {
        let step = usize::try_from(self.every_ms).unwrap_or(usize::MAX);
        (self.window.from().ms()..=self.window.to().ms()).step_by(step)
    }
}
