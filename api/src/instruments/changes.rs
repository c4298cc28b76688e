//! Changes: what colleagues do with instruments. Each is one transaction that locks the row, checks what the caller has read,
//! and writes what it did into the audit trail.

use serde_json::{Value, json};

use super::approval::{self, Proposal};
use super::{
    Draft, Instrument, Instruments, Standing, State, Step, TOPIC, missing, notices, refers, rights,
    store,
};
use crate::audit::{self, Change, Deed};
use crate::auth::{Caller, Permission};
use crate::db::{Along, Write, bump};
use crate::detections::entities::EntityIndex;
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::idempotency::{self, Answer, Claim};
use crate::webhooks;
use crate::words::{ExternalId, InstrumentId, Time};

/// What became of a move.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// How it stands now.
    pub instrument: Instrument,
    /// It ran before, and does not any more.
    pub has_left: bool,
}

impl Instruments {
    /// Registers a draft, or gives the answer that was given to the same request before.
    ///
    /// # Errors
    /// When another has its external id, when the key came with another body, or the database does not answer.
    pub async fn create(
        &self,
        draft: Draft,
        caller: &Caller,
        claim: Option<&Claim>,
        now: Time,
        tell: impl Fn(&Instrument) -> anyhow::Result<Answer>,
    ) -> Result<Answer> {
        self.check(&draft).await?;
        let answer = idempotency::once(&self.db, claim, now, async |write| {
            let new = self.insert(write, draft, caller, now).await?;
            Ok(tell(&new)?)
        });
        answer.await
    }

    /// What a draft speaks of must be there, and where it leads must be allowed.
    pub(super) async fn check(&self, draft: &Draft) -> Result<()> {
        self.link_hosts.check(&draft.definition)?;
        rights::check_entities(&draft.definition, &self.entities.index())?;
        refers::check(&self.db, &draft.definition).await?;
        self.check_audience(&draft.definition).await
    }

    /// Writes a draft in this transaction.
    pub(super) async fn insert(
        &self,
        write: &mut Write,
        draft: Draft,
        caller: &Caller,
        now: Time,
    ) -> Result<Instrument> {
        let id = uuid::Uuid::now_v7().to_string();
        let invalid = |e: crate::words::Invalid| Error::Failed(anyhow::anyhow!(e.detail));
        let new = Instrument {
            instrument_id: InstrumentId::parse(&id).map_err(invalid)?,
            standing: Standing::NEW,
            author: Some(caller.subject.to_string()),
            external_id: draft.external_id,
            definition: draft.definition,
            created_at: now,
            updated_at: now,
        };
        if !store::insert(write, &new).await? {
            return Err(taken(new.external_id.as_ref()));
        }
        let deed = Deed {
            action: "instrument.create",
            resource: Instrument::resource(&new.instrument_id),
            to: Some(told(&new.standing)),
            ..Deed::default()
        };
        audit::note(write, caller, deed, now).await?;
        Ok(new)
    }

    /// Gives an instrument a new version. What others approved before goes on running until they approve this one.
    ///
    /// # Errors
    /// When there is none of this id, when it has changed since it was read, when it is archived, or the database does not
    /// answer.
    pub async fn replace(
        &self,
        instrument_id: &InstrumentId,
        draft: Draft,
        change: Change<'_>,
    ) -> Result<Instrument> {
        self.check(&draft).await?;
        let mut write = self.db.write().await?;
        let before = locked(&mut write, instrument_id, change).await?;
        let after = self.revise(&mut write, before, draft, change).await?;
        write.commit().await?;
        Ok(after)
    }

    /// Writes a new version of a locked instrument in its transaction.
    pub(super) async fn revise(
        &self,
        write: &mut Write,
        before: Instrument,
        draft: Draft,
        change: Change<'_>,
    ) -> Result<Instrument> {
        let standing = before.standing.revised().ok_or_else(|| {
            let detail = "it is archived, for good; register another";
            Refusal::new(ErrorCode::InvalidTransition, detail)
        })?;
        let after = Instrument {
            standing,
            author: Some(change.caller.subject.to_string()),
            definition: draft.definition,
            external_id: draft.external_id.or(before.external_id),
            updated_at: change.now,
            ..before
        };
        if !store::put(write, &after).await? {
            return Err(taken(after.external_id.as_ref()));
        }
        store::insert_version(write, &after).await?;
        note(write, "instrument.revise", &before.standing, &after, change).await?;
        Ok(after)
    }

    /// Moves an instrument to a state; where it stands there already, nothing changes. What goes `along` is written in the
    /// same transaction where the instrument leaves `live`.
    ///
    /// # Errors
    /// When there is none of this id, when no step leads there, when the caller may not take it, when it has changed since
    /// it was read, or when the database does not answer.
    pub async fn move_to(
        &self,
        instrument_id: &InstrumentId,
        to: State,
        along: Option<&dyn Along>,
        change: Change<'_>,
    ) -> Result<Moved> {
        let mut write = self.db.write().await?;
        let before = locked(&mut write, instrument_id, change).await?;
        let ran = before.standing.running();
        let after = self.step(&mut write, before, to, along, change).await?;
        let runs = after.standing.running();
        write.commit().await?;
        if ran != runs {
            self.rebuild().await?;
        }
        Ok(Moved {
            instrument: after,
            has_left: ran.is_some() && runs.is_none(),
        })
    }

    /// Takes the step to a state, if there is one to take, with a locked instrument in its transaction.
    pub(super) async fn step(
        &self,
        write: &mut Write,
        before: Instrument,
        to: State,
        along: Option<&dyn Along>,
        change: Change<'_>,
    ) -> Result<Instrument> {
        let step = before.standing.step(to).map_err(|why| {
            let (id, to) = (&before.instrument_id, to.as_str());
            let detail = format!("the instrument {id} cannot be {to}: {why}");
            Refusal::new(ErrorCode::InvalidTransition, detail)
        })?;
        let Some(step) = step else {
            return Ok(before);
        };
        permit(write, &self.entities.index(), &before, step, change).await?;
        let after = Instrument {
            standing: before.standing.after(step),
            updated_at: change.now,
            ..before
        };
        store::put(write, &after).await?;
        if step == Step::Approve {
            let by = change.caller.subject.as_str();
            store::approve(write, &after, by, change.now).await?;
        }
        let (ran, runs) = (before.standing.running(), after.standing.running());
        if let Some(along) = along.filter(|_| ran.is_some() && runs.is_none()) {
            along.write(write).await?;
        }
        if ran != runs {
            bump(write.tx(), TOPIC, change.now).await?;
        }
        note(write, step.action(), &before.standing, &after, change).await?;
        Ok(after)
    }

    /// Forgets a draft; its versions stay for receipts and training rows that speak of them.
    ///
    /// # Errors
    /// When there is none of this id, when it is no draft, when it has changed since it was read, or when the database does
    /// not answer.
    pub async fn delete(&self, instrument_id: &InstrumentId, change: Change<'_>) -> Result<()> {
        let mut write = self.db.write().await?;
        let before = locked(&mut write, instrument_id, change).await?;
        let (code, why) = match before.standing.state {
            State::Draft => {
                store::delete(&mut write, instrument_id).await?;
                let deed = Deed {
                    action: "instrument.delete",
                    resource: Instrument::resource(instrument_id),
                    from: Some(told(&before.standing)),
                    ..Deed::default()
                };
                change.note(&mut write, deed).await?;
                return Ok(write.commit().await?);
            }
            State::Live => (ErrorCode::InstrumentLive, "is live; archive it instead"),
            State::InReview => (
                ErrorCode::InvalidTransition,
                "is in review; take it back first",
            ),
            _ => (
                ErrorCode::InvalidTransition,
                "was approved once; archive it instead",
            ),
        };
        let detail = format!("the instrument {instrument_id} {why}");
        Err(Refusal::new(code, detail).into())
    }
}

/// Goes on only if the caller may take this step, and nothing stands against it.
async fn permit(
    write: &mut Write,
    entities: &EntityIndex,
    before: &Instrument,
    step: Step,
    change: Change<'_>,
) -> Result<()> {
    let permission = match step {
        Step::Submit => Permission::WriteInstruments,
        _ => Permission::MoveInstruments,
    };
    change.caller.may(permission)?;
    match step {
        Step::Approve if before.author.as_deref() == Some(change.caller.subject.as_str()) => {
            let version = before.standing.version;
            let detail = format!("you wrote version {version}; somebody else approves it");
            Err(Refusal::new(ErrorCode::OwnVersion, detail).into())
        }
        Step::Approve => {
            let proposal = Proposal {
                definition: &before.definition,
                entities,
                now: change.now,
            };
            Ok(approval::check(&proposal)?)
        }
        Step::Launch => {
            // It is the approved version that goes live, whatever was written since.
            let approved = store::approved(write, &before.instrument_id).await?;
            let schedule = approved.and_then(|definition| definition.schedule);
            if schedule.is_some_and(|schedule| schedule.is_over(change.now)) {
                let detail = "its schedule is over; a new version with a later ends_at can go live";
                return Err(Refusal::new(ErrorCode::InvalidTransition, detail).into());
            }
            Ok(())
        }
        Step::Submit | Step::SendBack | Step::Pause | Step::Archive => Ok(()),
    }
}

/// The instrument, which belongs to this transaction until it ends, if it is still as the caller read it.
async fn locked(
    write: &mut Write,
    instrument_id: &InstrumentId,
    change: Change<'_>,
) -> Result<Instrument> {
    let found = store::lock(write, instrument_id).await?;
    let instrument = found.ok_or_else(|| missing(instrument_id))?;
    change.check(&instrument.etag())?;
    Ok(instrument)
}

/// Tells what became of an instrument: the audit trail, and the webhooks.
async fn note(
    write: &mut Write,
    action: &'static str,
    before: &Standing,
    after: &Instrument,
    change: Change<'_>,
) -> Result<()> {
    let deed = Deed {
        action,
        resource: Instrument::resource(&after.instrument_id),
        from: Some(told(before)),
        to: Some(told(&after.standing)),
        ..Deed::default()
    };
    change.note(write, deed).await?;
    let by = change.caller.subject.as_str();
    let notice = notices::state_changed(before, after, by, change.now);
    Ok(webhooks::tell(write, notice.as_slice()).await?)
}

/// How an instrument stands, as the audit trail tells it.
fn told(standing: &Standing) -> Value {
    let Standing {
        version,
        state,
        review,
        approved_version,
        revision: _,
    } = standing;
    json!({"version": version, "state": state.as_str(), "review": review.as_str(), "approved_version": approved_version})
}

fn taken(external_id: Option<&ExternalId>) -> Error {
    let id = external_id.map_or("", ExternalId::as_str);
    Refusal {
        field: Some("external_id".to_owned()),
        ..Refusal::new(
            ErrorCode::ExternalIdTaken,
            format!("another instrument has the external id {id}"),
        )
    }
    .into()
}
