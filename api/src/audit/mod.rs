//! The audit trail: who changed what, when, from what to what. An entry is written in the transaction of what it tells.

mod change;
pub mod http;
mod store;

pub use change::Change;

use serde_json::Value;

use crate::auth::Caller;
use crate::db::{Db, Write};
use crate::error::Result;
use crate::words::Time;

/// What was done.
#[derive(Debug, Clone, Default)]
pub struct Deed {
    /// `<thing>.<verb>`, such as `instrument.approve`.
    pub action: &'static str,
    /// With what: its path below `/v1/`, such as `instruments/01964d2e…`.
    pub resource: String,
    /// How it stood before; none for what was not there.
    pub from: Option<Value>,
    /// How it stands since; none for what is gone.
    pub to: Option<Value>,
    /// What they said about it.
    pub note: Option<String>,
}

/// One entry, as it is kept.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Later ones have greater ids.
    pub audit_id: String,
    /// When.
    pub at: Time,
    /// Who.
    pub subject: String,
    /// In which role.
    pub role: String,
    /// What was done.
    pub action: String,
    /// With what.
    pub resource: String,
    /// How it stood before.
    pub from: Option<Value>,
    /// How it stands since.
    pub to: Option<Value>,
    /// What they said about it.
    pub note: Option<String>,
}

/// Which entries to read.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only what concerns this.
    pub resource: Option<String>,
    /// Only what they did.
    pub subject: Option<String>,
    /// Only entries before this one.
    pub before: Option<String>,
}

/// Writes an entry, in the transaction of what it tells.
///
/// # Errors
/// When the database does not answer.
pub async fn note(write: &mut Write, caller: &Caller, deed: Deed, now: Time) -> anyhow::Result<()> {
    let Deed {
        action,
        resource,
        from,
        to,
        note,
    } = deed;
    let entry = Entry {
        audit_id: uuid::Uuid::now_v7().to_string(),
        at: now,
        subject: caller.subject.to_string(),
        role: format!("{:?}", caller.role).to_lowercase(),
        action: action.to_owned(),
        resource,
        from,
        to,
        note,
    };
    store::insert(write, &entry).await
}

/// The trail, for reading.
#[derive(Debug, Clone)]
pub struct Audit {
    db: Db,
}

impl Audit {
    /// Of this database.
    #[must_use]
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// The newest entries first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn page(&self, wanted: &Wanted, limit: u32) -> Result<Vec<Entry>> {
        Ok(store::page(&self.db, wanted, limit).await?)
    }
}
