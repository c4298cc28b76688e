//! Bulk import: many drafts at once, in one transaction, with a report item by item.

pub mod http;
mod wire;

use std::collections::HashSet;

use super::{Draft, Instrument, Instruments, State, store};
use crate::audit::Change;
use crate::auth::{Caller, Permission};
use crate::db::Write;
use crate::error::{Error, Refusal, Result};
use crate::etag::IfMatch;
use crate::idempotency::{self, Answer, Claim, Intake};
use crate::words::{ExternalId, InstrumentId, Time};

/// An item of a file, as far as it could be read.
#[derive(Debug)]
pub(super) struct Item {
    /// The line on which it begins.
    line: u64,
    /// What colleagues call it, where that could be read.
    name: Option<String>,
    /// Its id in the marketer's own system, where that could be read.
    external_id: Option<String>,
    /// It is a row of a table.
    is_row: bool,
    /// What is to be registered, or why it cannot.
    draft: std::result::Result<Draft, Refusal>,
}

/// What became of an item.
#[derive(Debug)]
enum Outcome {
    Created(InstrumentId),
    Updated(InstrumentId),
    Unchanged(InstrumentId),
    Refused(Refusal),
}

/// An item and what became of it.
#[derive(Debug)]
struct Imported {
    item: Item,
    outcome: Outcome,
}

/// How to import.
#[derive(Debug, Clone, Copy)]
struct Terms {
    dry_run: bool,
    submit: bool,
}

impl Instruments {
    /// Registers the items that can be, and tells what became of each. A dry run does the same and then lets go of it: what it
    /// reports is what would be.
    async fn import(
        &self,
        items: Vec<Item>,
        terms: Terms,
        caller: &Caller,
        claim: Option<&Claim>,
        now: Time,
    ) -> Result<Answer> {
        caller.may(Permission::WriteInstruments)?;
        let mut write = match idempotency::take(&self.db, claim, now).await? {
            Intake::Seen(answer) => return Ok(answer),
            Intake::New(write) => write,
        };
        let (any, mut named) = (IfMatch::default(), HashSet::new());
        let change = Change {
            note: Some("imported"),
            ..Change::of(caller, &any, now)
        };
        let mut imported = Vec::with_capacity(items.len());
        for mut item in items {
            let draft = match std::mem::replace(&mut item.draft, Err(twice())) {
                Ok(draft) if draft.external_id.clone().is_none_or(|id| named.insert(id)) => {
                    Ok(draft)
                }
                Ok(_) => Err(twice()),
                Err(refusal) => Err(refusal),
            };
            let outcome = match draft {
                Ok(draft) => self.take_in(&mut write, draft, terms, change).await,
                Err(refusal) => Err(refusal.into()),
            };
            let outcome = match outcome {
                Ok(outcome) => outcome,
                Err(Error::Refused(refusal)) => Outcome::Refused(refusal),
                Err(failed @ Error::Failed(_)) => return Err(failed),
            };
            imported.push(Imported { item, outcome });
        }
        let answer = Answer::ok(&wire::report(&imported, terms.dry_run))?;
        if !terms.dry_run {
            idempotency::keep(&mut write, claim, &answer).await?;
            write.commit().await?;
        }
        Ok(answer)
    }

    async fn take_in(
        &self,
        write: &mut Write,
        draft: Draft,
        terms: Terms,
        change: Change<'_>,
    ) -> Result<Outcome> {
        let known = match &draft.external_id {
            Some(external_id) => self.known(write, external_id).await?,
            None => None,
        };
        let (written, is_new) = match known {
            Some(before) if before.definition == draft.definition => {
                return Ok(Outcome::Unchanged(before.instrument_id));
            }
            Some(before) => (self.revise(write, before, draft, change).await?, false),
            None => (
                self.insert(write, draft, change.caller, change.now).await?,
                true,
            ),
        };
        let instrument_id = written.instrument_id.clone();
        if terms.submit {
            self.step(write, written, State::InReview, None, change)
                .await?;
        }
        Ok(match is_new {
            true => Outcome::Created(instrument_id),
            false => Outcome::Updated(instrument_id),
        })
    }

    async fn known(
        &self,
        write: &mut Write,
        external_id: &ExternalId,
    ) -> Result<Option<Instrument>> {
        match store::by_external_id(write, external_id).await? {
            Some(instrument_id) => Ok(store::lock(write, &instrument_id).await?),
            None => Ok(None),
        }
    }
}

fn twice() -> Refusal {
    let detail = "an item before this one has the same external_id";
    Refusal::field("external_id", detail, "once in a file")
}
