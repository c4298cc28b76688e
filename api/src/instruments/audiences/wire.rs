//! Saved audiences on the wire and in the domain.

use beckon_openapi::audience as wire;
use beckon_openapi::instrument as shared;

use super::{AudienceDefinition, SavedAudience};
use crate::error::{Refusal, Result};
use crate::instruments::audience::Rule;
use crate::instruments::wire::bounds::text;
use crate::instruments::wire::rule as convert;

const LONGEST_DESCRIPTION: usize = 500;

/// A saved audience of the right shape.
pub(super) fn definition(wire: wire::NewAudience) -> Result<AudienceDefinition> {
    let wire::NewAudience {
        name,
        description,
        rule: own,
    } = wire;
    Ok(AudienceDefinition {
        name: text("name", name, 120)?,
        description: match description.trim() {
            "" => String::new(),
            _ => text("description", description, LONGEST_DESCRIPTION)?,
        },
        rule: rule("rule", own)?,
    })
}

/// A rule of the right shape that speaks of no saved audience: none is ever a circle.
///
/// # Errors
/// When it is too deep or too long, a test compares with what it cannot, or it speaks of a saved audience.
pub fn rule(field: &str, wire: shared::Rule) -> Result<Rule> {
    let rule = convert::from_wire(field, wire)?;
    if rule.saved().is_empty() {
        return Ok(rule);
    }
    let detail = "a saved audience does not stand in another";
    Err(Refusal::field(field, detail, "tests of attributes").into())
}

impl From<&SavedAudience> for wire::Audience {
    fn from(audience: &SavedAudience) -> Self {
        let SavedAudience {
            audience_id,
            revision,
            definition:
                AudienceDefinition {
                    name,
                    description,
                    rule,
                },
            created_at,
            updated_at,
        } = audience;
        Self {
            audience_id: audience_id.to_string(),
            revision: *revision,
            name: name.clone(),
            description: description.clone(),
            rule: convert::to_wire(rule),
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}
