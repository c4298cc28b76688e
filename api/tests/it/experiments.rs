//! Test mode, holdout and variants over HTTP, and what reports say of them.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::{Client, Engine, Server};
use crate::on_both_engines;

on_both_engines! {
    who_tries_out_sees_what_is_real_and_counts_nowhere => test_mode;
    variants_stick_and_are_reported_with_their_shares => variants;
    a_report_is_by_what_one_asks_and_comes_as_a_file_too => reports;
    questions_that_are_none_are_refused => refused;
}

fn poll() -> Value {
    json!({"name": "poll", "content": {"kind": "poll", "question": "Well?", "answers": [
        {"answer_id": "a", "text": "Yes"}, {"answer_id": "b", "text": "No"}]}})
}

fn viewer(server: &Server, name: &str) -> Client {
    server.caller(Role::Viewer, name)
}

async fn ask(viewer: &Client) -> Value {
    let question = json!({"position_ms": 60_000, "cue_id": "c1"});
    let answer = viewer.post("/v1/media/m/decisions", &question).await;
    answer.expect(200)
}

async fn tell(server: &Server, kind: &str, overlay: &Value, answer: Option<&str>) {
    let mut event = json!({"event_id": uuid::Uuid::now_v7().to_string(), "type": kind, "at": now().to_string(),
        "receipt": overlay["receipt"]});
    if let Some(answer) = answer {
        event["answer"] = answer.into();
    }
    let told = server
        .anonymous()
        .post("/v1/events", &json!({"items": [event]}))
        .await
        .expect(200);
    assert_eq!(told["items"][0]["status"], "accepted", "{told}");
}

async fn media(server: &Server) {
    let media = json!({"media_id": "m"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
}

async fn report(server: &Server, query: &str) -> Vec<Value> {
    let marketer = server.caller(Role::Marketer, "mia");
    let told = marketer
        .get(&format!("/v1/reports{query}"))
        .await
        .expect(200);
    told["lines"].as_array().expect("lines").clone()
}

async fn test_mode(server: &mut Server) {
    media(server).await;
    let id = register(server, &poll(), true).await;
    let token = server.app().auth().issue_test("tess", 60, now());
    let tess = server.anonymous().with_token(&token.expect("a token"));
    for _ in 0..2 {
        let decision = ask(&tess).await;
        assert_eq!(decision["mode"], "test", "{decision}");
        let overlay = &decision["overlays"][0];
        assert_eq!(overlay["instrument_id"], id.as_str());
        tell(server, "impression", overlay, None).await;
        tell(server, "answer", overlay, Some("a")).await;
    }
    let results = format!("/v1/instruments/{id}/results");
    let marketer = server.caller(Role::Marketer, "mia");
    let results = marketer.get(&results).await.expect(200);
    assert_eq!(
        (&results["impressions"], &results["answers"]),
        (&json!(0), &json!(0))
    );
    assert!(report(server, "").await.is_empty());
    assert!(ask(&viewer(server, "vera")).await.get("mode").is_none());
}

#[actix_web::test]
async fn who_is_held_out_is_shown_nothing_and_is_counted_apart() {
    let server =
        Server::start_with(Engine::Sqlite, |options| options.holdout_percent = 100.0).await;
    let server = server.expect("SQLite is always there");
    media(&server).await;
    let id = register(&server, &poll(), true).await;
    let decision = ask(&viewer(&server, "vera")).await;
    assert_eq!(decision["overlays"], json!([]));
    assert_eq!(decision["mode"], "holdout");
    assert_eq!(
        decision["reasons"],
        json!([{"reason": "holdout", "count": 1}])
    );
    let ghost = &decision["held_out"][0];
    assert_eq!(ghost["instrument_id"], id.as_str());
    tell(&server, "impression", ghost, None).await;
    let lines = report(&server, "?by=instrument").await;
    assert_eq!(lines[0]["key"], json!([id]));
    assert_eq!(
        (&lines[0]["impressions"], &lines[0]["held_out"]),
        (&json!(0), &json!(1))
    );
    server.finish().await;
}

async fn variants(server: &mut Server) {
    media(server).await;
    let mut told = poll();
    told["variants"] = json!([{"variant_id": "control"}, {"variant_id": "short", "weight": 300,
        "content": {"kind": "poll", "question": "Hm?", "answers": [
            {"answer_id": "b", "text": "Nope"}, {"answer_id": "a", "text": "Yep"}]}}]);
    let id = register(server, &told, true).await;
    let mut seen = [0_u64; 2];
    for n in 0..40 {
        let viewer = viewer(server, &format!("v{n}"));
        let first = ask(&viewer).await["overlays"][0].clone();
        let again = ask(&viewer).await["overlays"][0].clone();
        assert_eq!(first["variant_id"], again["variant_id"]);
        let place = usize::from(first["variant_id"] == "short");
        let question = ["Well?", "Hm?"][place];
        assert_eq!(first["content"]["question"], question);
        seen[place] += 1;
        tell(server, "impression", &first, None).await;
        tell(server, "answer", &first, Some("a")).await;
    }
    assert!(seen[0] > 0 && seen[1] > seen[0], "{seen:?}");
    let path = format!("/v1/instruments/{id}/experiment");
    let marketer = server.caller(Role::Marketer, "mia");
    let experiment = marketer.get(&path).await.expect(200);
    let variants = experiment["variants"].as_array().expect("variants");
    let viewers: Vec<_> = variants.iter().map(|v| v["viewers"].as_u64()).collect();
    assert_eq!(viewers, [Some(seen[0]), Some(seen[1])]);
    assert_eq!(variants[1]["expected_share"], 0.75);
    assert_eq!(variants[1]["report"]["answers"], seen[1]);
    assert_eq!(experiment["sample_ratio_mismatch"], false);
    let lines = report(server, "?by=variant").await;
    let keys: Vec<_> = lines.iter().map(|line| line["key"][0].clone()).collect();
    assert_eq!(keys, ["control", "short"]);
}

async fn reports(server: &mut Server) {
    media(server).await;
    let kingfisher = json!({"position_ms": 59_000, "kind": "label", "name": "Kingfisher", "confidence": 97.5, "source": "test"});
    server
        .operator()
        .post("/v1/media/m/detections", &json!({"items": [kingfisher]}))
        .await
        .expect(201);
    let mut triggered = poll();
    triggered["trigger"] = json!({"names": ["Kingfisher"]});
    let id = register(server, &triggered, true).await;
    let overlay = ask(&viewer(server, "vera")).await["overlays"][0].clone();
    tell(server, "impression", &overlay, None).await;
    tell(server, "viewable", &overlay, None).await;
    tell(server, "answer", &overlay, Some("b")).await;
    let lines = report(server, "?by=detection,media,instrument").await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["key"], json!(["Kingfisher", "m", id]));
    let counts = ["impressions", "viewable", "answers", "clicks"].map(|name| &lines[0][name]);
    assert_eq!(counts, [&json!(1), &json!(1), &json!(1), &json!(0)]);
    assert_eq!(lines[0]["answer_rate"]["rate"], 1.0);
    assert_eq!(lines[0]["lift"], Value::Null, "nobody is held out");
    assert!(report(server, "?media_id=other").await.is_empty());
    let marketer = server.caller(Role::Marketer, "mia");
    let file = marketer.get("/v1/reports?by=detection&format=csv").await;
    assert_eq!(
        (file.status, file.content_type.as_str()),
        (200, "text/csv; charset=utf-8")
    );
    let mut rows = file.text.lines();
    assert!(
        rows.next()
            .expect("names")
            .starts_with("detection,impressions,viewable,")
    );
    assert!(rows.next().expect("a row").starts_with("Kingfisher,1,1,"));
    let dictionary = marketer.get("/v1/reports/dictionary").await.expect(200);
    assert!(dictionary["terms"].as_array().expect("terms").len() > 15);
}

async fn refused(server: &mut Server) {
    let marketer = server.caller(Role::Marketer, "mia");
    for (query, field) in [
        ("?by=shoe", "by"),
        ("?by=hour,hour", "by"),
        ("?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to"),
        ("?from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z", "to"),
        ("?from=yesterday", "from"),
    ] {
        let answer = marketer.get(&format!("/v1/reports{query}")).await;
        assert_eq!(
            answer.refused(422, "invalid_field")["field"],
            field,
            "{query}"
        );
    }
    let variants = |variants: Value| {
        let mut told = poll();
        told["variants"] = variants;
        told
    };
    let other = json!({"kind": "poll", "question": "Hm?", "answers": [
        {"answer_id": "x", "text": "X"}, {"answer_id": "y", "text": "Y"}]});
    for (told, field) in [
        (variants(json!([{"variant_id": "one"}])), "variants"),
        (
            variants(json!([{"variant_id": "one"}, {"variant_id": "two"}])),
            "variants",
        ),
        (
            variants(
                json!([{"variant_id": "one"}, {"variant_id": "one", "content": poll()["content"]}]),
            ),
            "variants[1].variant_id",
        ),
        (
            variants(json!([{"variant_id": "one"}, {"variant_id": "two", "content": other}])),
            "variants[1].content.answers",
        ),
        (
            variants(
                json!([{"variant_id": "one", "weight": 0}, {"variant_id": "two", "content": poll()["content"]}]),
            ),
            "variants[0].weight",
        ),
    ] {
        let answer = marketer.post("/v1/instruments", &told).await;
        assert_eq!(
            answer.refused(422, "invalid_field")["field"],
            field,
            "{told}"
        );
    }
    let viewer = server.caller(Role::Viewer, "vera");
    viewer.get("/v1/reports").await.refused(403, "forbidden");
}
