//! Declared attributes on the wire and in the domain.

use beckon_openapi::attribute as wire;

use super::{Declaration, ValueType};
use crate::error::{Refusal, Result};
use crate::viewers::AttributeName;
use crate::words::Time;

const LONGEST_DESCRIPTION: usize = 200;

/// A checked name of a path.
pub(super) fn name(text: &str) -> Result<AttributeName> {
    AttributeName::parse(text).ok_or_else(|| {
        let bound = "demography., behaviour., psychograph. or attributes. and a name of 1 to 64 of A-Za-z0-9._:-";
        Refusal::field("name", format!("`{text}` names no attribute"), bound).into()
    })
}

/// A checked declaration.
pub(super) fn declared(wire: wire::NewAttribute) -> Result<(ValueType, String)> {
    let wire::NewAttribute {
        value_type,
        description,
    } = wire;
    let length = description.chars().count();
    if length > LONGEST_DESCRIPTION || description.chars().any(char::is_control) {
        let detail = format!("description has {length} characters, or control characters");
        let bound = format!("at most {LONGEST_DESCRIPTION} characters, no control characters");
        return Err(Refusal::field("description", detail, bound).into());
    }
    Ok((value_type.into(), description.trim().to_owned()))
}

/// A declared attribute for the wire.
pub(super) fn told((name, declaration): (&AttributeName, &Declaration)) -> wire::Attribute {
    let text = |time: Option<Time>| time.map(|time| time.to_string());
    wire::Attribute {
        name: name.to_string(),
        value_type: declaration.value_type.into(),
        description: declaration.description.clone(),
        standard: declaration.created_at.is_none(),
        created_at: text(declaration.created_at),
        updated_at: text(declaration.updated_at),
    }
}

impl From<wire::AttributeType> for ValueType {
    fn from(wire: wire::AttributeType) -> Self {
        match wire {
            wire::AttributeType::Bool => Self::Bool,
            wire::AttributeType::Number => Self::Number,
            wire::AttributeType::Text => Self::Text,
            wire::AttributeType::List => Self::List,
            wire::AttributeType::Date => Self::Date,
            wire::AttributeType::Version => Self::Version,
        }
    }
}

impl From<ValueType> for wire::AttributeType {
    fn from(of: ValueType) -> Self {
        match of {
            ValueType::Bool => Self::Bool,
            ValueType::Number => Self::Number,
            ValueType::Text => Self::Text,
            ValueType::List => Self::List,
            ValueType::Date => Self::Date,
            ValueType::Version => Self::Version,
        }
    }
}
