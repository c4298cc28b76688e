//! Which fields a decision is described by, and how a field's value becomes a piece.

mod params;
mod piece;

use std::collections::HashMap;
use std::sync::Arc;

pub use params::{Cross, FieldParams, Kind, SchemaParams, Side};
pub use piece::{ParsePieceError, Piece};

use crate::draw::{mix, mix_bytes};

/// The most fields a schema may have: a piece keeps the index of its field in six bits.
pub const FIELDS_MAX: usize = 64;
/// The fewest and the most slots a schema may hash into.
pub const SLOTS_RANGE: (u32, u32) = (1 << 8, 1 << 24);

/// Why a schema was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SchemaError {
    /// The number of slots is no power of two in the allowed range.
    #[error("slots must be a power of two between 256 and 16777216, not {0}")]
    Slots(u32),
    /// No field, or more than a piece can name.
    #[error("a schema has 1 to 64 fields, not {0}")]
    FieldCount(usize),
    /// A field's name is malformed, or on a side that its prefix does not say.
    #[error(
        "a field is named viewer.x, context.x or candidate.x in at most 64 of a-z0-9_, not {0:?}"
    )]
    FieldName(String),
    /// Two fields of one name.
    #[error("field {0} stands twice")]
    FieldTwice(String),
    /// Edges that are not finite and ascending, or too many of them.
    #[error("the edges of {0} must be 1 to 256 finite numbers, each above the one before")]
    Edges(String),
    /// A cross of a field that does not exist.
    #[error("cross names {0}, which is no field")]
    CrossUnknown(String),
    /// A cross that is not (viewer or context) with candidate.
    #[error("a cross joins a viewer or context field with a candidate field, not {0} with {1}")]
    CrossSides(String, String),
}

/// A value of one field, before it is hashed.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A word, hashed as it stands: normalise case before.
    Word(String),
    /// A number, put in a bucket by the field's edges.
    Number(f64),
    /// Yes or no, hashed as the words `true` and `false`.
    Flag(bool),
}

/// The handle of a field: look it up once, then make pieces without names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field(u8);

/// A checked feature schema. Cloning is cheap; equal digests mean equal meaning.
#[derive(Debug, Clone)]
pub struct Schema {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    params: SchemaParams,
    digest: String,
    by_name: HashMap<String, Field>,
    /// The hash each field's values start from: (seed, field name).
    starts: Vec<u64>,
    /// For each field, as a bit set, the fields it is crossed with (kept for candidate fields).
    partners: [u64; FIELDS_MAX],
    mask: u32,
}

impl Schema {
    fn new(params: SchemaParams) -> Self {
        let index = |name: &str| params.fields.iter().position(|field| field.name == name);
        let mut partners = [0_u64; FIELDS_MAX];
        for cross in &params.crosses {
            if let (Some(shared), Some(candidate)) = (index(&cross.shared), index(&cross.candidate))
            {
                partners[candidate] |= 1 << shared;
            }
        }
        let starts = params
            .fields
            .iter()
            .map(|field| mix_bytes(params.seed, field.name.as_bytes()))
            .collect();
        let by_name = params
            .fields
            .iter()
            .enumerate()
            .map(|(at, field)| (field.name.clone(), Field(at as u8)))
            .collect();
        let inner = Inner {
            digest: params.digest(),
            mask: params.slots - 1,
            params,
            by_name,
            starts,
            partners,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// What the schema was made of.
    #[must_use]
    pub fn params(&self) -> &SchemaParams {
        &self.inner.params
    }

    /// The blake3 digest, in hex, of everything that gives a slot its meaning.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// How many slots features are hashed into.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.inner.params.slots as usize
    }

    /// The field of this name, as `viewer.psychograph`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Field> {
        self.inner.by_name.get(name).copied()
    }

    /// The piece of a word.
    #[must_use]
    pub fn word(&self, field: Field, word: &str) -> Piece {
        let hash = mix_bytes(self.inner.starts[usize::from(field.0)], word.as_bytes());
        Piece::new(field.0, hash)
    }

    /// The piece of a number: of the bucket it falls in, which is the count of the field's edges that
    /// are not above it. `None` for NaN, which is no value. A word field takes the number as written.
    #[must_use]
    pub fn number(&self, field: Field, number: f64) -> Option<Piece> {
        if number.is_nan() {
            return None;
        }
        match &self.inner.params.fields[usize::from(field.0)].kind {
            Kind::Word => Some(self.word(field, &number.to_string())),
            Kind::Number { edges } => {
                let bucket = edges.partition_point(|edge| *edge <= number);
                // Marked, so that a bucket is never mistaken for a word of one letter.
                let hash = mix(
                    self.inner.starts[usize::from(field.0)],
                    1 << 32 | bucket as u64,
                );
                Some(Piece::new(field.0, hash))
            }
        }
    }

    /// The piece of a value by the field's name. `None`: an unknown field, NaN, or a word where the
    /// schema wants a number.
    #[must_use]
    pub fn piece(&self, field: &str, value: &Value) -> Option<Piece> {
        let field = self.field(field)?;
        let numeric = matches!(
            self.inner.params.fields[usize::from(field.0)].kind,
            Kind::Number { .. }
        );
        match value {
            Value::Number(number) => self.number(field, *number),
            Value::Word(_) | Value::Flag(_) if numeric => None,
            Value::Word(word) => Some(self.word(field, word)),
            Value::Flag(flag) => Some(self.word(field, if *flag { "true" } else { "false" })),
        }
    }

    /// The slot of a piece alone.
    pub(crate) fn slot(&self, piece: Piece) -> u32 {
        (mix(piece.as_u64(), piece.as_u64()) >> 32) as u32 & self.inner.mask
    }

    /// The slot of a shared piece crossed with a candidate's piece.
    pub(crate) fn cross_slot(&self, shared: Piece, candidate: Piece) -> u32 {
        (mix(shared.as_u64(), candidate.as_u64()) >> 32) as u32 & self.inner.mask
    }

    /// The slot that is always on.
    pub(crate) fn bias_slot(&self) -> u32 {
        (mix(self.inner.params.seed, 0) >> 32) as u32 & self.inner.mask
    }

    /// The shared fields, as bits, that this candidate piece is crossed with.
    pub(crate) fn partners(&self, candidate: Piece) -> u64 {
        self.inner.partners[candidate.field_index()]
    }
}

impl Default for Schema {
    fn default() -> Self {
        Self::new(SchemaParams::default())
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

#[cfg(test)]
mod tests;
