#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(clippy::print_stdout))]

// The ground floor.
pub mod audit;
pub mod auth;
#[cfg(feature = "aws")]
pub mod aws;
pub mod blobs;
pub mod categories;
pub mod config;
pub mod currencies;
pub mod db;
pub mod error;
pub mod etag;
pub mod fetch;
pub mod idempotency;
pub mod metrics;
pub mod webhooks;
pub mod words;

// The stations, in the data's order.
pub mod media;

pub mod ingest;

pub mod detections;

pub mod viewers;

pub mod instruments;

pub mod cues;

pub mod decisions;

pub mod events;

pub mod learning;

pub mod reports;

// What builds them, and what speaks to them from outside.
pub mod app;
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
