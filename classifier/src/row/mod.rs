//! One shown decision with its outcome: what training learns from and evaluation replays.

mod compact;

use serde::{Deserialize, Serialize};

use crate::draw::mix_bytes;
use crate::encode::{CANDIDATE_MAX, CONTEXT_MAX, Inputs, VIEWER_MAX};
use crate::schema::Piece;

/// The most candidates a row may name.
pub const OFFERS_MAX: usize = 256;

/// Why a row was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RowError {
    /// Not the JSON of a row.
    #[error("a row is a JSON object of known fields: {0}")]
    Json(String),
    /// Not the bytes of a row.
    #[error("these bytes are not a whole row of a known layout")]
    Bytes,
    /// No candidates, or more than there may be.
    #[error("a row names 1 to 256 candidates, not {0}")]
    Offers(usize),
    /// The choice is not among the candidates.
    #[error("the choice {0} is none of the {1} candidates")]
    Chosen(usize, usize),
    /// A probability that is none.
    #[error("a propensity lies above 0 and not above 1; the chosen one's is {0}")]
    Propensity(f64),
    /// Candidates whose propensities are not those of one choice.
    #[error("the propensities of the candidates add up to {0}, which is above 1")]
    PropensitySum(f64),
    /// A weight that training cannot use.
    #[error("a weight lies between 0 and 16, not {0}")]
    Weight(f32),
    /// More pieces on a side than it may have.
    #[error("a row has more pieces on a side than the encoder takes")]
    Pieces,
    /// A name longer than the bound.
    #[error("a name in a row has at most 200 bytes")]
    Name,
}

/// A candidate as it stood when the choice was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Which instrument, in the words of whoever logs. Popularity counts by it.
    pub instrument: String,
    /// Its pieces. Empty: no longer known. The row then still trains, if it is not the chosen one, but
    /// no policy's value is read from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
    /// What the ranking of that moment gave it.
    pub score: f32,
    /// How likely it was to be chosen.
    pub propensity: f64,
}

/// One shown decision with its outcome. Whoever makes one by hand passes it through [`Row::check`] before
/// anything is read off it: `chosen` must be among `offers`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// When it was decided, in milliseconds since 1970.
    pub decided_at_ms: i64,
    /// Whose it was, hashed: rows of one viewer hang together and are never split.
    #[serde(with = "hex")]
    pub group: u64,
    /// The viewer's pieces at that moment.
    pub viewer: Vec<Piece>,
    /// The context's pieces.
    pub context: Vec<Piece>,
    /// Everything that could have been chosen, as it stood for this slot.
    pub offers: Vec<Offer>,
    /// Which of them was.
    pub chosen: usize,
    /// Whether the viewer engaged.
    pub engaged: bool,
    /// How many rows it counts for in training.
    #[serde(default = "one")]
    pub weight: f32,
    /// The digest of the schema that made the pieces.
    pub schema: String,
    /// The model, or `popularity`, that scored.
    pub model: String,
    /// The policy that chose.
    pub policy: String,
}

fn one() -> f32 {
    1.0
}

mod hex {
    //! A group is written as 16 hex digits: readers other than Rust lose the low bits of large numbers.
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::schema::Piece;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde's `with` hands over a reference"
    )]
    pub(super) fn serialize<S: Serializer>(bits: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Piece::from_u64(*bits))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        Piece::deserialize(deserializer).map(Piece::as_u64)
    }
}

impl Row {
    /// What the chosen candidate is encoded from.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        self.inputs_of(&self.offers[self.chosen])
    }

    /// What any of the candidates is encoded from.
    #[must_use]
    pub fn inputs_of(&self, offer: &Offer) -> Inputs {
        Inputs {
            viewer: self.viewer.clone(),
            context: self.context.clone(),
            candidate: offer.pieces.clone(),
        }
    }

    /// How likely the choice was.
    #[must_use]
    pub fn propensity(&self) -> f64 {
        self.offers[self.chosen].propensity
    }

    /// Whether the value of another policy can be read from it: every candidate is still known.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.offers.iter().all(|offer| !offer.pieces.is_empty())
    }

    /// Checks what every reader of rows relies on. Rows that were read by this module are checked.
    ///
    /// # Errors
    /// Says the first rule that is broken.
    pub fn check(&self) -> Result<(), RowError> {
        let count = self.offers.len();
        if !(1..=OFFERS_MAX).contains(&count) {
            return Err(RowError::Offers(count));
        }
        let chosen = self
            .offers
            .get(self.chosen)
            .ok_or(RowError::Chosen(self.chosen, count))?;
        let valid = |propensity: f64| propensity > 0.0 && propensity <= 1.0;
        if !valid(chosen.propensity) {
            return Err(RowError::Propensity(chosen.propensity));
        }
        let sum: f64 = self.offers.iter().map(|offer| offer.propensity).sum();
        if self
            .offers
            .iter()
            .any(|offer| !(0.0..=1.0).contains(&offer.propensity))
            || sum > 1.0 + 1e-6
        {
            return Err(RowError::PropensitySum(sum));
        }
        if !(0.0..=16.0).contains(&self.weight) {
            return Err(RowError::Weight(self.weight));
        }
        let crowded = self
            .offers
            .iter()
            .any(|offer| offer.pieces.len() > CANDIDATE_MAX);
        if crowded || self.viewer.len() > VIEWER_MAX || self.context.len() > CONTEXT_MAX {
            return Err(RowError::Pieces);
        }
        let names = [&self.schema, &self.model, &self.policy];
        let mut names = names
            .into_iter()
            .chain(self.offers.iter().map(|offer| &offer.instrument));
        if names.any(|name| name.len() > 200) {
            return Err(RowError::Name);
        }
        Ok(())
    }

    /// The row as one line of JSON, without the line's end.
    #[must_use]
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self)
            .expect("a row is strings, numbers and lists: nothing that JSON refuses")
    }

    /// Reads one line of JSON.
    ///
    /// # Errors
    /// Not a row, or one that [`Row::check`] refuses.
    pub fn from_json_line(line: &str) -> Result<Self, RowError> {
        let row: Self =
            serde_json::from_str(line).map_err(|error| RowError::Json(error.to_string()))?;
        row.check()?;
        Ok(row)
    }
}

/// The group of a viewer: its id is not to be read from rows.
#[must_use]
pub fn group_of(viewer_id: &str, seed: u64) -> u64 {
    mix_bytes(seed, viewer_id.as_bytes())
}

#[cfg(test)]
pub(crate) mod tests;
