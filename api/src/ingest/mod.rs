//! Ingest: a live stream is watched, its pictures are cut and recognised, and what was seen is stored.

mod analyse;
pub mod frames;
pub mod hls;
pub mod ledger;
pub mod recogniser;
pub mod references;
mod watch;

pub use references::References;
pub use watch::{WatchJob, Watched, Watching, watch};
