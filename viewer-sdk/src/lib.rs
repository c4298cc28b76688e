#![doc = include_str!("../README.md")]
#![warn(missing_docs, missing_debug_implementations)]

// Every memory in here is bounded and short: plain vectors weigh a kilobyte less than rings.
pub mod anchor;
pub mod caps;
pub mod cue;
pub mod outbox;
pub mod qr;
pub mod schedule;
pub mod session;
pub mod viewability;
pub mod wasm;
