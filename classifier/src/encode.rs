//! From pieces to a feature vector: the only maker of one, for training and for ranking alike.

use serde::{Deserialize, Serialize};

use crate::schema::{Piece, Schema, Side};

/// The most pieces of a viewer.
pub const VIEWER_MAX: usize = 16;
/// The most pieces of a context.
pub const CONTEXT_MAX: usize = 8;
/// The most pieces of a candidate.
pub const CANDIDATE_MAX: usize = 8;

/// The first byte of written inputs, so that a later layout is told from this one.
const LAYOUT: u8 = 1;
const HEADER: usize = 4;

/// Why inputs were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputsError {
    /// More pieces on a side than it may have.
    #[error(
        "at most {VIEWER_MAX} viewer, {CONTEXT_MAX} context and {CANDIDATE_MAX} candidate pieces, not {0}, {1} and {2}"
    )]
    TooMany(usize, usize, usize),
    /// Written by another layout.
    #[error("inputs of layout {0}, and only layout {LAYOUT} is known")]
    Layout(u8),
    /// Cut short, or with something behind.
    #[error("inputs of {0} bytes, which their header does not say")]
    Length(usize),
}

/// What one decision's feature vector is made of, for one candidate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The viewer's pieces.
    pub viewer: Vec<Piece>,
    /// The context's pieces.
    pub context: Vec<Piece>,
    /// The candidate's pieces.
    pub candidate: Vec<Piece>,
}

impl Inputs {
    /// At most 260 bytes, so that they fit a receipt.
    ///
    /// # Errors
    /// When a side has more pieces than it may: see [`bounded`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, InputsError> {
        let mut out = Vec::new();
        write_inputs(&self.viewer, &self.context, &self.candidate, &mut out)?;
        Ok(out)
    }

    /// Reads what [`Inputs::to_bytes`] wrote.
    ///
    /// # Errors
    /// Another layout, too many pieces, or a length that the header does not say.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InputsError> {
        let Some((&[layout, viewer, context, candidate], rest)) =
            bytes.split_first_chunk::<HEADER>()
        else {
            return Err(InputsError::Length(bytes.len()));
        };
        if layout != LAYOUT {
            return Err(InputsError::Layout(layout));
        }
        let [viewer, context, candidate] = [viewer, context, candidate].map(usize::from);
        check_counts(viewer, context, candidate)?;
        let (words, tail) = rest.as_chunks::<8>();
        if !tail.is_empty() || words.len() != viewer + context + candidate {
            return Err(InputsError::Length(bytes.len()));
        }
        let pieces = |part: &[[u8; 8]]| {
            let read = |word: &[u8; 8]| Piece::from_u64(u64::from_le_bytes(*word));
            part.iter().map(read).collect::<Vec<_>>()
        };
        Ok(Self {
            viewer: pieces(&words[..viewer]),
            context: pieces(&words[viewer..viewer + context]),
            candidate: pieces(&words[viewer + context..]),
        })
    }
}

fn check_counts(viewer: usize, context: usize, candidate: usize) -> Result<(), InputsError> {
    if viewer > VIEWER_MAX || context > CONTEXT_MAX || candidate > CANDIDATE_MAX {
        return Err(InputsError::TooMany(viewer, context, candidate));
    }
    Ok(())
}

/// Writes inputs that lie in three places, as [`Inputs::to_bytes`] would, behind what `out` holds.
///
/// # Errors
/// When a side has more pieces than it may; `out` is then untouched.
pub fn write_inputs(
    viewer: &[Piece],
    context: &[Piece],
    candidate: &[Piece],
    out: &mut Vec<u8>,
) -> Result<(), InputsError> {
    check_counts(viewer.len(), context.len(), candidate.len())?;
    out.extend([
        LAYOUT,
        viewer.len() as u8,
        context.len() as u8,
        candidate.len() as u8,
    ]);
    for piece in viewer.iter().chain(context).chain(candidate) {
        out.extend(piece.as_u64().to_le_bytes());
    }
    Ok(())
}

/// Pieces as a viewer, context or candidate keeps them: in order, none twice, no more than the side may
/// have. What is over the bound goes from the end, which is the schema's last fields.
#[must_use]
pub fn bounded(mut pieces: Vec<Piece>, side: Side) -> Vec<Piece> {
    pieces.sort_unstable();
    pieces.dedup();
    pieces.truncate(match side {
        Side::Viewer => VIEWER_MAX,
        Side::Context => CONTEXT_MAX,
        Side::Candidate => CANDIDATE_MAX,
    });
    pieces
}

/// A feature vector: the slots that are on. A slot that two features fall into stands twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    slots: Vec<u32>,
    /// How many of them belong to the request and not to the candidate: the two parts are summed
    /// apart, because ranking sums the first only once and both must give the same bits.
    shared: usize,
}

impl Features {
    /// The slots that are on.
    #[must_use]
    pub fn slots(&self) -> &[u32] {
        &self.slots
    }

    /// How many features there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Never: the bias is always on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn parts(&self) -> (&[u32], &[u32]) {
        self.slots.split_at(self.shared)
    }
}

/// Makes the feature vector of one candidate for one viewer in one context: the bias, each piece
/// alone, and the crosses that the schema names.
#[must_use]
pub fn encode(schema: &Schema, inputs: &Inputs) -> Features {
    let crosses = (inputs.viewer.len() + inputs.context.len()) * inputs.candidate.len();
    let mut slots = Vec::with_capacity(1 + crosses + inputs.candidate.len());
    each_shared_slot(schema, &inputs.viewer, &inputs.context, |slot| {
        slots.push(slot)
    });
    let shared = slots.len();
    each_candidate_slot(
        schema,
        &inputs.viewer,
        &inputs.context,
        &inputs.candidate,
        |slot| slots.push(slot),
    );
    Features { slots, shared }
}

/// Gives the slots that all candidates of a request share, the bias first.
pub(crate) fn each_shared_slot(
    schema: &Schema,
    viewer: &[Piece],
    context: &[Piece],
    mut give: impl FnMut(u32),
) {
    give(schema.bias_slot());
    for piece in viewer.iter().chain(context) {
        give(schema.slot(*piece));
    }
}

/// Gives the slots that belong to one candidate: each of its pieces, and behind it that piece's crosses.
#[inline]
pub(crate) fn each_candidate_slot(
    schema: &Schema,
    viewer: &[Piece],
    context: &[Piece],
    candidate: &[Piece],
    mut give: impl FnMut(u32),
) {
    for piece in candidate {
        give(schema.slot(*piece));
        let partners = schema.partners(*piece);
        if partners == 0 {
            continue;
        }
        for shared in viewer.iter().chain(context) {
            if partners >> shared.field_index() & 1 == 1 {
                give(schema.cross_slot(*shared, *piece));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::SchemaParams;

    fn words(schema: &Schema, pairs: &[(&str, &str)]) -> Vec<Piece> {
        let piece = |(field, word): &(&str, &str)| schema.word(schema.field(field).unwrap(), word);
        pairs.iter().map(piece).collect()
    }

    fn example(schema: &Schema) -> Inputs {
        Inputs {
            viewer: words(
                schema,
                &[
                    ("viewer.psychograph", "curious"),
                    ("viewer.behaviour", "binge"),
                ],
            ),
            context: words(
                schema,
                &[("context.seen", "ball"), ("context.device", "tv")],
            ),
            candidate: words(
                schema,
                &[("candidate.instrument", "a"), ("candidate.kind", "poll")],
            ),
        }
    }

    #[test]
    fn features_are_bias_singles_and_the_crosses_that_the_schema_names() {
        let schema = Schema::default();
        // 1 bias, 4 shared, 2 candidate; instrument x psychograph, behaviour, seen; kind x device.
        assert_eq!(encode(&schema, &example(&schema)).len(), 1 + 4 + 2 + 3 + 1);

        let mut params = SchemaParams::default();
        params.crosses.clear();
        let plain = params.check().unwrap();
        assert_eq!(encode(&plain, &example(&plain)).len(), 1 + 4 + 2);
    }

    #[test]
    fn a_cross_tells_which_viewer_met_which_instrument() {
        let schema = Schema::default();
        let of = |psychograph: &str, instrument: &str| {
            encode(
                &schema,
                &Inputs {
                    viewer: words(&schema, &[("viewer.psychograph", psychograph)]),
                    context: vec![],
                    candidate: words(&schema, &[("candidate.instrument", instrument)]),
                },
            )
        };
        let cross = |features: &Features| features.slots()[3];
        let slots = [of("x", "a"), of("x", "b"), of("y", "a"), of("y", "b")].map(|f| cross(&f));
        let mut distinct = slots.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 4, "{slots:?}");
    }

    #[test]
    fn bounded_pieces_are_in_order_without_doubles() {
        let many: Vec<Piece> = (0..40).rev().chain(0..40).map(Piece::from_u64).collect();
        let kept = bounded(many, Side::Viewer);
        assert_eq!(kept, (0..16).map(Piece::from_u64).collect::<Vec<_>>());
    }

    #[test]
    fn too_many_pieces_are_refused() {
        let inputs = Inputs {
            context: vec![Piece::from_u64(1); 9],
            ..Inputs::default()
        };
        assert_eq!(inputs.to_bytes(), Err(InputsError::TooMany(0, 9, 0)));
        let mut bytes = vec![1, 0, 9, 0];
        bytes.extend([0; 72]);
        assert_eq!(
            Inputs::from_bytes(&bytes),
            Err(InputsError::TooMany(0, 9, 0))
        );
    }

    fn pieces(max: usize) -> impl Strategy<Value = Vec<Piece>> {
        proptest::collection::vec(any::<u64>().prop_map(Piece::from_u64), 0..=max)
    }

    proptest! {
        #[test]
        fn inputs_survive_their_bytes(
            viewer in pieces(VIEWER_MAX), context in pieces(CONTEXT_MAX), candidate in pieces(CANDIDATE_MAX)
        ) {
            let inputs = Inputs { viewer, context, candidate };
            let bytes = inputs.to_bytes().unwrap();
            prop_assert!(bytes.len() <= 260);
            prop_assert_eq!(Inputs::from_bytes(&bytes).unwrap(), inputs);
            for cut in 0..bytes.len() {
                prop_assert!(Inputs::from_bytes(&bytes[..cut]).is_err());
            }
            let mut longer = bytes;
            longer.push(0);
            prop_assert!(Inputs::from_bytes(&longer).is_err());
        }

        #[test]
        fn garbage_is_read_or_refused_but_never_trips(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(inputs) = Inputs::from_bytes(&bytes) {
                prop_assert_eq!(inputs.to_bytes().unwrap(), bytes);
                let _ = encode(&Schema::default(), &inputs);
            }
        }
    }
}
