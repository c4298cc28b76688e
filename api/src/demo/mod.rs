//! The demo: a channel, what may be shown on it, two viewers, and a simulated audience. It speaks HTTP only,
//! like any customer of the API.

pub mod audience;
pub mod broadcast;
mod client;
pub mod http;
mod seed;
mod shop;

pub use client::{Api, Tokens};
pub use seed::{AUDIENCE_MEDIA, Channel, Profile, VIEWERS, plant, profile, profiles};
