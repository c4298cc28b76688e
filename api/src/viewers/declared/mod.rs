//! Declared attributes: a name stands for one type everywhere, so that a rule over it is checked when it is registered.

mod declaration;
mod declarations;
pub mod http;
pub mod special;
mod store;
mod value_type;
mod wire;

pub use declaration::{Declaration, Declared};
pub use declarations::Declarations;
pub use value_type::{ValueType, date, version};

/// The topic under which they change.
const TOPIC: &str = "attributes";
