//! The matcher measured: on the drawn channel, and on marks put into moving backgrounds.
//!
//! Counts and rates are printed, so that `cargo test -- --nocapture` is the measurement.

#![expect(
    clippy::unwrap_used,
    reason = "what fails while a test is prepared fails the test"
)]

mod acceptance;
mod backgrounds;
mod channel;
mod film;
mod gallery;
mod score;
mod synthesis;
