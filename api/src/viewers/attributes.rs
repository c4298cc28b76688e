//! Attributes as decisions read them: names and texts as numbers, so that no rule compares text.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use beckon_classifier::encode::bounded;
use beckon_classifier::schema::{Piece, Schema, Side};

use super::declared::{self, Declared, ValueType};
use super::profile::{AttributeName, Profile, Value};
use crate::words::Time;

/// A text as a number: its hash under a secret of this process.
///
/// A table of interned texts would grow with every value that any viewer ever had; a hash needs none. Two
/// texts share a code once in some 10^10 comparisons of a million values with a thousand rules, and nobody
/// outside can make them, for the secret is drawn at start. Codes are never stored or told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u64);

static SECRET: LazyLock<foldhash::quality::RandomState> = LazyLock::new(Default::default);

impl Code {
    /// The code of a text; case counts.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(SECRET.hash_one(text))
    }

    /// The code of an attribute's full name.
    #[must_use]
    pub fn of_name(name: &AttributeName) -> Self {
        Self::of(&name.to_string())
    }
}

/// The value of an attribute, coded.
#[derive(Debug, Clone, PartialEq)]
pub enum Coded {
    /// True or false.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A text, and how it reads: some tests ask for a part of it.
    Text(Code, Box<str>),
    /// Texts.
    List(Box<[Code]>),
    /// A moment.
    Date(Time),
    /// A version.
    Version(Box<semver::Version>),
}

impl Coded {
    /// Codes a value of an attribute of this type; what is not of it stays what it is by itself.
    #[must_use]
    pub fn of(value: &Value, value_type: Option<ValueType>) -> Self {
        match (value, value_type) {
            (Value::Bool(flag), _) => Self::Bool(*flag),
            (Value::Number(number), _) => Self::Number(*number),
            (Value::List(texts), _) => {
                Self::List(texts.iter().map(|text| Code::of(text)).collect())
            }
            (Value::Text(text), value_type) => {
                let plain = || Self::Text(Code::of(text), text.as_str().into());
                let typed = match value_type {
                    Some(ValueType::Date) => declared::date(text).map(Self::Date),
                    Some(ValueType::Version) => {
                        declared::version(text).map(|version| Self::Version(Box::new(version)))
                    }
                    _ => None,
                };
                typed.unwrap_or_else(plain)
            }
        }
    }
}

/// The attributes of one viewer, in the order of their names' codes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes(Box<[(Code, Coded)]>);

impl Attributes {
    /// Codes a profile's attributes, each as it is declared.
    #[must_use]
    pub fn of(profile: &Profile, declared: &Declared) -> Self {
        let coded = |(name, value): (&AttributeName, &Value)| {
            let value = Coded::of(value, declared.value_type(name));
            (Code::of_name(name), value)
        };
        let mut coded: Vec<_> = profile.attributes.iter().map(coded).collect();
        coded.sort_by_key(|(name, _)| *name);
        Self(coded.into())
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: Code) -> Option<&Coded> {
        let at = self.0.binary_search_by_key(&name, |(name, _)| *name);
        at.ok().map(|at| &self.0[at].1)
    }
}

/// What the classifier reads of a profile: a word `key=value` an attribute, one for each text of a list. A number
/// counts rounded to one digit (`age=3e1`), for a value that hardly anybody shares teaches nothing about the others.
#[must_use]
pub(super) fn pieces(profile: &Profile, schema: &Schema) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (name, value) in &profile.attributes {
        let Some(field) = schema.field(name.group.field()) else {
            continue;
        };
        let key = &name.key;
        let mut add = |value: &str| pieces.push(schema.word(field, &format!("{key}={value}")));
        match value {
            Value::Bool(flag) => add(if *flag { "true" } else { "false" }),
            Value::Number(number) => add(&format!("{number:.0e}")),
            Value::Text(text) => add(&text.trim().to_lowercase()),
            Value::List(texts) => texts
                .iter()
                .for_each(|text| add(&text.trim().to_lowercase())),
        }
    }
    bounded(pieces, Side::Viewer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use beckon_classifier::encode::VIEWER_MAX;

    fn profile(attributes: &[(&str, Value)]) -> Profile {
        let named = |(name, value): &(&str, Value)| {
            (AttributeName::parse(name).expect("a name"), value.clone())
        };
        Profile {
            attributes: attributes.iter().map(named).collect(),
            ..Profile::default()
        }
    }

    #[test]
    fn an_attribute_is_found_by_its_name_and_no_other() {
        let profile = profile(&[
            ("demography.age", Value::Number(34.0)),
            ("attributes.age", Value::Text("old".to_owned())),
        ]);
        let attributes = Attributes::of(&profile, &Declared::default());
        assert_eq!(
            attributes.get(Code::of("demography.age")),
            Some(&Coded::Number(34.0))
        );
        assert_eq!(
            attributes.get(Code::of("attributes.age")),
            Some(&Coded::Text(Code::of("old"), "old".into()))
        );
        assert_eq!(attributes.get(Code::of("psychograph.age")), None);
    }

    #[test]
    fn pieces_are_words_of_the_attribute_and_its_value() {
        let schema = Schema::default();
        let likes = Value::List(vec!["Birds".to_owned(), "coffee ".to_owned()]);
        let made = pieces(
            &profile(&[
                ("psychograph.likes", likes),
                ("demography.age", Value::Number(34.0)),
            ]),
            &schema,
        );
        let word = |field, word| schema.word(schema.field(field).expect("a field"), word);
        let mut wanted = vec![
            word("viewer.psychograph", "likes=birds"),
            word("viewer.psychograph", "likes=coffee"),
            word("viewer.demography", "age=3e1"),
        ];
        wanted.sort();
        assert_eq!(made, wanted);
    }

    #[test]
    fn numbers_that_round_alike_are_one_piece() {
        let schema = Schema::default();
        let of = |age| pieces(&profile(&[("demography.age", Value::Number(age))]), &schema);
        assert_eq!(of(31.0), of(34.0));
        assert_ne!(of(34.0), of(44.0));
        assert_ne!(of(3.0), of(30.0));
    }

    #[test]
    fn pieces_keep_the_classifiers_bound() {
        let many = (0..40).map(|i| format!("l{i}")).collect();
        let made = pieces(
            &profile(&[("psychograph.likes", Value::List(many))]),
            &Schema::default(),
        );
        assert_eq!(made.len(), VIEWER_MAX);
    }
}
