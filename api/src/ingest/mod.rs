//! Ingest: a live stream is watched, its pictures are cut and recognised, and what was seen is stored.

mod analyse;
pub mod frames;
pub mod hls;
pub mod ledger;
pub mod models;
pub mod recogniser;
pub mod references;
pub mod spend;
mod watch;

pub use hls::WIDTH;
pub use references::References;
pub use watch::{WatchJob, Watched, Watching, watch};
