//! A viewer's profile as it was stored: typed attributes in four groups, and consent.

use std::collections::BTreeMap;

use crate::categories::Categories;

/// The groups of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Who the viewer is.
    Demography,
    /// What the viewer does.
    Behaviour,
    /// What the viewer cares for.
    Psychograph,
    /// Anything else.
    Attributes,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Demography,
        Self::Behaviour,
        Self::Psychograph,
        Self::Attributes,
    ];

    /// The group as rules and profiles write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demography => "demography",
            Self::Behaviour => "behaviour",
            Self::Psychograph => "psychograph",
            Self::Attributes => "attributes",
        }
    }

    /// The field of the classifier's schema that its attributes are pieces of.
    #[must_use]
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Demography => "viewer.demography",
            Self::Behaviour => "viewer.behaviour",
            Self::Psychograph => "viewer.psychograph",
            Self::Attributes => "viewer.attribute",
        }
    }
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// Texts.
    List(Vec<String>),
}

/// A full name of an attribute: `psychograph.likes`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeName {
    /// Its group.
    pub group: Group,
    /// Its name within the group.
    pub key: String,
}

impl AttributeName {
    /// Reads `group.key`; `None` for an unknown group or a malformed key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (group, key) = text.split_once('.')?;
        let group = Group::ALL.into_iter().find(|g| g.as_str() == group)?;
        is_key(key).then(|| Self {
            group,
            key: key.to_owned(),
        })
    }
}

impl std::fmt::Display for AttributeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.group.as_str(), self.key)
    }
}

/// Whether a text can name an attribute within its group: 1 to 64 of `A-Za-z0-9._:-`.
#[must_use]
pub(super) fn is_key(key: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    (1..=64).contains(&key.len()) && key.bytes().all(plain)
}

/// What the viewer agreed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    /// The profile may choose what is shown.
    pub personalisation: bool,
}

/// A profile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Every attribute.
    pub attributes: BTreeMap<AttributeName, Value>,
    /// What the viewer agreed to.
    pub consent: Consent,
    /// Categories of which the viewer wants to see nothing.
    pub opt_outs: Categories,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_named_by_a_known_group_and_a_key() {
        let name = AttributeName::parse("psychograph.likes").expect("a name");
        assert_eq!(
            (name.group, name.key.as_str()),
            (Group::Psychograph, "likes")
        );
        assert_eq!(name.to_string(), "psychograph.likes");
        for wrong in [
            "likes",
            "shoe.size",
            "demography.",
            "demography.a b",
            ".age",
            "",
        ] {
            assert!(AttributeName::parse(wrong).is_none(), "{wrong:?} was taken");
        }
    }
}
