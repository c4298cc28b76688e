//! Changes: who makes one, what they have read before, what they say about it, and when.

use super::Deed;
use crate::auth::Caller;
use crate::db::Write;
use crate::error::Result;
use crate::etag::{ETag, IfMatch};
use crate::words::Time;

/// Who changes something, and what they ask of it.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// Only if it is still as they read it.
    pub if_match: &'a IfMatch,
    /// What they say about it.
    pub note: Option<&'a str>,
    /// When.
    pub now: Time,
}

impl<'a> Change<'a> {
    /// A change without a note.
    #[must_use]
    pub const fn of(caller: &'a Caller, if_match: &'a IfMatch, now: Time) -> Self {
        Self {
            caller,
            if_match,
            note: None,
            now,
        }
    }

    /// Goes on only if what is changed, which is there and locked, is still as they read it.
    ///
    /// # Errors
    /// When it has changed.
    pub fn check(&self, etag: &ETag) -> Result<()> {
        self.if_match.check(etag)
    }

    /// Writes what they did into the audit trail, in the transaction of what it tells.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn note(&self, write: &mut Write, deed: Deed) -> anyhow::Result<()> {
        let note = self.note.map(str::to_owned);
        super::note(write, self.caller, Deed { note, ..deed }, self.now).await
    }
}
