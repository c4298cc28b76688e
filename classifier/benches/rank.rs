//! What ranking and training cost: scoring a candidate on the hot path, and one sparse FTRL step.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops at the first thing that is not as it should be"
)]

use std::hint::black_box;
use std::time::Instant;

use beckon_classifier::draw::{mix, uniform};
use beckon_classifier::encode::{Inputs, encode};
use beckon_classifier::model::{Calibration, Facts, Model};
use beckon_classifier::policy::Policy;
use beckon_classifier::row::{Offer, Row};
use beckon_classifier::schema::{Piece, Schema};
use beckon_classifier::trainer::{Trainer, ValidTrainParams};

const CANDIDATES: usize = 20;

/// The median over runs, in nanoseconds for one of `each`.
fn median(each: usize, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos() as f64 / each as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn pieces(schema: &Schema, fields: &[&str], seed: u64) -> Vec<Piece> {
    let piece = |(at, field): (usize, &&str)| {
        schema.word(
            schema.field(field).unwrap(),
            &mix(seed, at as u64).to_string(),
        )
    };
    fields.iter().enumerate().map(piece).collect()
}

/// What is ranked, and for whom.
struct Ground {
    schema: Schema,
    viewers: Vec<Vec<Piece>>,
    context: Vec<Piece>,
    candidates: Vec<Vec<Piece>>,
}

impl Ground {
    fn new() -> Self {
        let schema = Schema::default();
        let viewer = ["psychograph", "behaviour", "demography", "attribute"]
            .map(|name| format!("viewer.{name}"));
        let viewer: Vec<&str> = viewer
            .iter()
            .flat_map(|name| [name.as_str(), name.as_str()])
            .collect();
        let context = [
            "context.media",
            "context.seen",
            "context.device",
            "context.locale",
        ];
        let candidate =
            ["instrument", "kind", "campaign", "category"].map(|name| format!("candidate.{name}"));
        let candidate: Vec<&str> = candidate.iter().map(String::as_str).collect();
        Self {
            viewers: (0..1_000)
                .map(|number| pieces(&schema, &viewer, mix(7, number)))
                .collect(),
            context: pieces(&schema, &context, 9),
            candidates: (0..10_000)
                .map(|number| pieces(&schema, &candidate, number))
                .collect(),
            schema,
        }
    }

    /// How many features a request shares, and how many a candidate has of its own.
    fn features(&self) -> (usize, usize) {
        let mut inputs = Inputs {
            viewer: self.viewers[0].clone(),
            context: self.context.clone(),
            candidate: Vec::new(),
        };
        let shared = encode(&self.schema, &inputs).len();
        inputs.candidate.clone_from(&self.candidates[0]);
        (shared, encode(&self.schema, &inputs).len() - shared)
    }

    fn row(&self, number: u64) -> Row {
        Row {
            decided_at_ms: number as i64,
            group: number,
            viewer: self.viewers[number as usize % self.viewers.len()].clone(),
            context: self.context.clone(),
            offers: vec![Offer {
                instrument: "a".to_owned(),
                pieces: self.candidates[number as usize % 500].clone(),
                score: 0.0,
                propensity: 1.0,
            }],
            chosen: 0,
            engaged: uniform(5, number) < 0.2,
            weight: 1.0,
            schema: self.schema.digest().to_owned(),
            model: String::new(),
            policy: String::new(),
        }
    }
}

fn rank(ground: &Ground) -> f64 {
    let slots = ground.schema.slots() as u64;
    let weights = (0..slots)
        .map(|slot| uniform(1, slot) as f32 - 0.5)
        .collect();
    let model = Model::new(
        ground.schema.clone(),
        weights,
        Calibration::default(),
        Facts::default(),
    )
    .unwrap();
    let policy = Policy::default();
    let (mut scores, mut scratch) = (Vec::new(), Vec::new());
    median(ground.viewers.len(), || {
        for (at, viewer) in ground.viewers.iter().enumerate() {
            let scorer = model.scorer(viewer, &ground.context);
            let first = mix(at as u64, 3) as usize % (ground.candidates.len() - CANDIDATES);
            let candidates = &ground.candidates[first..first + CANDIDATES];
            scores.clear();
            scores.extend(candidates.iter().map(|of| scorer.score(of)));
            black_box(policy.draw_one(&scores, at as u64, &mut scratch));
        }
    })
}

fn train(ground: &Ground) -> f64 {
    let rows: Vec<Row> = (0..2_000).map(|number| ground.row(number)).collect();
    let rows: Vec<&Row> = rows.iter().collect();
    let params = ValidTrainParams::default();
    median(rows.len() * params.get().epochs as usize, || {
        let mut trainer = Trainer::new(ground.schema.clone(), params);
        trainer.fit(&rows, 1).unwrap();
        black_box(trainer);
    })
}

fn main() {
    let ground = Ground::new();
    let (shared, own) = ground.features();
    let ranked = rank(&ground);
    println!(
        "rank {CANDIDATES} candidates of {shared} shared and {own} own features, and choose: {ranked:.0} ns, {:.0} ns a candidate",
        ranked / CANDIDATES as f64
    );
    println!(
        "train on a row of {} features: {:.0} ns",
        shared + own,
        train(&ground)
    );
}
