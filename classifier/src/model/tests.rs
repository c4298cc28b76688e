//! A model scores the same on both paths, survives its file, and refuses damage.

use proptest::prelude::*;

use super::*;
use crate::draw::{mix, uniform};
use crate::encode::{Inputs, encode};
use crate::schema::SchemaParams;

fn facts() -> Facts {
    Facts {
        rows: 10,
        engaged: 2,
        log_loss: Some(0.1 + 0.2),
        auc: Some(1.0 / 3.0),
        collisions: 0.001,
        ..Facts::default()
    }
}

fn model(seed: u64) -> Model {
    let schema = Schema::default();
    let weights = (0..schema.slots() as u64)
        .map(|slot| (uniform(seed, slot) * 2.0 - 1.0) as f32)
        .collect();
    Model::new(schema, weights, Calibration::default(), facts()).unwrap()
}

fn sparse() -> Model {
    let schema = SchemaParams {
        slots: 1 << 10,
        ..SchemaParams::default()
    };
    let mut weights = vec![0.0; 1 << 10];
    (weights[3], weights[700], weights[1023]) = (0.5, -1.25, f32::MIN_POSITIVE);
    let calibration = Calibration::try_from(vec![(-1.0, 0.1), (0.5, 0.3)]).unwrap();
    Model::new(schema.check().unwrap(), weights, calibration, facts()).unwrap()
}

#[test]
fn a_model_survives_its_file_with_its_name() {
    let model = sparse();
    let bytes = model.to_bytes();
    let back = Model::from_bytes(&bytes).unwrap();
    assert_eq!(back.id(), model.id());
    assert_eq!(back.weights, model.weights);
    assert_eq!(back.facts(), model.facts());
    assert_eq!(back.calibration(), model.calibration());
    assert_eq!(back.schema().digest(), model.schema().digest());
    assert_eq!(back.to_bytes(), bytes);
    assert_eq!(back.nonzero(), 3);
    assert_eq!(model.id().len(), 64);
}

#[test]
fn another_weight_fact_or_schema_is_another_name() {
    let base = sparse();
    let remade = |weights: Vec<f32>, facts: Facts, version: u32| {
        let schema = SchemaParams {
            version,
            ..base.schema().params().clone()
        };
        Model::new(
            schema.check().unwrap(),
            weights,
            base.calibration().clone(),
            facts,
        )
        .unwrap()
    };
    let weights = base.weights.to_vec();
    assert_eq!(remade(weights.clone(), facts(), 1).id(), base.id());
    assert_ne!(remade(weights.clone(), facts(), 2).id(), base.id());
    assert_ne!(
        remade(
            weights.clone(),
            Facts {
                rows: 11,
                ..facts()
            },
            1
        )
        .id(),
        base.id()
    );
    let mut other = weights;
    other[3] = 0.25;
    assert_ne!(remade(other, facts(), 1).id(), base.id());
}

#[test]
fn every_single_flipped_bit_and_every_cut_is_refused() {
    let bytes = sparse().to_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(Model::from_bytes(&damaged).is_err(), "flip at {at}");
        assert!(Model::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Model::from_bytes(&longer).unwrap_err(), ModelError::Damaged);
    assert_eq!(Model::from_bytes(b"PNG").unwrap_err(), ModelError::Foreign);
    assert_eq!(Model::from_bytes(b"").unwrap_err(), ModelError::Foreign);
}

/// Content that a careless or hostile writer sealed with a right digest.
fn resealed(change: impl FnOnce(&mut Vec<u8>)) -> ModelError {
    let mut bytes = sparse().to_bytes();
    bytes.truncate(bytes.len() - 32);
    change(&mut bytes);
    let digest = blake3::hash(&bytes);
    bytes.extend(digest.as_bytes());
    Model::from_bytes(&bytes).unwrap_err()
}

#[test]
fn a_right_digest_over_wrong_content_is_still_refused() {
    let nan = resealed(|bytes| {
        let at = bytes.len() - 4;
        bytes[at..].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    assert_eq!(nan, ModelError::Weight(1023));
    let beyond = resealed(|bytes| {
        let at = bytes.len() - 8;
        bytes[at..at + 4].copy_from_slice(&1024_u32.to_le_bytes());
    });
    assert!(matches!(beyond, ModelError::Content(_)));
    assert!(matches!(
        resealed(|bytes| bytes.truncate(bytes.len() - 1)),
        ModelError::Content(_)
    ));
    assert!(matches!(
        resealed(|bytes| bytes[15] = b'!'),
        ModelError::Content(_)
    ));
    assert_eq!(resealed(|bytes| bytes[8] = 9), ModelError::Layout(9));
}

#[test]
fn weights_must_be_numbers_one_for_each_slot() {
    let schema = Schema::default();
    let make = |weights| Model::new(schema.clone(), weights, Calibration::default(), facts());
    assert_eq!(
        make(vec![0.0; 3]).unwrap_err(),
        ModelError::Slots(3, 1 << 18)
    );
    for bad in [f32::NAN, f32::INFINITY, -2e6] {
        let mut weights = vec![0.0; 1 << 18];
        weights[9] = bad;
        assert_eq!(make(weights).unwrap_err(), ModelError::Weight(9));
    }
}

fn any_pieces(max: usize) -> impl Strategy<Value = Vec<Piece>> {
    // Fields of the default schema and some beyond it.
    let piece = (0..16_u64, any::<u64>())
        .prop_map(|(field, hash)| Piece::from_u64(field << 58 | hash >> 6));
    proptest::collection::vec(piece, 0..=max)
}

proptest! {
    #[test]
    fn the_hot_path_scores_bit_for_bit_as_the_encoded_vector(
        viewer in any_pieces(16), context in any_pieces(8),
        candidates in proptest::collection::vec(any_pieces(8), 1..6), seed in 0..3_u64,
    ) {
        let model = model(seed);
        let scorer = model.scorer(&viewer, &context);
        for candidate in candidates {
            let fast = scorer.score(&candidate);
            let inputs = Inputs { viewer: viewer.clone(), context: context.clone(), candidate };
            let slow = model.score(&encode(model.schema(), &inputs));
            prop_assert_eq!(fast.to_bits(), slow.to_bits());
        }
    }

    #[test]
    fn anything_behind_the_magic_is_refused_without_tripping(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = b"BKNMODEL\x01\x00".to_vec();
        bytes.extend(tail);
        prop_assert!(Model::from_bytes(&bytes).is_err());
    }
}

#[test]
fn features_of_another_schema_cannot_reach_outside_the_weights() {
    let wide = encode(
        &Schema::default(),
        &Inputs {
            viewer: (0..16).map(|n| Piece::from_u64(mix(n, 1))).collect(),
            ..Inputs::default()
        },
    );
    assert!(sparse().score(&wide).is_finite());
}
