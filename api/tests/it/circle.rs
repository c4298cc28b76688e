//! The circle of learning over HTTP: a simulated audience asks and answers, and the ranking learns, or rightly does not.

use std::time::Duration;

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::demo::audience::{Audience, Curve};
use beckon_api::demo::{Api, Channel, Tokens, plant};
use beckon_classifier::world::{Tastes, World};

use crate::harness::{Engine, Server};

/// So many answers the promise is about.
const ANSWERS: u64 = 5_000;

/// Which worlds are played; `make circle` plays ten.
fn seeds() -> u64 {
    let told = std::env::var("BECKON_CIRCLE_SEEDS").ok();
    told.map_or(1, |seeds| {
        seeds.parse().expect("BECKON_CIRCLE_SEEDS is a number")
    })
}

/// Plays a world from nothing to its last answer.
async fn play(seed: u64, tastes: Tastes) -> Curve {
    let server = Server::start_with(Engine::Sqlite, |options| options.retrain_every_rows = 500)
        .await
        .expect("SQLite is always there");
    let token = |subject: &str, role| server.app().auth().issue(subject, role, 3600, now());
    let tokens = Tokens {
        operator: token("olga", Role::Operator).expect("a token"),
        marketer: token("demo", Role::Marketer).expect("a token"),
        scientist: token("demo", Role::Scientist).expect("a token"),
    };
    let api = Api::new(server.url(), tokens);
    let channel = Channel {
        media_id: "demo".to_owned(),
        title: "Nothing is played".to_owned(),
        zero: now(),
        playback_url: format!("{}/live/demo/master.m3u8", server.url()),
        origin_url: format!("{}/live", server.url()),
        channel_arn: "arn:none".to_owned(),
        marks: false,
    };
    let simulated = plant(&api, &channel).await.expect("planted");
    let viewer = |id: &str| token(id, Role::Viewer);
    let audience = Audience::enter(
        api,
        World::new(seed, tastes),
        seed,
        tastes == Tastes::Real,
        simulated,
        viewer,
    );
    let audience = audience.await.expect("seated");
    audience
        .watch(ANSWERS, Duration::ZERO)
        .await
        .expect("watched");
    let curve = audience.curve();
    server.finish().await;
    curve
}

/// How far the last answers came on the way from choosing blindly to knowing everything.
fn learnt(curve: &Curve) -> f64 {
    let last = curve.points.last().expect("a point");
    println!(
        "seed {}: random {:.3}, learnt {:.3}, best {:.3}, ranked by {}, {} models since",
        curve.seed, curve.random, last.expected, curve.best, curve.ranked_by, curve.refreshed
    );
    (last.expected - curve.random) / (curve.best - curve.random)
}

#[actix_web::test]
async fn five_thousand_answers_teach_most_of_what_can_be_known() {
    let mut well = 0;
    for seed in 1..=seeds() {
        let share = learnt(&play(seed, Tastes::Real).await);
        println!(
            "seed {seed}: {:.0} % of the way from random to best",
            share * 100.0
        );
        well += u64::from(share >= 0.6);
    }
    assert!(
        well * 10 >= seeds() * 9,
        "{well} of {} worlds were learnt",
        seeds()
    );
}

#[actix_web::test]
async fn a_world_without_tastes_promotes_nothing() {
    for seed in 1..=seeds() {
        let curve = play(seed, Tastes::None).await;
        learnt(&curve);
        assert_eq!(curve.ranked_by, "popularity", "{:?}", curve.verdict);
        assert!(curve.promotions.is_empty());
        assert!(curve.verdict.is_some(), "the gate was asked");
    }
}
