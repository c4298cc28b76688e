//! Instruments: what viewers may be shown, in immutable versions, and the index of those that are live.

pub mod audience;
pub mod caps;
mod definition;
pub mod http;
mod index;
mod instrument;
mod registry;
mod row;
mod store;
mod wire;

pub use audience::Audience;
pub use definition::{
    Answer, Content, Definition, FrequencyCap, Kind, Offer, Price, Question, Schedule, Trigger,
};
pub use index::{Index, Live};
pub use instrument::{Instrument, State, Version};
pub use registry::Instruments;
pub use wire::{
    caps_from_wire, caps_to_wire, cooldowns_from_wire, cooldowns_to_wire,
    definition as definition_from_wire, level_caps_from_wire, level_caps_to_wire,
    state as state_from_wire,
};

/// The topic under which live instruments change.
pub const TOPIC: &str = "instruments";
