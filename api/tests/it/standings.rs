//! How questions and viewers stand: live results, and leaderboards.

use std::time::Duration;

use beckon_api::auth::Role;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::events::{instrument, send};
use crate::harness::sealed::{Overlay, answer, event, overlay, sealer};
use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    live_results_are_told_to_who_has_answered_and_whenever_they_change => live;
    live_results_end_when_the_node_lets_go => ends;
    a_leaderboard_has_the_most_right_and_of_equals_the_faster_first => leaderboard;
    who_is_erased_stands_on_no_board => erased;
}

fn seal(server: &Server, overlay: &Overlay) -> String {
    overlay.seal(&sealer(server.app().auth().keys()))
}

async fn quiz(server: &Server) -> String {
    let answers =
        json!([{"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]);
    let content = json!({"kind": "quiz", "question": "What is it waiting for?", "answers": answers,
        "correct_answer_id": "fish"});
    instrument(server, content).await
}

/// The viewer sees the question and answers it so many ms later.
async fn vote(server: &Server, id: &str, viewer: &str, chosen: &str, after_ms: i64) -> Vec<Value> {
    let shown = Overlay {
        issued_at: beckon_api::config::now().plus_ms(-30_000),
        ..overlay(id, viewer)
    };
    let receipt = seal(server, &shown);
    let (mut drawn, mut given) = (event("impression", &receipt), answer(&receipt, chosen));
    drawn["at"] = json!(shown.issued_at.to_string());
    given["at"] = json!(shown.issued_at.plus_ms(after_ms).to_string());
    send(&server.anonymous(), &[drawn, given]).await
}

/// One who listens to how a question stands.
struct Ears {
    read: String,
    body: std::pin::Pin<Box<dyn futures_util::Stream<Item = Vec<u8>> + Send>>,
}

impl Ears {
    async fn open(client: &Client, id: &str) -> Self {
        let path = format!("/v1/instruments/{id}/results/live");
        let response = client
            .request("GET", &path)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let chunks = response.bytes_stream();
        let chunks = chunks.map(|chunk| chunk.map(|b| b.to_vec()).unwrap_or_default());
        Self {
            read: String::new(),
            body: Box::pin(chunks),
        }
    }

    /// The next results; `None` at the end.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                let Some(data) = block.strip_prefix("event: results\ndata: ") else {
                    assert_eq!(block, ": still here");
                    continue;
                };
                return Some(serde_json::from_str(data).expect("JSON"));
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.body.next());
            let chunk = chunk.await.expect("it is not silent")?;
            self.read
                .push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// Reads on until so many have answered; the counts then.
    async fn until(&mut self, answers: u64) -> Value {
        loop {
            let results = self.next().await.expect("it goes on");
            let answered = results["answers"].as_u64().expect("a number");
            assert!(answered <= answers, "more than ever answered: {results}");
            if answered == answers {
                return results["tallies"].clone();
            }
        }
    }
}

fn counts(fish: u64, rain: u64) -> Value {
    json!([{"answer_id": "fish", "count": fish}, {"answer_id": "rain", "count": rain}])
}

async fn live(server: &mut Server) {
    let id = quiz(server).await;
    let path = format!("/v1/instruments/{id}/results/live");
    let alice = server.caller(Role::Viewer, "alice");
    let marketer = server.caller(Role::Marketer, "mia");
    alice.get(&path).await.refused(403, "forbidden");
    let mut marketers = Ears::open(&marketer, &id).await;
    assert_eq!(marketers.until(0).await, counts(0, 0));
    vote(server, &id, "alice", "rain", 1_000).await;
    let mut alices = Ears::open(&alice, &id).await;
    assert_eq!(alices.until(1).await, counts(0, 1));
    // Votes that another node takes are heard of here.
    let second = server.second_node().await;
    for viewer in ["bob", "carol", "dan"] {
        vote(&second, &id, viewer, "fish", 1_000).await;
    }
    assert_eq!(alices.until(4).await, counts(3, 1));
    assert_eq!(marketers.until(4).await, counts(3, 1));
    second.finish().await;
    let ad = crate::events::ad(server).await;
    let path = format!("/v1/instruments/{ad}/results/live");
    marketer.get(&path).await.refused(422, "invalid_field");
    let path = "/v1/instruments/0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f/results/live";
    marketer
        .get(path)
        .await
        .refused(404, "instrument_not_found");
    let path = format!("/v1/instruments/{id}/results/live");
    server
        .caller(Role::Ingest, "x")
        .get(&path)
        .await
        .refused(403, "forbidden");
}

async fn ends(server: &mut Server) {
    let id = quiz(server).await;
    let mut ears = Ears::open(&server.operator(), &id).await;
    ears.until(0).await;
    server.app().end_streams();
    assert_eq!(ears.next().await, None);
}

async fn leaderboard(server: &mut Server) {
    let operator = server.operator();
    operator
        .post("/v1/media", &json!({"media_id": "cup"}))
        .await
        .expect(201);
    let (first, second) = (quiz(server).await, quiz(server).await);
    for (id, viewer, chosen, after_ms) in [
        (&first, "alice", "fish", 2_000),
        (&second, "alice", "rain", 1_000),
        (&first, "bob", "fish", 1_500),
        (&first, "carol", "fish", 3_000),
        (&second, "carol", "fish", 9_000),
        (&second, "dan", "rain", 500),
        // Another answer to the same question changes nothing.
        (&second, "dan", "fish", 600),
    ] {
        vote(server, id, viewer, chosen, after_ms).await;
    }
    let bob = server.caller(Role::Viewer, "bob");
    let board = bob.get("/v1/media/cup/leaderboard").await.expect(200);
    let items = board["items"].as_array().expect("items");
    let stand = |item: &Value| {
        ["place", "points", "answered", "right_ms"].map(|f| item[f].as_u64().expect("a number"))
    };
    assert_eq!(
        items.iter().map(stand).collect::<Vec<_>>(),
        [[1, 2, 2, 12_000], [2, 1, 1, 1_500], [3, 1, 2, 2_000]],
        "{board}"
    );
    assert_eq!((&board["players"], &board["own"]), (&json!(4), &items[1]));
    assert!(
        !board.to_string().contains("alice"),
        "no id is told: {board}"
    );
    let dan = server.caller(Role::Viewer, "dan");
    let own = dan
        .get("/v1/media/cup/leaderboard?limit=1")
        .await
        .expect(200);
    assert_eq!(own["items"].as_array().expect("items").len(), 1);
    assert_eq!(stand(&own["own"]), [4, 0, 1, 0]);
    let marketer = server.caller(Role::Marketer, "mia");
    let board = marketer.get("/v1/media/cup/leaderboard").await.expect(200);
    assert_eq!(board["own"], Value::Null);
    let refused = marketer.get("/v1/media/cup/leaderboard?limit=101").await;
    assert_eq!(refused.refused(422, "invalid_field")["bound"], "1..=100");
    marketer
        .get("/v1/media/none/leaderboard")
        .await
        .refused(404, "media_not_found");
}

async fn erased(server: &mut Server) {
    let operator = server.operator();
    operator
        .post("/v1/media", &json!({"media_id": "cup"}))
        .await
        .expect(201);
    operator
        .put("/v1/viewers/alice", &json!({}))
        .await
        .expect(200);
    let id = quiz(server).await;
    vote(server, &id, "alice", "fish", 1_000).await;
    operator.delete("/v1/viewers/alice").await.expect(204);
    let board = operator.get("/v1/media/cup/leaderboard").await.expect(200);
    assert_eq!(
        (&board["players"], &board["items"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(
        server.outcome(&id).await.tally.answers,
        1,
        "the count stays"
    );
}
