//! Ingest: a live stream is watched, its pictures are cut and recognised, and what was seen is stored.

pub mod frames;
pub mod recogniser;
pub mod references;

pub use references::References;
