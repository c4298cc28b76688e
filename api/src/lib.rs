#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(clippy::print_stdout))]

// The ground floor.
pub mod auth;
pub mod blobs;
pub mod config;
pub mod db;
pub mod error;
pub mod fetch;
pub mod words;

// The stations, in the data's order.
pub mod decisions;
pub mod detections;
pub mod events;
pub mod ingest;
pub mod instruments;
pub mod learning;
pub mod media;
pub mod reports;
pub mod viewers;

// What builds them, and what speaks to them from outside.
pub mod app;
pub mod cli;
