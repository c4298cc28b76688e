//! Reports: what became of an instrument.

pub mod breakdown;
pub mod diagnosis;
pub mod http;
mod leaderboard;
mod live;
mod results;
mod wilson;
mod wire;

pub use leaderboard::{Placed, places};
pub use live::{Listener, Live};
pub use results::{Results, read};
pub use wilson::{Rate, rate};
