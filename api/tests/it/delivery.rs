//! Delivery rules over HTTP: one resource of the installation, its versions, and what is refused.

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::db::Refresh;
use beckon_api::instruments::{Delivery, Kind};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

on_both_engines! {
    delivery_rules_are_replaced_whole_and_counted => replaced;
    who_has_read_an_older_version_changes_nothing => older_version;
    rules_out_of_bounds_name_the_field_and_change_nothing => refused;
    only_operators_write_delivery_rules => roles;
    another_node_learns_of_new_rules => two_nodes;
}

const PATH: &str = "/v1/delivery-rules";

fn rules() -> Value {
    json!({"mix": [{"most": 1, "kinds": ["ad", "promotion"], "per": 3, "of": ["poll", "quiz", "trivia"]}],
        "interruptions": {"count": 6, "per_ms": 3_600_000},
        "separation": {"advertisers_ms": 600_000, "categories_ms": 900_000, "categories": ["alcohol"]},
        "value": {"EUR": 1.0, "HUF": 0.0026}})
}

fn operator(server: &Server) -> Client {
    server.operator()
}

async fn replaced(server: &mut Server) {
    let olga = operator(server);
    let before = olga.get(PATH).await.expect(200);
    assert_eq!(
        (&before["version"], &before["mix"]),
        (&json!(0), &json!([]))
    );
    let stored = olga.put(PATH, &rules()).await.expect(200);
    assert_eq!(stored["version"], 1);
    assert_eq!(stored["mix"], rules()["mix"]);
    assert_eq!(stored["separation"], rules()["separation"]);
    assert_eq!(stored["value"], rules()["value"]);
    let kinds = stored["interruptions"]["kinds"].as_array().expect("kinds");
    assert_eq!(
        kinds.len(),
        Kind::ALL.len(),
        "all of them count unless told"
    );
    server.restart().await;
    let olga = operator(server);
    assert_eq!(olga.get(PATH).await.expect(200), stored);
    let emptied = olga.put(PATH, &json!({})).await.expect(200);
    assert_eq!(emptied["version"], 2);
    assert_eq!(
        (&emptied["mix"], &emptied["interruptions"]),
        (&json!([]), &Value::Null)
    );
}

async fn older_version(server: &mut Server) {
    let olga = operator(server);
    let put = async |etag: &str, body: &Value| {
        let request = olga.request("PUT", PATH).header("if-match", etag);
        let request = request.header("content-type", "application/json");
        olga.send(request.body(body.to_string())).await
    };
    let etag = |answer: &Answer| answer.headers["etag"].to_str().expect("text").to_owned();
    let nothing = etag(&olga.get(PATH).await);
    let first = put(&nothing, &rules()).await;
    first.expect(200);
    for old in [nothing.as_str(), "\"7-0\"", "three"] {
        let late = put(old, &json!({})).await;
        assert_eq!(
            late.refused(412, "precondition_failed")["field"],
            "If-Match"
        );
    }
    let read = olga.get(PATH).await;
    assert_eq!(read.expect(200)["mix"], rules()["mix"]);
    assert_eq!(etag(&read), etag(&first));
    let known = olga
        .request("GET", PATH)
        .header("if-none-match", etag(&read));
    assert_eq!(olga.send(known).await.status, 304);
    put(&etag(&first), &json!({})).await.expect(200);
    put("*", &rules()).await.expect(200);
    assert_eq!(olga.get(PATH).await.expect(200)["version"], 3);
    let trail = olga
        .get("/v1/audit?resource=delivery-rules")
        .await
        .expect(200);
    let entries = trail["items"].as_array().expect("entries");
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[2]["from"], Value::Null, "the first found none");
    assert_eq!(entries[0]["action"], "delivery_rules.replace");
}

async fn refused(server: &mut Server) {
    let olga = operator(server);
    let cases = [
        (
            json!({"mix": [{"most": 0, "kinds": ["ad"], "per": 3, "of": ["poll"]}]}),
            "mix[0].most",
        ),
        (
            json!({"mix": [{"most": 1, "kinds": [], "per": 3, "of": ["poll"]}]}),
            "mix[0].kinds",
        ),
        (
            json!({"mix": [{"most": 1, "kinds": ["ad"], "per": 3, "of": ["poll", "ad"]}]}),
            "mix[0].of",
        ),
        (
            json!({"mix": [{"most": 1, "kinds": ["ad"], "per": 21, "of": ["poll"]}]}),
            "mix[0].per",
        ),
        (
            json!({"interruptions": {"count": 0, "per_ms": 1000}}),
            "interruptions.count",
        ),
        (
            json!({"interruptions": {"count": 1, "per_ms": 999}}),
            "interruptions.per_ms",
        ),
        (
            json!({"separation": {"advertisers_ms": 86_400_001}}),
            "separation.advertisers_ms",
        ),
        (json!({"value": {"EUR": 0}}), "value.EUR"),
        (json!({"value": {"EUR": 1, "USD": 1_000.5}}), "value.USD"),
        (json!({"value": {"HRK": 0.13}}), "value.HRK"),
    ];
    for (body, field) in cases {
        let refused = olga.put(PATH, &body).await;
        assert_eq!(
            refused.refused(422, "invalid_field")["field"],
            field,
            "{body}"
        );
    }
    let unknown = olga.put(PATH, &json!({"mixes": []})).await;
    assert_eq!(unknown.refused(400, "unknown_field")["field"], "mixes");
    assert_eq!(olga.get(PATH).await.expect(200)["version"], 0);
}

async fn roles(server: &mut Server) {
    for role in [Role::Viewer, Role::Marketer, Role::Scientist, Role::Ingest] {
        let caller = server.caller(role, "x");
        caller.put(PATH, &rules()).await.refused(403, "forbidden");
    }
    server
        .caller(Role::Viewer, "x")
        .get(PATH)
        .await
        .refused(403, "forbidden");
    server
        .caller(Role::Marketer, "mia")
        .get(PATH)
        .await
        .expect(200);
}

async fn two_nodes(server: &mut Server) {
    let other = Delivery::open(server.database().await)
        .await
        .expect("opened");
    operator(server).put(PATH, &rules()).await.expect(200);
    assert_eq!(other.standing().version, 0, "nobody has told it yet");
    let mut revisions = beckon_api::db::Revisions::default();
    let changed = revisions
        .changed(&server.database().await, now())
        .await
        .expect("the topics");
    other.refresh(&changed).await.expect("rebuilt");
    assert_eq!(other.standing().version, 1);
    assert!(other.standing().rules.mix[0].kinds.has(Kind::Promotion));
}
