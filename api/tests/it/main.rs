//! The server as its users meet it: over HTTP, on both engines, each test with a database of its own.

#[cfg(feature = "aws")]
mod agreement;
mod audiences;
#[cfg(feature = "aws")]
mod buckets;
mod budgets;
mod campaigns;
mod caps;
mod changes;
#[cfg(feature = "demo")]
mod circle;
mod command_line;
mod composition;
mod content;
mod contract;
mod conversions;
mod crash;
pub mod cues;
mod decisions;
mod delivery;
mod detections;
mod diagnosis;
mod entities;
mod events;
mod experiments;
mod harness;
mod hooks;
mod idempotency;
mod images;
mod instrument_import;
mod instrument_index;
mod instruments;
#[cfg(feature = "aws")]
mod ivs;
#[cfg(feature = "aws")]
mod jobs;
mod kill_switches;
mod learning;
mod limits;
mod links;
mod media;
mod media_state;
mod models;
mod people;
mod preview;
mod readme;
mod references;
mod refusals;
#[cfg(feature = "aws")]
mod rekognition;
mod replay;
mod reports;
mod review;
mod service;
mod shows;
mod speed;
mod standings;
#[cfg(feature = "aws")]
#[path = "../standins/mod.rs"]
mod standins;
mod stored;
mod streams;
mod supervise;
#[cfg(feature = "aws")]
mod swans;
mod takeover;
mod targeting;
mod thumbnails;
mod viewers;
mod votes;
mod watch;
mod webhook_events;
mod webhooks;
