//! What stands against approving a version: one list of checks. They are asked where a version is approved, so that what was
//! true when it was written does not count for ever.

use super::{Definition, rights};
use crate::detections::entities::EntityIndex;
use crate::error::{ErrorCode, Refusal};
use crate::words::Time;

/// A version that is to be approved, and what the checks look at beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proposal<'a> {
    pub(super) definition: &'a Definition,
    pub(super) entities: &'a EntityIndex,
    pub(super) now: Time,
}

/// What stands against a proposal: the field, what is wrong with it, and its bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Objection {
    pub(super) field: &'static str,
    pub(super) detail: String,
    pub(super) bound: &'static str,
}

type Check = fn(&Proposal<'_>) -> Option<Objection>;

/// Every check, in the order in which they are asked.
const CHECKS: &[Check] = &[schedule_ahead, right_to_people];

/// Goes on only if nothing stands against the proposal.
pub(super) fn check(proposal: &Proposal<'_>) -> Result<(), Refusal> {
    match CHECKS.iter().find_map(|check| check(proposal)) {
        None => Ok(()),
        Some(Objection {
            field,
            detail,
            bound,
        }) => Err(Refusal {
            code: ErrorCode::ApprovalRefused,
            ..Refusal::field(field, detail, bound)
        }),
    }
}

/// What can never run needs no approval.
fn schedule_ahead(proposal: &Proposal<'_>) -> Option<Objection> {
    let schedule = proposal.definition.schedule.unwrap_or_default();
    schedule.is_over(proposal.now).then(|| Objection {
        field: "schedule.ends_at",
        detail: "its schedule is over; a new version with a later ends_at can be approved"
            .to_owned(),
        bound: "after now",
    })
}

/// What people trigger needs a right.
fn right_to_people(proposal: &Proposal<'_>) -> Option<Objection> {
    let missing = rights::missing(proposal.definition, proposal.entities, proposal.now)?;
    Some(Objection {
        field: "person_right",
        detail: format!("{missing}; a new version with a person_right can be approved"),
        bound: "basis and reference of a right that has not ended",
    })
}
