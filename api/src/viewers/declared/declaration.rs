//! Which attributes are known, and of what type they are.

use std::collections::BTreeMap;

use super::ValueType;
use crate::viewers::{AttributeName, Group};
use crate::words::Time;

/// A declared attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// What its values are; for ever.
    pub value_type: ValueType,
    /// What it says of a viewer.
    pub description: String,
    /// When it was declared; of the standard ones there is none.
    pub created_at: Option<Time>,
    /// When its description last changed.
    pub updated_at: Option<Time>,
}

/// Those that every installation knows.
const STANDARD: [(Group, &str, ValueType, &str); 14] = [
    (
        Group::Demography,
        "age",
        ValueType::Number,
        "Age in years, as the viewer declared it",
    ),
    (
        Group::Demography,
        "age_band",
        ValueType::Text,
        "Age as a band: `25-34`",
    ),
    (
        Group::Demography,
        "country",
        ValueType::Text,
        "ISO 3166-1: `NO`",
    ),
    (
        Group::Demography,
        "region",
        ValueType::Text,
        "ISO 3166-2: `NO-46`",
    ),
    (
        Group::Demography,
        "language",
        ValueType::Text,
        "BCP 47: `nb`",
    ),
    (
        Group::Behaviour,
        "visits",
        ValueType::Number,
        "How often the viewer has been here",
    ),
    (
        Group::Behaviour,
        "first_seen",
        ValueType::Date,
        "When the viewer was first here",
    ),
    (
        Group::Behaviour,
        "last_seen",
        ValueType::Date,
        "When the viewer was last here",
    ),
    (
        Group::Behaviour,
        "device",
        ValueType::Text,
        "What it watches on: `tv`, `phone`",
    ),
    (
        Group::Behaviour,
        "watches",
        ValueType::Text,
        "What it watches most",
    ),
    (
        Group::Behaviour,
        "app_version",
        ValueType::Version,
        "The version of your app",
    ),
    (
        Group::Psychograph,
        "taste",
        ValueType::Text,
        "What it has a taste for",
    ),
    (
        Group::Psychograph,
        "likes",
        ValueType::List,
        "What it likes",
    ),
    (
        Group::Attributes,
        "plan",
        ValueType::Text,
        "What it subscribes to",
    ),
];

/// All declared attributes at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared(BTreeMap<AttributeName, Declaration>);

impl Default for Declared {
    /// The standard ones.
    fn default() -> Self {
        let standard = |(group, key, value_type, description): (_, &str, _, &str)| {
            let name = AttributeName {
                group,
                key: key.to_owned(),
            };
            let declaration = Declaration {
                value_type,
                description: description.to_owned(),
                created_at: None,
                updated_at: None,
            };
            (name, declaration)
        };
        Self(STANDARD.into_iter().map(standard).collect())
    }
}

impl Declared {
    /// The standard ones and these; a standard one keeps its own type.
    #[must_use]
    pub fn with(stored: impl IntoIterator<Item = (AttributeName, Declaration)>) -> Self {
        let mut all = Self::default();
        for (name, declaration) in stored {
            all.0.entry(name).or_insert(declaration);
        }
        all
    }

    /// The attribute of this name.
    #[must_use]
    pub fn get(&self, name: &AttributeName) -> Option<&Declaration> {
        self.0.get(name)
    }

    /// What the values of an attribute are.
    #[must_use]
    pub fn value_type(&self, name: &AttributeName) -> Option<ValueType> {
        self.get(name).map(|declaration| declaration.value_type)
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&AttributeName, &Declaration)> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "the standard ones are always there"
    )]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The names that somebody who meant this one may have meant, for a person to read.
    #[must_use]
    pub fn known_beside(&self, name: &AttributeName) -> String {
        const MOST: usize = 12;
        let of_group = self.0.keys().filter(|known| known.group == name.group);
        let known: Vec<String> = of_group.map(ToString::to_string).collect();
        let more = known.len().saturating_sub(MOST);
        let mut told = known[..known.len().min(MOST)].join(", ");
        if more > 0 {
            told.push_str(&format!(" and {more} more"));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::super::special;
    use super::*;

    #[test]
    fn the_standard_ones_are_there_and_none_is_special() {
        let declared = Declared::default();
        assert_eq!(declared.len(), STANDARD.len());
        let name = |text| AttributeName::parse(text).expect("a name");
        assert_eq!(
            declared.value_type(&name("demography.age")),
            Some(ValueType::Number)
        );
        assert_eq!(declared.value_type(&name("attributes.age")), None);
        for (name, declaration) in declared.iter() {
            assert_eq!(special::speaks_of(name), None, "{name}");
            assert_eq!(special::described(&declaration.description), None, "{name}");
        }
    }

    #[test]
    fn what_is_stored_does_not_change_a_standard_type() {
        let age = AttributeName::parse("demography.age").expect("a name");
        let text = Declaration {
            value_type: ValueType::Text,
            description: String::new(),
            created_at: None,
            updated_at: None,
        };
        let declared = Declared::with([(age.clone(), text)]);
        assert_eq!(declared.value_type(&age), Some(ValueType::Number));
        assert!(
            declared
                .known_beside(&age)
                .starts_with("demography.age, demography.age_band")
        );
    }
}
