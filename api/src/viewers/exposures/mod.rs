//! Exposures as they are stored: what viewers were shown, many at a time.

mod store;

pub(super) use store::{AT_ONCE, drop_old, insert, overgrown, places};
