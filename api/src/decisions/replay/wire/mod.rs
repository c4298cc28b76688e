//! Replays on the wire and in the domain.

mod plan;
mod report;

pub(super) use plan::plan;
pub(super) use report::report;
