//! Campaigns: instruments of one advertiser with schedule, price, goal, budget and pacing. What of a budget is spent is
//! kept in `decisions`.

mod campaign;
pub mod http;
mod plan;
mod registry;
mod row;
mod store;
mod wire;

pub use campaign::{
    Budget, Campaign, CampaignDefinition, CampaignState, Counted, Goal, Metric, Pacing, Rate,
};
pub(super) use plan::key;
pub use plan::{Limits, Running, Target};
pub(super) use registry::check;
pub(super) use store::all;
pub use store::definition;
#[cfg(test)]
pub(crate) use store::insert;
pub use wire::{
    definition as campaign_from_wire, goal_to_wire, metric_to_wire,
    state as campaign_state_from_wire,
};
