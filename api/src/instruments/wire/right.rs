//! Rights on the wire and in the domain.

use beckon_openapi::instrument as wire;

use super::text;
use crate::error::{At, Result};
use crate::instruments::PersonRight;
use crate::words::Time;

const LONGEST: usize = 200;

pub(super) fn from_wire(wire: wire::PersonRight) -> Result<PersonRight> {
    let wire::PersonRight {
        basis,
        reference,
        valid_until,
    } = wire;
    let end = valid_until.map(|end| Time::parse(&end).at("person_right.valid_until"));
    Ok(PersonRight {
        basis: text("person_right.basis", basis, LONGEST)?,
        reference: text("person_right.reference", reference, LONGEST)?,
        valid_until: end.transpose()?,
    })
}

pub(super) fn to_wire(right: &PersonRight) -> wire::PersonRight {
    wire::PersonRight {
        basis: right.basis.clone(),
        reference: right.reference.clone(),
        valid_until: right.valid_until.map(|end| end.to_string()),
    }
}
