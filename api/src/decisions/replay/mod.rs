//! Replay: any set of instruments over stored detections, with a simulated audience: what would have been shown, when and
//! to whom. It decides by the server's own code, draws by its seed alone, and so answers the same question alike.

mod audience;
pub mod http;
mod plan;
mod run;
mod stage;
mod wire;

pub use plan::{Audience, Group, Mix, Plan};
pub use run::{Replayed, Report, Showing};
pub use stage::Stage;
