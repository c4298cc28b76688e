//! The whole circle on simulated audiences whose truth is known: decide, answer, retrain, gate, promote.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use beckon_classifier::draw::{mix, uniform};
use beckon_classifier::encode::bounded;
use beckon_classifier::model::Model;
use beckon_classifier::policy::{Policy, PolicyParams};
use beckon_classifier::popularity::{Popularity, Prior};
use beckon_classifier::retrain::{Recipe, retrain};
use beckon_classifier::row::{Offer, Row, group_of};
use beckon_classifier::schema::{Piece, Schema, Side};
use beckon_classifier::world::{Tastes, World};

/// Shown decisions with their outcome.
const ANSWERS: usize = 5_000;

/// What one run of the circle came to.
#[derive(Debug)]
struct Run {
    random: f64,
    best: f64,
    learnt: f64,
    promoted_at: Vec<usize>,
}

impl Run {
    /// How much of the way from random to best was gone.
    fn share(&self) -> f64 {
        (self.learnt - self.random) / (self.best - self.random)
    }
}

fn viewer_pieces(schema: &Schema, world: &World, viewer: usize) -> Vec<Piece> {
    let of = &world.viewers()[viewer];
    let word = |field: &str, word: &str| schema.word(schema.field(field).unwrap(), word);
    let pieces = vec![
        word("viewer.psychograph", of.psychograph),
        word("viewer.behaviour", of.behaviour),
        word("viewer.demography", of.demography),
    ];
    bounded(pieces, Side::Viewer)
}

fn candidate_pieces(schema: &Schema, world: &World) -> Vec<Vec<Piece>> {
    let word = |field: &str, word: &str| schema.word(schema.field(field).unwrap(), word);
    let pieces = world.instruments().iter().map(|of| {
        let pieces = vec![
            word("candidate.instrument", of.id),
            word("candidate.kind", of.kind),
            word("candidate.category", of.category),
        ];
        bounded(pieces, Side::Candidate)
    });
    pieces.collect()
}

struct Circle {
    schema: Schema,
    world: World,
    policy: Policy,
    /// Before there is a model.
    exploring: Policy,
    viewers: Vec<Vec<Piece>>,
    candidates: Vec<Vec<Piece>>,
    popularity: Popularity,
    champion: Option<Model>,
    rows: Vec<Row>,
}

impl Circle {
    fn new(seed: u64, tastes: Tastes) -> Self {
        let (schema, world) = (Schema::default(), World::new(seed, tastes));
        Self {
            viewers: (0..world.viewers().len())
                .map(|viewer| viewer_pieces(&schema, &world, viewer))
                .collect(),
            candidates: candidate_pieces(&schema, &world),
            popularity: Popularity {
                prior: Prior::default(),
                ..Popularity::default()
            },
            policy: Policy::default(),
            exploring: PolicyParams::exploring().check().unwrap(),
            champion: None,
            rows: Vec::new(),
            schema,
            world,
        }
    }

    fn policy(&self) -> Policy {
        if self.champion.is_some() {
            self.policy
        } else {
            self.exploring
        }
    }

    fn scores(&self, viewer: usize) -> Vec<f32> {
        match &self.champion {
            Some(model) => {
                let scorer = model.scorer(&self.viewers[viewer], &[]);
                self.candidates
                    .iter()
                    .map(|candidate| scorer.score(candidate))
                    .collect()
            }
            None => self
                .world
                .instruments()
                .iter()
                .map(|of| self.popularity.score(of.id))
                .collect(),
        }
    }

    fn answer(&mut self, seed: u64, number: u64) {
        let viewer = (uniform(mix(seed, 77), number) * self.viewers.len() as f64) as usize;
        let scores = self.scores(viewer);
        let mut propensities = Vec::new();
        let drawn = self
            .policy()
            .draw_one(&scores, mix(seed, number), &mut propensities)
            .unwrap();
        let engaged = self.world.engages(viewer, drawn.index, number);
        let offers = scores
            .iter()
            .zip(&propensities)
            .zip(&self.candidates)
            .zip(self.world.instruments());
        let offers = offers.map(|(((score, propensity), pieces), of)| Offer {
            instrument: of.id.to_owned(),
            pieces: pieces.clone(),
            score: *score,
            propensity: *propensity,
        });
        self.rows.push(Row {
            decided_at_ms: number as i64 * 100,
            group: group_of(&self.world.viewers()[viewer].id, 1),
            viewer: self.viewers[viewer].clone(),
            context: vec![],
            offers: offers.collect(),
            chosen: drawn.index,
            engaged,
            weight: 1.0,
            schema: self.schema.digest().to_owned(),
            model: self
                .champion
                .as_ref()
                .map_or("popularity", |model| model.id())
                .to_owned(),
            policy: self.policy().id(),
        });
        self.popularity
            .count(self.world.instruments()[drawn.index].id, engaged);
    }

    /// The truth under the policy as it stands, exploring included.
    fn rate(&self) -> f64 {
        let chances = (0..self.viewers.len()).map(|viewer| {
            let mut out = Vec::new();
            self.policy().propensities(&self.scores(viewer), &mut out);
            out
        });
        self.world.rate_of(&chances.collect::<Vec<_>>())
    }
}

fn play(seed: u64, tastes: Tastes, every: usize) -> Run {
    let mut circle = Circle::new(seed, tastes);
    let recipe = Recipe::default();
    let (mut look, mut promoted_at) = (1, Vec::new());
    for number in 0..ANSWERS {
        circle.answer(seed, number as u64);
        if (number + 1) % every == 0 {
            let lesson =
                retrain(&circle.rows, circle.champion.as_ref(), &recipe, look, seed).unwrap();
            look += 1;
            if lesson.verdict.promote {
                circle.champion = Some(lesson.model);
                promoted_at.push(number + 1);
                look = 1;
            }
        }
    }
    let run = Run {
        random: circle.world.random_rate(),
        best: circle.world.best_rate(),
        learnt: circle.rate(),
        promoted_at,
    };
    println!(
        "{tastes:?}, seed {seed}: random {:.3}, learnt {:.3}, best {:.3}; promoted after {:?} answers",
        run.random, run.learnt, run.best, run.promoted_at
    );
    run
}

#[test]
fn after_5000_answers_the_ranking_has_gone_most_of_the_way_from_random_to_best() {
    let runs: Vec<Run> = (0..10).map(|seed| play(seed, Tastes::Real, 500)).collect();
    let far = runs.iter().filter(|run| run.share() >= 0.6).count();
    assert!(far >= 9, "{far} of 10 went 60 % of the way: {runs:?}");
    let early = runs
        .iter()
        .filter(|run| run.promoted_at.first().is_some_and(|at| *at <= 2_000))
        .count();
    assert!(
        early >= 8,
        "{early} of 10 promoted by 2,000 answers: {runs:?}"
    );
}

#[test]
fn without_tastes_nothing_is_promoted() {
    for seed in 0..10 {
        let run = play(seed, Tastes::None, 500);
        assert!(run.promoted_at.is_empty(), "{run:?}");
    }
}

#[test]
fn with_nothing_to_learn_many_looks_promote_nothing() {
    for seed in 0..4 {
        let run = play(seed, Tastes::Flat, 250);
        assert!(run.promoted_at.is_empty(), "{run:?}");
    }
}
