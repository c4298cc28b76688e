//! Beckon's classifier: what its README says.
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod bytes;
pub mod draw;
pub mod encode;
pub mod gate;
pub mod metrics;
pub mod model;
pub mod off_policy;
pub mod policy;
pub mod popularity;
pub mod ranker;
pub mod retrain;
pub mod row;
pub mod schema;
pub mod trainer;
pub mod world;
