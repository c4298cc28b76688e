//! Instruments: what viewers may be shown, in immutable versions, and the index of those that are live.

mod accessibility;
mod approval;
pub mod audience;
pub mod audiences;
pub mod campaigns;
pub mod caps;
mod caps_row;
mod changes;
mod content;
mod contrast;
mod counts;
mod definition;
pub mod delivery;
mod eligibility;
mod extent;
pub mod hours;
pub mod http;
pub mod images;
pub mod import;
mod index;
mod instrument;
mod kill_switches;
mod link_hosts;
mod live;
mod locale;
mod notices;
mod presentation;
mod refers;
mod registry;
mod rights;
mod row;
mod show_time;
mod standing;
mod store;
pub mod trigger;
mod variants;
mod wire;

pub use audience::Audience;
pub use changes::Moved;
pub use content::{Answer, Content, Offer, Picture, PictureSource, Price, Question};
pub use counts::{Counts, SLOTS as COUNT_SLOTS};
pub use definition::{Competitors, Definition, FrequencyCap, Kind, Schedule};
pub use delivery::{Delivery, DeliveryRules, Kinds, delivery_rules_from_wire};
pub use eligibility::{Circumstances, may_run};
pub use extent::{Extent, Height};
pub use images::Images;
pub use index::Index;
pub use instrument::{Draft, Instrument, Version, Written};
pub use kill_switches::{KillSwitch, KillSwitches, Killed, Target};
pub use link_hosts::LinkHosts;
pub use live::Live;
pub use locale::{Locale, Localised};
pub use presentation::{Base, Colour, Presentation, Texts, Theme, Told};
pub use registry::Instruments;
use registry::missing;
pub use rights::PersonRight;
pub use show_time::ShowTime;
pub use standing::{Review, Standing, State, Step};
pub use store::Wanted;
pub use trigger::Trigger;
pub use variants::Variant;
pub use wire::{
    caps_from_wire, caps_to_wire, cooldowns_from_wire, cooldowns_to_wire,
    definition as definition_from_wire, level_caps_from_wire, level_caps_to_wire,
    note as note_from_wire, state as state_from_wire,
};

/// The topic under which live instruments change.
pub const TOPIC: &str = "instruments";
