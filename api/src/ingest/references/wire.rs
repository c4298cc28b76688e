//! References on the wire and in the domain.

use beckon_openapi::reference as wire;

use super::{Named, Reference};
use crate::error::{Refusal, Result};

pub(super) fn named(wire: wire::NewReference) -> Result<Named> {
    let wire::NewReference { name, external_id } = wire;
    Ok(Named {
        name: short("name", &name)?,
        external_id: external_id
            .map(|id| short("external_id", &id))
            .transpose()?,
    })
}

fn short(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 256 {
        let detail = format!("{field} has {} bytes", text.len());
        return Err(Refusal::field(field, detail, "1 to 256 bytes").into());
    }
    Ok(text.to_owned())
}

impl From<&Reference> for wire::Reference {
    fn from(reference: &Reference) -> Self {
        let Reference {
            reference_id,
            name,
            external_id,
            width,
            height,
            blob: _,
            warnings,
            created_at,
        } = reference.clone();
        Self {
            reference_id: reference_id.to_string(),
            name,
            external_id,
            width,
            height,
            warnings,
            created_at: created_at.to_string(),
        }
    }
}
