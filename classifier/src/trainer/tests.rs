//! The sparse step is linfa's own, training is repeatable, and broken input is refused.

use linfa::prelude::*;
use linfa_ftrl::Ftrl;
use ndarray::{Array1, Array2};

use super::*;
use crate::draw::unit;
use crate::schema::SchemaParams;

fn small_schema() -> Schema {
    let params = SchemaParams {
        slots: 256,
        ..SchemaParams::default()
    };
    params.check().unwrap()
}

/// Rows of some viewers and instruments, engaged more when tag and instrument agree.
fn rows(schema: &Schema, count: u64) -> Vec<Row> {
    let word = |field: &str, word: String| schema.word(schema.field(field).unwrap(), &word);
    let row = |step: u64| {
        let (tag, instrument) = (mix(step, 1) % 4, mix(step, 2) % 4);
        let mut row = crate::row::tests::example();
        row.viewer = vec![word("viewer.psychograph", format!("tag{tag}"))];
        row.offers = vec![row.offers[0].clone()];
        row.offers[0].pieces = vec![word("candidate.instrument", format!("i{instrument}"))];
        row.chosen = 0;
        row.engaged = unit(mix(step, 3)) < if tag == instrument { 0.6 } else { 0.1 };
        row.schema = schema.digest().to_owned();
        row.decided_at_ms = step as i64;
        row
    };
    (0..count).map(row).collect()
}

fn params(batch: usize) -> ValidTrainParams {
    let params = TrainParams {
        alpha: 0.3,
        beta: 0.7,
        l1: 0.05,
        l2: 0.2,
        batch,
        epochs: 2,
    };
    params.check().unwrap()
}

/// Plain dense linfa over all slots, in the very order of the trainer.
fn dense(schema: &Schema, params: &ValidTrainParams, rows: &[Row], seed: u64) -> Ftrl<f64> {
    let TrainParams {
        alpha,
        beta,
        l1,
        l2,
        ..
    } = *params.get();
    let zeros =
        serde_json::json!({"v": 1, "dim": [schema.slots()], "data": vec![0.0; schema.slots()]});
    let start = serde_json::json!({
        "alpha": alpha, "beta": beta, "l1_ratio": l1, "l2_ratio": l2, "z": zeros, "n": zeros
    });
    let mut model: Ftrl<f64> = serde_json::from_value(start).unwrap();
    let ftrl = Ftrl::params()
        .alpha(alpha)
        .beta(beta)
        .l1_ratio(l1)
        .l2_ratio(l2);
    for epoch in 0..params.get().epochs {
        let order = shuffled(rows.len(), mix(seed, u64::from(epoch)));
        for batch in order.chunks(params.get().batch) {
            let mut records = Array2::zeros((batch.len(), schema.slots()));
            for (at, row) in batch.iter().enumerate() {
                for slot in encode(schema, &rows[*row].inputs()).slots() {
                    records[[at, *slot as usize]] += 1.0;
                }
            }
            let targets = batch.iter().map(|row| rows[*row].engaged).collect();
            model = ftrl
                .fit_with(Some(model), &Dataset::new(records, targets))
                .unwrap();
        }
    }
    model
}

#[test]
fn the_sparse_step_is_the_dense_step_of_linfa() {
    let schema = small_schema();
    let rows = rows(&schema, 400);
    for batch in [1, 7, 64] {
        let params = params(batch);
        let mut trainer = Trainer::new(schema.clone(), params);
        trainer.fit(&rows.iter().collect::<Vec<_>>(), 5).unwrap();
        let dense = dense(&schema, &params, &rows, 5);
        let apart = |got: &[f64], want: &Array1<f64>| {
            got.iter()
                .zip(want)
                .map(|(got, want)| (got - want).abs())
                .fold(0.0, f64::max)
        };
        assert!(apart(&trainer.z, dense.z()) < 1e-12, "z, batch {batch}");
        assert!(apart(&trainer.n, dense.n()) < 1e-12, "n, batch {batch}");
        assert!(
            apart(&trainer.weights(), &dense.get_weights()) < 1e-12,
            "weights, batch {batch}"
        );
        assert!(
            trainer
                .weights()
                .iter()
                .filter(|weight| **weight != 0.0)
                .count()
                > 10
        );
    }
}

#[test]
fn a_feature_never_seen_weighs_nothing() {
    let schema = small_schema();
    let trainer = Trainer::new(schema, params(1));
    assert!(trainer.weights().iter().all(|weight| *weight == 0.0));
}

#[test]
fn the_same_rows_and_seed_give_the_same_model() {
    let schema = small_schema();
    let rows = rows(&schema, 300);
    let model = |seed| {
        let mut trainer = Trainer::new(schema.clone(), ValidTrainParams::default());
        trainer.fit(&rows.iter().collect::<Vec<_>>(), seed).unwrap();
        trainer
            .model(Calibration::default(), Facts::default())
            .unwrap()
    };
    assert_eq!(model(1).id(), model(1).id());
    assert_ne!(model(1).id(), model(2).id());
}

#[test]
fn what_agrees_comes_to_score_above_what_does_not() {
    let schema = Schema::default();
    let rows = rows(&schema, 2_000);
    let mut trainer = Trainer::new(schema.clone(), ValidTrainParams::default());
    trainer.fit(&rows.iter().collect::<Vec<_>>(), 1).unwrap();
    let model = trainer
        .model(Calibration::default(), Facts::default())
        .unwrap();
    let (mut right, mut pairs) = (0, 0);
    for tag in 0..4 {
        let viewer = [schema.word(
            schema.field("viewer.psychograph").unwrap(),
            &format!("tag{tag}"),
        )];
        let scorer = model.scorer(&viewer, &[]);
        let score = |instrument: usize| {
            let field = schema.field("candidate.instrument").unwrap();
            scorer.score(&[schema.word(field, &format!("i{instrument}"))])
        };
        for other in (0..4).filter(|other| *other != tag) {
            pairs += 1;
            right += usize::from(score(tag) > score(other) + 1.0);
        }
    }
    assert_eq!(right, pairs);
    assert_eq!(
        (
            model.facts().rows,
            model.facts().first_ms,
            model.facts().last_ms
        ),
        (2_000, 0, 1_999)
    );
}

#[test]
fn a_resumed_trainer_goes_on_as_if_never_stopped() {
    let schema = small_schema();
    let rows = rows(&schema, 300);
    let (early, late) = rows.split_at(200);
    let mut whole = Trainer::new(schema.clone(), params(8));
    whole.fit(&early.iter().collect::<Vec<_>>(), 1).unwrap();
    let stored = serde_json::to_string(&whole.state()).unwrap();
    whole.fit(&late.iter().collect::<Vec<_>>(), 2).unwrap();
    let state: TrainerState = serde_json::from_str(&stored).unwrap();
    let mut resumed = Trainer::resume(schema, params(8), &state).unwrap();
    resumed.fit(&late.iter().collect::<Vec<_>>(), 2).unwrap();
    assert_eq!(resumed.state(), whole.state());
}

#[test]
fn foreign_rows_and_broken_states_are_refused() {
    let schema = small_schema();
    let mut rows = rows(&schema, 2);
    rows[1].schema = "other".to_owned();
    let mut trainer = Trainer::new(schema.clone(), params(1));
    let refusal = trainer
        .fit(&rows.iter().collect::<Vec<_>>(), 1)
        .unwrap_err();
    assert_eq!(refusal, TrainError::ForeignRow("other".to_owned()));
    assert_eq!(
        trainer.state().slots,
        vec![],
        "nothing was learnt of a refused batch"
    );

    let with = |slots| TrainerState {
        slots,
        ..trainer.state()
    };
    for broken in [(256, 0.0, 1.0), (1, f64::NAN, 1.0), (1, 0.0, -1.0)] {
        let refusal = Trainer::resume(schema.clone(), params(1), &with(vec![broken])).unwrap_err();
        assert_eq!(refusal, TrainError::State(broken.0));
    }
    let foreign = Trainer::resume(Schema::default(), params(1), &with(vec![])).unwrap_err();
    assert!(matches!(foreign, TrainError::ForeignState(_)));
}

#[test]
fn a_weight_of_two_is_two_rows_and_of_zero_is_none() {
    let schema = small_schema();
    let fitted = |weight: f32, copies: usize| {
        let mut rows = vec![rows(&schema, 1).remove(0); copies];
        rows.iter_mut().for_each(|row| row.weight = weight);
        let mut trainer = Trainer::new(schema.clone(), params(1));
        trainer.fit(&rows.iter().collect::<Vec<_>>(), 1).unwrap();
        trainer.weights()
    };
    assert_eq!(fitted(2.0, 1), fitted(1.0, 2));
    assert!(fitted(0.0, 5).iter().all(|weight| *weight == 0.0));
}

#[test]
fn collisions_are_counted_and_few_at_the_default_size() {
    let schema = Schema::default();
    let wide = collisions(&schema, &rows(&schema, 500).iter().collect::<Vec<_>>());
    // 4 tags, 4 instruments, 16 pairs, and the context's piece with each instrument.
    assert_eq!(wide.distinct, 4 + 4 + 16 + 1 + 4);
    assert!(wide.share < 0.01, "{wide:?}");
    let narrow = small_schema();
    let many: Vec<Row> = (0..400_u64)
        .map(|step| {
            let mut row = rows(&narrow, 1).remove(0);
            row.viewer =
                vec![narrow.word(narrow.field("viewer.attribute").unwrap(), &step.to_string())];
            row
        })
        .collect();
    let crowded = collisions(&narrow, &many.iter().collect::<Vec<_>>());
    assert!(crowded.share > 0.5, "{crowded:?}");
}

#[test]
fn parameters_out_of_bounds_are_refused() {
    let check = |change: fn(&mut TrainParams)| {
        let mut params = TrainParams::default();
        change(&mut params);
        params.check().map(|_| ())
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(
        check(|params| params.alpha = 0.0),
        Err(TrainError::Alpha(0.0))
    );
    assert!(check(|params| params.alpha = f64::NAN).is_err());
    assert_eq!(
        check(|params| params.beta = 0.0),
        Err(TrainError::Beta(0.0))
    );
    assert_eq!(check(|params| params.l1 = 1.5), Err(TrainError::L1(1.5)));
    assert_eq!(check(|params| params.l2 = -0.5), Err(TrainError::L2(-0.5)));
    assert_eq!(
        check(|params| params.batch = 65),
        Err(TrainError::Batch(65))
    );
    assert_eq!(
        check(|params| params.epochs = 0),
        Err(TrainError::Epochs(0))
    );
}
