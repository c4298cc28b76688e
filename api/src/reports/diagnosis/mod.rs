//! Diagnosis: why an instrument is not served.

mod gather;
mod hints;
pub mod http;
mod wire;

pub use gather::{Period, diagnose};
pub use hints::{Facts, Hint, hints};
