#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod campaign;
pub mod caps;
pub mod catalogue;
pub mod category;
pub mod content;
pub mod cue;
pub mod decision;
pub mod delivery;
pub mod detection;
pub mod event;
pub mod health;
pub mod hook;
pub mod image;
pub mod ingest;
pub mod instrument;
pub mod media;
pub mod model;
pub mod page;
pub mod person;
pub mod problem;
pub mod reference;
pub mod results;
pub mod viewer;
pub mod webhook;
