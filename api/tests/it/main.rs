//! The server as its users meet it: over HTTP, on both engines, each test with a database of its own.

#[cfg(feature = "demo")]
mod circle;
mod contract;
mod decisions;
mod detections;
mod harness;
mod instruments;
mod media;
mod readme;
mod references;
mod refusals;
mod reports;
mod service;
mod viewers;
mod watch;
