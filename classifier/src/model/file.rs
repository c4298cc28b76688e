//! A model as a file: magic, layout, JSON head, sparse weights, and the digest that names it.

use serde::{Deserialize, Serialize};

use super::{Calibration, Facts, Model};
use crate::bytes::Reader;
use crate::schema::{SchemaError, SchemaParams};

const MAGIC: [u8; 8] = *b"BKNMODEL";
const LAYOUT: u16 = 1;
const DIGEST: usize = 32;
/// A head is a schema, a calibration and some facts: far below this unless it is damage.
const HEAD_MAX: u32 = 4 << 20;

/// Why a model was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// Not a model file at all.
    #[error("this is no Beckon model: it does not begin with its mark")]
    Foreign,
    /// Written by another version.
    #[error("a model of layout {0}, and only layout 1 is known")]
    Layout(u16),
    /// The content is not what its digest says: cut short, or changed.
    #[error("the model's digest does not fit its content: it is cut short or damaged")]
    Damaged,
    /// The digest fits, and the content still makes no sense.
    #[error("the model's content is not readable: {0}")]
    Content(String),
    /// Its schema does not pass.
    #[error("the model's schema is refused: {0}")]
    Schema(#[from] SchemaError),
    /// Not one weight for each slot.
    #[error("{0} weights for a schema of {1} slots")]
    Slots(usize, usize),
    /// A weight that is no number, or beyond a million.
    #[error("the weight of slot {0} is not a number between -1000000 and 1000000")]
    Weight(usize),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: SchemaParams,
    calibration: Calibration,
    facts: Facts,
}

impl Model {
    /// The model as a file. Only weights that are not zero are written, as (slot, weight).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.content();
        let digest = blake3::hash(&bytes);
        bytes.extend(digest.as_bytes());
        bytes
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// Foreign, damaged, or of a layout or schema that is not known. Never a model that would score
    /// anything but a number.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(ModelError::Foreign);
        }
        let mut reader = Reader::new(&bytes[MAGIC.len()..]);
        let layout = reader.u16().ok_or(ModelError::Damaged)?;
        if layout != LAYOUT {
            return Err(ModelError::Layout(layout));
        }
        let (content, digest) = bytes
            .len()
            .checked_sub(DIGEST)
            .map(|at| bytes.split_at(at))
            .ok_or(ModelError::Damaged)?;
        if blake3::hash(content).as_bytes().as_slice() != digest {
            return Err(ModelError::Damaged);
        }
        // The digest holds, so from here on a fault is the writer's.
        let short = || ModelError::Content("it ends early".to_owned());
        let length = reader
            .u32()
            .filter(|length| *length <= HEAD_MAX)
            .ok_or_else(short)?;
        let head = reader.slice(length as usize).ok_or_else(short)?;
        let head: Head =
            serde_json::from_slice(head).map_err(|error| ModelError::Content(error.to_string()))?;
        let schema = head.schema.check()?;
        let count = reader.u32().ok_or_else(short)? as usize;
        if reader.left() != count.saturating_mul(8) + DIGEST {
            return Err(short());
        }
        let mut weights = vec![0.0; schema.slots()];
        let mut next = 0;
        for _ in 0..count {
            let slot = reader.u32().ok_or_else(short)? as usize;
            let weight = f32::from_le_bytes(reader.array().ok_or_else(short)?);
            if slot < next || slot >= weights.len() || weight == 0.0 {
                return Err(ModelError::Content(format!(
                    "slot {slot} is out of order or empty"
                )));
            }
            weights[slot] = weight;
            next = slot + 1;
        }
        Self::new(schema, weights, head.calibration, head.facts)
    }

    pub(super) fn digest(&self) -> String {
        blake3::hash(&self.content()).to_hex().to_string()
    }

    fn content(&self) -> Vec<u8> {
        let head = Head {
            schema: self.schema.params().clone(),
            calibration: self.calibration.clone(),
            facts: self.facts.clone(),
        };
        let head = serde_json::to_vec(&head)
            .expect("a head is strings, numbers and lists: nothing that JSON refuses");
        let mut bytes = MAGIC.to_vec();
        bytes.extend(LAYOUT.to_le_bytes());
        bytes.extend((head.len() as u32).to_le_bytes());
        bytes.extend(head);
        bytes.extend((self.nonzero() as u32).to_le_bytes());
        for (slot, weight) in self.weights.iter().enumerate() {
            if *weight != 0.0 {
                bytes.extend((slot as u32).to_le_bytes());
                bytes.extend(weight.to_le_bytes());
            }
        }
        bytes
    }
}
