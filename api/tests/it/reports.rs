//! Results over HTTP: what viewers did, counted and with the interval that says how far to believe it.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    results_count_what_viewers_did => counted;
    results_of_what_nobody_was_shown_are_zeros_without_a_rate => nothing_yet;
    who_may_not_read_instruments_reads_no_results => strangers;
}

fn poll() -> Value {
    json!({"name": "Weather poll", "content": {"kind": "poll", "question": "Will it rain?", "answers": [
        {"answer_id": "yes", "text": "Yes"}, {"answer_id": "no", "text": "No"}, {"answer_id": "snow", "text": "Snow"}]}})
}

/// A live poll on a media; its id.
async fn live_poll(server: &Server) -> String {
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    register(server, &poll(), true).await
}

/// Has the poll shown to a viewer; the overlay's receipt.
async fn show(server: &Server, viewer: &str) -> Value {
    let client = server.caller(Role::Viewer, viewer);
    let decision = client
        .post("/v1/media/m/decisions", &json!({"position_ms": 1000}))
        .await
        .expect(200);
    decision["overlays"][0]["receipt"].clone()
}

fn event(receipt: &Value, event_type: &str, answer: Option<&str>) -> Value {
    let id = uuid::Uuid::now_v7().to_string();
    let mut event =
        json!({"event_id": id, "type": event_type, "at": now().to_string(), "receipt": receipt});
    if let Some(answer) = answer {
        event["answer"] = json!(answer);
    }
    event
}

async fn counted(server: &mut Server) {
    let id = live_poll(server).await;
    let mut items = Vec::new();
    for (viewer, answer) in [
        ("ann", Some("snow")),
        ("bob", Some("yes")),
        ("cid", Some("snow")),
        ("dan", None),
    ] {
        let receipt = show(server, viewer).await;
        items.push(event(&receipt, "impression", None));
        items.push(match answer {
            Some(answer) => event(&receipt, "answer", Some(answer)),
            None => event(&receipt, "dismiss", None),
        });
    }
    let batch = json!({ "items": items });
    // The second time is a retry: nothing counts twice.
    for status in ["accepted", "duplicate"] {
        let report = server
            .anonymous()
            .post("/v1/events", &batch)
            .await
            .expect(200);
        let statuses: Vec<&str> = report["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|i| i["status"].as_str())
            .collect();
        assert_eq!(statuses, [status; 8], "{report}");
    }
    let path = format!("/v1/instruments/{id}/results");
    let results = server
        .caller(Role::Scientist, "sue")
        .get(&path)
        .await
        .expect(200);
    let numbers = ["impressions", "viewable", "clicks", "answers", "dismissals"]
        .map(|key| results[key].clone());
    assert_eq!(numbers, [4, 0, 0, 3, 1].map(Value::from));
    assert_eq!(
        results["tallies"],
        json!([
        {"answer_id": "yes", "count": 1}, {"answer_id": "no", "count": 0}, {"answer_id": "snow", "count": 2}])
    );
    // Wilson for 3 of 4.
    for (key, wanted) in [
        ("engaged_rate", 0.75),
        ("engaged_low", 0.3006),
        ("engaged_high", 0.9544),
    ] {
        let found = results[key].as_f64().expect("a number");
        assert!((found - wanted).abs() < 5e-5, "{key} is {found}");
    }
    server.restart().await;
    let again = server
        .caller(Role::Scientist, "sue")
        .get(&path)
        .await
        .expect(200);
    assert_eq!(
        again["tallies"], results["tallies"],
        "they are there after a restart"
    );
}

async fn nothing_yet(server: &mut Server) {
    let id = live_poll(server).await;
    let sue = server.caller(Role::Scientist, "sue");
    let results = sue
        .get(&format!("/v1/instruments/{id}/results"))
        .await
        .expect(200);
    assert_eq!(
        (&results["impressions"], &results["engaged_rate"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(
        (&results["engaged_low"], &results["engaged_high"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(results["tallies"].as_array().map(Vec::len), Some(3));
    sue.get("/v1/instruments/nobody/results")
        .await
        .refused(404, "instrument_not_found");
}

async fn strangers(server: &mut Server) {
    let id = live_poll(server).await;
    let path = format!("/v1/instruments/{id}/results");
    for role in [Role::Viewer, Role::Ingest] {
        server
            .caller(role, "x")
            .get(&path)
            .await
            .refused(403, "forbidden");
    }
    server
        .anonymous()
        .get(&path)
        .await
        .refused(401, "unauthenticated");
}
