//! Ingest: a live stream is watched, its pictures are cut and recognised, and what was seen is stored.

mod analyse;
mod desk;
pub mod frames;
pub mod hls;
pub mod hooks;
pub mod ledger;
pub mod models;
mod outside;
pub mod recogniser;
pub mod references;
pub mod spend;
mod thumbnails;
mod watch;

pub use desk::Desk;
pub use hls::WIDTH;
pub use outside::Outside;
pub use references::References;
pub use watch::{WatchJob, Watched, Watching, watch};
