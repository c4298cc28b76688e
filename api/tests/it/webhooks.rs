//! Webhooks: who asked is told, signed, until it hears, and every delivery stands in a log.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::harness::{Client, Server, until};
use crate::on_both_engines;
use crate::stored::films::Listener;
use crate::stored::is_signed_with;

on_both_engines! {
    a_webhook_that_is_asked_hears_and_the_log_says_so => heard;
    what_was_not_heard_is_told_again_and_by_hand_too => told_again;
    a_new_secret_signs_beside_the_one_before => rotated;
    a_paused_webhook_is_told_nothing_and_a_deleted_one_is_gone => paused;
    webhooks_that_are_none_are_refused => refused;
}

pub async fn register(operator: &Client, url: &str, events: &[&str]) -> Value {
    let asked = json!({"url": url, "events": events});
    operator.post("/v1/webhooks", &asked).await.expect(201)
}

fn id(webhook: &Value) -> String {
    webhook["webhook_id"].as_str().expect("an id").to_owned()
}

pub async fn deliveries(operator: &Client, webhook: &str, query: &str) -> Vec<Value> {
    let path = format!("/v1/webhooks/{webhook}/deliveries{query}");
    let page = operator.get(&path).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

async fn heard(server: &mut Server) {
    let operator = server.operator();
    let (listener, other) = (Listener::start(0), Listener::start(0));
    let webhook = register(&operator, &listener.url, &["ingest.failed"]).await;
    register(&operator, &other.url, &["ingest.failed"]).await;
    let secret = webhook["secret"].as_str().expect("a secret").to_owned();
    assert!(secret.len() > 40, "{secret}");
    let id = id(&webhook);
    let ping = format!("/v1/webhooks/{id}/ping");
    let sent = operator.post(&ping, &Value::Null).await.expect(202);
    let hears = async || listener.heard().into_iter().next();
    let (signature, body) = until("a ping", hears).await;
    assert!(is_signed_with(&secret, &signature, &body));
    assert!(!is_signed_with("another", &signature, &body));
    let told: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(told["event"], "ping");
    assert_eq!(told["delivery_id"], sent["delivery_id"]);
    let logged = until("the log", async || {
        let found = deliveries(&operator, &id, "?state=delivered").await;
        found.into_iter().next()
    })
    .await;
    assert_eq!(
        (&logged["status"], &logged["attempts"], &logged["next_at"]),
        (&json!(204), &json!(1), &Value::Null)
    );
    assert!(
        other.heard().is_empty(),
        "a ping is for the webhook that was asked"
    );
    let read = operator
        .get(&format!("/v1/webhooks/{id}"))
        .await
        .expect(200);
    assert_eq!(read.get("secret"), None, "a secret is told once");
    listener.stop().await;
    other.stop().await;
}

async fn told_again(server: &mut Server) {
    let operator = server.operator();
    let listener = Listener::start(1);
    let id = id(&register(&operator, &listener.url, &["ingest.failed"]).await);
    let ping = format!("/v1/webhooks/{id}/ping");
    let sent = operator.post(&ping, &Value::Null).await.expect(202);
    let waiting = until("a refusal", async || {
        let found = deliveries(&operator, &id, "?state=pending").await;
        found.into_iter().find(|one| one["attempts"] == 1)
    })
    .await;
    assert_eq!(waiting["status"], 500);
    assert_eq!(waiting["reason"], "it answered 500");
    let both = until("the second try", async || {
        let heard = listener.heard();
        (heard.len() == 2).then_some(heard)
    })
    .await;
    assert_eq!(both[0].1, both[1].1, "the same notice, under the same id");
    until("the log", async || {
        let found = deliveries(&operator, &id, "?state=delivered").await;
        found.into_iter().find(|one| one["attempts"] == 2)
    })
    .await;
    let delivery = sent["delivery_id"].as_str().expect("an id");
    let again = format!("/v1/webhooks/{id}/deliveries/{delivery}/retry");
    assert_eq!(operator.post(&again, &Value::Null).await.status, 202);
    until("the third", async || {
        (listener.heard().len() == 3).then_some(())
    })
    .await;
    listener.stop().await;
}

async fn rotated(server: &mut Server) {
    let operator = server.operator();
    let listener = Listener::start(0);
    let webhook = register(&operator, &listener.url, &["ingest.failed"]).await;
    let id = id(&webhook);
    let path = format!("/v1/webhooks/{id}/secret");
    let rotated = operator.post(&path, &Value::Null).await.expect(200);
    assert_ne!(rotated["secret"], webhook["secret"]);
    let ping = format!("/v1/webhooks/{id}/ping");
    operator.post(&ping, &Value::Null).await.expect(202);
    let hears = async || listener.heard().into_iter().next();
    let (signature, body) = until("a ping", hears).await;
    for secret in [&webhook["secret"], &rotated["secret"]] {
        let secret = secret.as_str().expect("a secret");
        assert!(is_signed_with(secret, &signature, &body), "{signature}");
    }
    listener.stop().await;
}

async fn paused(server: &mut Server) {
    let operator = server.operator();
    let (listener, witness) = (Listener::start(0), Listener::start(0));
    let id = id(&register(&operator, &listener.url, &["ingest.failed"]).await);
    let other = self::id(&register(&operator, &witness.url, &["ingest.failed"]).await);
    let path = format!("/v1/webhooks/{id}");
    let pause = json!({"url": listener.url, "events": ["ingest.failed"], "paused": true});
    let changed = operator.put(&path, &pause).await.expect(200);
    assert_eq!(changed["paused"], true);
    for webhook in [&id, &other] {
        let ping = format!("/v1/webhooks/{webhook}/ping");
        operator.post(&ping, &Value::Null).await.expect(202);
    }
    until("the other one", async || {
        (!witness.heard().is_empty()).then_some(())
    })
    .await;
    assert!(listener.heard().is_empty());
    assert_eq!(operator.delete(&path).await.status, 204);
    operator.get(&path).await.refused(404, "webhook_not_found");
    operator
        .delete(&path)
        .await
        .refused(404, "webhook_not_found");
    let log = format!("{path}/deliveries");
    operator.get(&log).await.refused(404, "webhook_not_found");
    listener.stop().await;
    witness.stop().await;
}

async fn refused(server: &mut Server) {
    let operator = server.operator();
    let new = |url: &str, events: Value| json!({"url": url, "events": events});
    for (body, field) in [
        (new("ftp://a.example/x", json!(["ping"])), "url"),
        (new("http://10.1.2.3/x", json!(["ping"])), "url"),
        (new("http://127.0.0.1:9/x", json!([])), "events"),
    ] {
        let problem = operator.post("/v1/webhooks", &body).await;
        assert_eq!(problem.refused(422, "invalid_field")["field"], field);
    }
    let unknown = new("http://127.0.0.1:9/x", json!(["weather.changed"]));
    assert_eq!(operator.post("/v1/webhooks", &unknown).await.status, 400);
    let webhook = register(&operator, "http://127.0.0.1:9/x", &["ingest.failed"]).await;
    let path = format!("/v1/webhooks/{}/deliveries", id(&webhook));
    let never = format!("{path}/never/retry");
    let never = operator.post(&never, &Value::Null).await;
    never.refused(404, "delivery_not_found");
    let garbled = operator.get(&format!("{path}?cursor=x")).await;
    garbled.refused(400, "malformed_parameter");
    for _ in 1..50 {
        register(&operator, "http://127.0.0.1:9/x", &["ingest.failed"]).await;
    }
    let one_more = new("http://127.0.0.1:9/x", json!(["ingest.failed"]));
    let one_more = operator.post("/v1/webhooks", &one_more).await;
    one_more.refused(409, "too_many_webhooks");
    for role in [Role::Viewer, Role::Scientist, Role::Ingest] {
        let stranger = server.caller(role, "x");
        stranger.get("/v1/webhooks").await.refused(403, "forbidden");
    }
}
