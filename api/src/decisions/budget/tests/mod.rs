//! Delivery in a simulated event, and slices under any interleaving.

mod event;
mod slices;
