//! A schema as written in a file, not yet checked.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{FIELDS_MAX, SLOTS_RANGE, Schema, SchemaError};

/// Whose value a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who watches.
    Viewer,
    /// What is watched, where and when.
    Context,
    /// An instrument that may run.
    Candidate,
}

impl Side {
    /// The prefix of the side's field names.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Viewer => "viewer.",
            Self::Context => "context.",
            Self::Candidate => "candidate.",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Context, Self::Candidate]
            .into_iter()
            .find(|side| name.starts_with(side.prefix()))
    }
}

/// How a field's values are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// Each word is a value of its own.
    Word,
    /// Numbers between two edges are one value. An edge itself belongs to the bucket above it.
    Number {
        /// The borders, ascending.
        edges: Vec<f64>,
    },
}

/// One field: its name carries its side as prefix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldParams {
    /// As `viewer.psychograph`.
    pub name: String,
    /// How its values are read.
    pub kind: Kind,
}

/// Two fields whose values are also learnt as a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cross {
    /// A viewer or context field.
    pub shared: String,
    /// A candidate field.
    pub candidate: String,
}

/// A feature schema before its check. Everything here goes into the digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaParams {
    /// Raised by people when they change the meaning of a field without changing its name.
    pub version: u32,
    /// How many slots features are hashed into: a power of two, at least four times the features.
    pub slots: u32,
    /// The seed of every hash.
    pub seed: u64,
    /// The fields, at most 64. Their order is part of the pieces.
    pub fields: Vec<FieldParams>,
    /// The pairs.
    pub crosses: Vec<Cross>,
}

impl SchemaParams {
    /// Checks the schema and makes it usable.
    ///
    /// # Errors
    /// Says the first rule that is broken, with its bound.
    pub fn check(self) -> Result<Schema, SchemaError> {
        let (fewest, most) = SLOTS_RANGE;
        if !self.slots.is_power_of_two() || !(fewest..=most).contains(&self.slots) {
            return Err(SchemaError::Slots(self.slots));
        }
        if self.fields.is_empty() || self.fields.len() > FIELDS_MAX {
            return Err(SchemaError::FieldCount(self.fields.len()));
        }
        let mut names = HashSet::new();
        for field in &self.fields {
            check_field(field)?;
            if !names.insert(field.name.as_str()) {
                return Err(SchemaError::FieldTwice(field.name.clone()));
            }
        }
        for cross in &self.crosses {
            for name in [&cross.shared, &cross.candidate] {
                if !names.contains(name.as_str()) {
                    return Err(SchemaError::CrossUnknown(name.clone()));
                }
            }
            let shared = Side::of(&cross.shared).is_some_and(|side| side != Side::Candidate);
            if !shared || Side::of(&cross.candidate) != Some(Side::Candidate) {
                return Err(SchemaError::CrossSides(
                    cross.shared.clone(),
                    cross.candidate.clone(),
                ));
            }
        }
        Ok(Schema::new(self))
    }

    /// Length-prefixed and typed by hand, so that the digest hangs on no text format.
    pub(super) fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("beckon feature schema 1");
        let text = |hasher: &mut blake3::Hasher, text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        hasher.update(&self.version.to_le_bytes());
        hasher.update(&self.slots.to_le_bytes());
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(&(self.fields.len() as u64).to_le_bytes());
        for field in &self.fields {
            text(&mut hasher, &field.name);
            match &field.kind {
                Kind::Word => {
                    hasher.update(&u64::MAX.to_le_bytes());
                }
                Kind::Number { edges } => {
                    hasher.update(&(edges.len() as u64).to_le_bytes());
                    for edge in edges {
                        hasher.update(&edge.to_bits().to_le_bytes());
                    }
                }
            }
        }
        hasher.update(&(self.crosses.len() as u64).to_le_bytes());
        for cross in &self.crosses {
            text(&mut hasher, &cross.shared);
            text(&mut hasher, &cross.candidate);
        }
        hasher.finalize().to_hex().to_string()
    }
}

fn check_field(field: &FieldParams) -> Result<(), SchemaError> {
    let rest = Side::of(&field.name).map(|side| &field.name[side.prefix().len()..]);
    let named = rest.is_some_and(|rest| {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        !rest.is_empty() && field.name.len() <= 64 && rest.bytes().all(letter)
    });
    if !named {
        return Err(SchemaError::FieldName(field.name.clone()));
    }
    if let Kind::Number { edges } = &field.kind {
        let ascending = edges.windows(2).all(|pair| pair[0] < pair[1]);
        if edges.is_empty()
            || edges.len() > 256
            || !ascending
            || edges.iter().any(|edge| !edge.is_finite())
        {
            return Err(SchemaError::Edges(field.name.clone()));
        }
    }
    Ok(())
}

impl Default for SchemaParams {
    /// The fields Beckon's decisions know. Attributes are written `key=value`, so a new attribute
    /// needs no new schema.
    fn default() -> Self {
        let word = |name: &str| FieldParams {
            name: name.to_owned(),
            kind: Kind::Word,
        };
        let viewer = [
            "viewer.demography",
            "viewer.behaviour",
            "viewer.psychograph",
            "viewer.attribute",
        ];
        let context = [
            "context.media",
            "context.seen",
            "context.device",
            "context.locale",
        ];
        let candidate = [
            "candidate.instrument",
            "candidate.kind",
            "candidate.campaign",
            "candidate.category",
        ];
        let mut fields: Vec<FieldParams> = viewer.into_iter().chain(context).map(word).collect();
        fields.push(FieldParams {
            name: "context.hour".to_owned(),
            // Night, morning, midday, afternoon, evening, late.
            kind: Kind::Number {
                edges: vec![6.0, 10.0, 14.0, 18.0, 22.0],
            },
        });
        fields.extend(candidate.into_iter().map(word));
        let mut pairs = Vec::new();
        for shared in viewer {
            pairs.push((shared, "candidate.instrument"));
            pairs.push((shared, "candidate.category"));
        }
        pairs.push(("context.seen", "candidate.instrument"));
        pairs.push(("context.media", "candidate.instrument"));
        pairs.push(("context.device", "candidate.kind"));
        pairs.push(("context.hour", "candidate.kind"));
        let crosses = pairs.into_iter().map(|(shared, candidate)| Cross {
            shared: shared.to_owned(),
            candidate: candidate.to_owned(),
        });
        Self {
            version: 1,
            slots: 1 << 18,
            seed: 0xBECC_0401,
            fields,
            crosses: crosses.collect(),
        }
    }
}
