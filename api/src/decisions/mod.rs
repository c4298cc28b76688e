//! Decisions: the one overlay worth showing, for one viewer at one position.

mod bytes;
pub mod ranking_slot;
pub mod receipt;
