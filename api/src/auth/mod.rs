//! Who calls, and what they may do: signed tokens, five roles, and the keys of this installation.

mod caller;
mod keys;
mod permission;
mod token;

pub use caller::Caller;
pub use keys::{Keys, ReceiptKey};
pub use permission::Permission;
pub use token::{Auth, Claims, Role};
