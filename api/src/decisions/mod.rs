//! Decisions: the one overlay worth showing, for one viewer at one position.
//!
//! The hot path: window -> candidates -> filters -> ranking -> overlay and sealed receipt. It writes nothing.

mod answer;
pub mod budget;
mod bytes;
mod candidates;
pub mod case;
mod choose;
mod composition;
mod context;
mod decide;
pub mod diagnosis;
mod filters;
mod gather;
pub mod http;
mod layout;
mod limits;
pub mod link;
mod missing;
mod pending;
mod policies;
mod preview;
mod rank;
pub mod ranking_slot;
pub mod receipt;
pub mod replay;
mod request;
mod room;
mod scene;
mod seed;
mod showings;
mod shown;
mod sticky;
mod terms;
mod value;
mod wire;
mod world;

pub use budget::{Charge, charge};
pub use decide::{Decisions, Sources};
pub use ranking_slot::Ranking;
pub use request::Ask;
pub use scene::Reason;
pub use terms::{Mode, Spend, Terms};
pub use wire::reason as reason_to_wire;
