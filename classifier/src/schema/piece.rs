//! A piece: one value of one field, hashed; all that ranking, receipts and training keep of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The 64-bit hash of (seed, field, value). The top six bits are the field's place in the schema, so
/// that the encoder knows what it may cross the piece with. Written as 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Piece(u64);

/// Why a text was refused as a piece.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a piece is 16 hex digits, not {0:?}")]
pub struct ParsePieceError(String);

const FIELD_SHIFT: u32 = 58;

impl Piece {
    pub(super) const fn new(field: u8, hash: u64) -> Self {
        Self((field as u64) << FIELD_SHIFT | hash >> (64 - FIELD_SHIFT))
    }

    /// The 64 bits, for storing.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// A piece from its stored bits. Any bits are some piece.
    #[must_use]
    pub const fn from_u64(bits: u64) -> Self {
        Self(bits)
    }

    pub(crate) const fn field_index(self) -> usize {
        (self.0 >> FIELD_SHIFT) as usize
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({self})")
    }
}

impl FromStr for Piece {
    type Err = ParsePieceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // from_str_radix alone would take a sign.
        let hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(bits) if hex => Ok(Self(bits)),
            _ => Err(ParsePieceError(text.chars().take(32).collect())),
        }
    }
}

impl From<Piece> for String {
    fn from(piece: Piece) -> Self {
        piece.to_string()
    }
}

impl TryFrom<String> for Piece {
    type Error = ParsePieceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
