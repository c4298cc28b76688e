//! Delivery in a simulated event, slices under any interleaving, and what is told of campaigns.

mod event;
mod milestones;
mod slices;
