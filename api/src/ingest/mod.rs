//! Ingest: a live stream is watched, its pictures are cut and recognised, and what was seen is stored.

pub mod account;
mod analyse;
mod desk;
pub mod frames;
pub mod hls;
pub mod hooks;
pub mod http;
mod ingests;
pub mod ledger;
pub mod models;
mod outside;
mod pace;
mod pictures;
pub mod recogniser;
pub mod references;
mod scenes;
pub mod spend;
pub mod stored;
mod supervise;
pub mod thumbnails;
pub mod timetable;
mod watch;
mod wire;

pub use desk::Desk;
pub use hls::WIDTH;
pub use ingests::{Ingests, Phase, Standing};
pub use outside::Outside;
pub use references::References;
pub use supervise::Supervisor;
pub use watch::{WatchJob, Watched, Watching, watch};
