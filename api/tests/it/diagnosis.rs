//! Why an instrument is not served, over HTTP: what stopped it on every node, and what kept it from being considered.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    reasons_are_counted_over_nodes_and_told_by_the_hour => counted;
    what_keeps_an_instrument_from_being_considered_is_told => kept;
    a_period_that_is_none_and_strangers_are_refused => refused;
}

/// A poll, with more fields where they are told.
pub fn poll(name: &str, more: &Value) -> Value {
    let mut poll = json!({"name": name, "content": {"kind": "poll", "question": "Who?", "answers": [
        {"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}});
    for (field, value) in more.as_object().into_iter().flatten() {
        poll[field] = value.clone();
    }
    poll
}

async fn watched(server: &Server) {
    let media = json!({"media_id": "m"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
}

async fn ask(server: &Server, viewer: &str) {
    let viewer = server.caller(Role::Viewer, viewer);
    let question = json!({"position_ms": 60_000});
    viewer
        .post("/v1/media/m/decisions", &question)
        .await
        .expect(200);
}

async fn diagnosis(server: &Server, id: &str) -> Value {
    let path = format!("/v1/instruments/{id}/diagnosis");
    server
        .caller(Role::Marketer, "mia")
        .get(&path)
        .await
        .expect(200)
}

async fn counted(server: &mut Server) {
    watched(server).await;
    let likes =
        json!({"test": {"attribute": "psychograph.likes", "op": "contains", "value": "birds"}});
    let birds = register(
        server,
        &poll("birds", &json!({"audience": likes, "priority": 1})),
        true,
    )
    .await;
    let all = register(server, &poll("all", &json!({"priority": 2})), true).await;
    let low = register(server, &poll("low", &json!({"priority": 3})), true).await;
    let other = server.second_node().await;
    for viewer in ["ann", "bob"] {
        ask(server, viewer).await;
    }
    ask(&other, "cid").await;
    // Asked there first, so that the other node's counts are written down.
    diagnosis(&other, &birds).await;
    let stopped = diagnosis(server, &birds).await;
    assert_eq!(
        (&stopped["considered"], &stopped["chosen"]),
        (&json!(3), &json!(0))
    );
    assert_eq!(
        stopped["reasons"],
        json!([{"reason": "no_consent", "count": 3, "share": 1.0}])
    );
    let summary = stopped["summary"].as_str().expect("a sentence");
    assert!(
        summary.contains("3 times and chosen never") && summary.contains("no consent"),
        "{summary}"
    );
    assert_eq!(stopped["hints"], json!([]));
    let shown = diagnosis(server, &all).await;
    assert_eq!(
        (&shown["considered"], &shown["chosen"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(shown["reasons"], json!([]));
    let outranked = diagnosis(server, &low).await;
    assert_eq!(outranked["reasons"][0]["reason"], "outranked");
    // A period before it was there counts nothing.
    let path = format!(
        "/v1/instruments/{all}/diagnosis?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
    );
    let before = server
        .caller(Role::Scientist, "sue")
        .get(&path)
        .await
        .expect(200);
    assert_eq!(before["considered"], 0);
    other.finish().await;
}

async fn kept(server: &mut Server) {
    watched(server).await;
    let seen = json!({"items": [{"position_ms": 5_000, "kind": "label", "name": "Kingfisher", "confidence": 61.5}]});
    server
        .operator()
        .post("/v1/media/m/detections", &seen)
        .await
        .expect(201);
    let kingfisher =
        |least: u32| json!({"trigger": {"names": [" kingFISHER"], "min_confidence": least}});
    for (what, more, live, hint, says) in [
        ("a draft", json!({}), false, "not_live", "draft"),
        (
            "unseen",
            json!({"trigger": {"names": ["Heron"]}}),
            true,
            "trigger_not_detected",
            "Heron",
        ),
        ("unsure", kingfisher(80), true, "trigger_too_unsure", "61.5"),
        ("sure", kingfisher(60), true, "nobody_asked", "no viewer"),
        (
            "elsewhere",
            json!({"media_ids": ["gone"]}),
            true,
            "media_unknown",
            "gone",
        ),
        (
            "later",
            json!({"schedule": {"starts_at": "2099-01-01T00:00:00Z"}}),
            true,
            "outside_schedule",
            "no moment",
        ),
    ] {
        let id = register(server, &poll(what, &more), live).await;
        let told = diagnosis(server, &id).await;
        assert_eq!(told["considered"], 0, "{what}");
        assert_eq!(told["hints"][0]["hint"], hint, "{what}: {told}");
        assert_eq!(
            told["hints"].as_array().map(Vec::len),
            Some(1),
            "{what}: {told}"
        );
        let detail = told["hints"][0]["detail"].as_str().expect("a sentence");
        assert!(detail.contains(says), "{what}: {detail}");
    }
}

async fn refused(server: &mut Server) {
    watched(server).await;
    let id = register(server, &poll("poll", &json!({})), true).await;
    let marketer = server.caller(Role::Marketer, "mia");
    for query in [
        "from=now",
        "to=then",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=2026-01-01T00:00:00Z",
    ] {
        let path = format!("/v1/instruments/{id}/diagnosis?{query}");
        marketer.get(&path).await.refused(422, "invalid_field");
    }
    let path = format!("/v1/instruments/{id}/diagnosis");
    server
        .caller(Role::Viewer, "alice")
        .get(&path)
        .await
        .refused(403, "forbidden");
    let unknown = "/v1/instruments/0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f/diagnosis";
    marketer
        .get(unknown)
        .await
        .refused(404, "instrument_not_found");
}
