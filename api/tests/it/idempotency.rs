//! `Idempotency-Key` over HTTP: what comes again is answered again, and does nothing.

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::idempotency::{self, Claim};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

on_both_engines! {
    the_same_request_again_gets_the_same_answer_and_creates_nothing => again;
    a_key_with_another_body_is_refused => other_body;
    what_was_refused_may_come_again_with_its_key => refused_first;
    keys_of_different_callers_do_not_meet => callers;
    of_two_that_race_on_two_nodes_one_creates => race;
    after_a_day_a_key_is_free_again => forgotten;
}

fn poll(name: &str) -> Value {
    json!({"name": name, "content": {"kind": "poll", "question": "Will it rain?",
        "answers": [{"answer_id": "yes", "text": "Yes"}, {"answer_id": "no", "text": "No"}]}})
}

async fn create(caller: &Client, key: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = caller
        .request("POST", "/v1/instruments")
        .header("Idempotency-Key", key)
        .header("content-type", "application/json");
    caller.send(request.body(body)).await
}

async fn count(caller: &Client) -> usize {
    let listed = caller.get("/v1/instruments").await.expect(200);
    listed["items"].as_array().expect("items").len()
}

async fn again(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let first = create(&mia, "k1", poll("One").to_string()).await;
    first.expect(201);
    assert!(first.headers.get("idempotent-replayed").is_none());
    // Spaced otherwise, and after a restart: it says the same.
    server.restart().await;
    let mia = server.caller(Role::Marketer, "mia");
    let spaced = serde_json::to_string_pretty(&poll("One")).expect("JSON");
    let second = create(&mia, "k1", spaced).await;
    assert_eq!(second.expect(201), first.json());
    assert_eq!(second.headers.get("etag"), first.headers.get("etag"));
    assert_eq!(second.headers["idempotent-replayed"], "true");
    assert_eq!(count(&mia).await, 1);
    create(&mia, "k2", poll("One").to_string())
        .await
        .expect(201);
    mia.post("/v1/instruments", &poll("One")).await.expect(201);
    assert_eq!(
        count(&mia).await,
        3,
        "another key, or none, is another request"
    );
    for bad in ["", "with space", &"x".repeat(256)] {
        let refused = create(&mia, bad, poll("One").to_string()).await;
        assert_eq!(
            refused.refused(422, "invalid_field")["field"],
            "Idempotency-Key"
        );
    }
}

async fn other_body(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    create(&mia, "k", poll("One").to_string()).await.expect(201);
    let other = create(&mia, "k", poll("Two").to_string()).await;
    other.refused(422, "idempotency_key_reused");
    assert_eq!(count(&mia).await, 1);
}

async fn refused_first(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    create(&mia, "k", poll("").to_string())
        .await
        .refused(422, "invalid_field");
    let mut taken = poll("One");
    taken["external_id"] = json!("crm-1");
    mia.post("/v1/instruments", &taken).await.expect(201);
    create(&mia, "k", taken.to_string())
        .await
        .refused(409, "external_id_taken");
    create(&mia, "k", poll("One").to_string()).await.expect(201);
}

async fn callers(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let max = server.caller(Role::Marketer, "max");
    let first = create(&mia, "k", poll("One").to_string()).await.expect(201);
    let second = create(&max, "k", poll("Two").to_string()).await.expect(201);
    assert_ne!(first["instrument_id"], second["instrument_id"]);
}

async fn race(server: &mut Server) {
    let second = server.second_node().await;
    let (here, there) = (
        server.caller(Role::Marketer, "mia"),
        second.caller(Role::Marketer, "mia"),
    );
    for round in 1..=5 {
        let (key, body) = (format!("k{round}"), poll("One").to_string());
        let (one, two, three) = tokio::join!(
            create(&here, &key, body.clone()),
            create(&there, &key, body.clone()),
            create(&here, &key, body.clone())
        );
        assert_eq!(one.expect(201), two.expect(201));
        assert_eq!(one.json(), three.expect(201));
        let replayed = [&one, &two, &three];
        let replayed = replayed.map(|a| a.headers.contains_key("idempotent-replayed"));
        assert_eq!(replayed.iter().filter(|again| **again).count(), 2);
        assert_eq!(count(&here).await, round);
    }
    second.finish().await;
}

async fn forgotten(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    create(&mia, "k", poll("One").to_string()).await.expect(201);
    let db = server.database().await;
    let later = now().plus_ms(idempotency::KEPT_MS + 60_000);
    let caller = server.app().auth();
    let token = caller
        .issue("mia", Role::Marketer, 3_600, now())
        .expect("a token");
    let caller = caller.verify(&token, now()).expect("verified");
    let claim = Claim::new("k", &caller, "create_instrument", &poll("Two")).expect("a claim");
    let intake = idempotency::take(&db, Some(&claim), later).await;
    assert!(
        matches!(intake, Ok(idempotency::Intake::New(_))),
        "{intake:?}"
    );
    drop(intake);
    assert_eq!(idempotency::prune(&db, later).await.expect("pruned"), 1);
    create(&mia, "k", poll("Two").to_string()).await.expect(201);
}
