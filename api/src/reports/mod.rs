//! Reports: what became of an instrument.

pub mod http;
mod results;
mod wilson;
mod wire;

pub use results::{Results, read};
pub use wilson::{Rate, rate};
