//! What rules may speak of in a golden case: declared attributes and saved audiences.

use std::collections::BTreeMap;

use beckon_openapi::instrument as wire;

use crate::error::{At, Error, Refusal, Result};
use crate::instruments::audience::{self, Rule, Saved};
use crate::instruments::audiences::rule_from_wire;
use crate::viewers::{AttributeName, Declaration, Declared, ValueType};
use crate::words::AudienceId;

/// The standard attributes and these, by name and type.
pub(super) fn declared(wire: &BTreeMap<String, String>) -> Result<Declared> {
    let declaration = |(name, value_type): (&String, &String)| {
        let field = format!("attributes.{name}");
        let refused = |bound: &str| {
            let detail = format!("`{name}` is declared as `{value_type}`");
            Error::from(Refusal::field(field.clone(), detail, bound))
        };
        let of = ValueType::parse(value_type).ok_or_else(|| refused("a type"))?;
        let name = AttributeName::parse(name).ok_or_else(|| refused("a group and a name"))?;
        let declaration = Declaration {
            value_type: of,
            description: String::new(),
            created_at: None,
            updated_at: None,
        };
        Ok((name, declaration))
    };
    let declared = wire.iter().map(declaration);
    Ok(Declared::with(declared.collect::<Result<Vec<_>>>()?))
}

/// Saved audiences by their ids.
pub(super) fn saved(wire: BTreeMap<String, wire::Rule>, declared: &Declared) -> Result<Saved> {
    let saved = wire.into_iter().map(|(id, wire)| {
        let field = format!("audiences.{id}");
        let rule = rule_from_wire(&field, wire)?;
        audience::check(&rule, &field, declared, &|_| false)?;
        Ok((AudienceId::parse(&id).at(&field)?, rule))
    });
    Ok(Saved(saved.collect::<Result<_>>()?))
}

/// Whether an instrument's rule can be asked.
pub(super) fn check(rule: &Rule, declared: &Declared, saved: &Saved) -> Result<()> {
    let is_saved = |id: &AudienceId| saved.0.contains_key(id);
    Ok(audience::check(rule, "audience", declared, &is_saved)?)
}
