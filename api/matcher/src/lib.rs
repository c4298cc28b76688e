//! Finds reference images in video frames.
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod accept;
mod area;
mod coarse;
mod correlate;
mod frame;
mod matcher;
mod planes;
mod pyramid;
mod reference;
mod refine;
mod template;

pub use area::Area;
pub use frame::{FrameError, RgbFrame};
pub use matcher::{Match, Matcher, Options};
pub use reference::{Reference, ReferenceError};
