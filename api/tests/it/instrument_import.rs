//! Bulk import over HTTP: CSV and NDJSON, a report item by item, and dry runs that store nothing.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

on_both_engines! {
    each_line_is_taken_or_refused_for_itself => lines;
    a_table_is_imported_and_faults_are_told_by_their_column => table;
    a_dry_run_reports_the_same_and_stores_nothing => dry_run;
    the_same_file_again_changes_nothing => again;
    a_known_external_id_gets_a_new_version_that_others_review => updates;
    what_was_sent_with_a_key_is_answered_again => keyed;
    what_is_no_file_of_instruments_is_refused_whole => refused;
}

const PATH: &str = "/v1/instruments/import";

fn poll(id: &str, question: &str) -> Value {
    json!({"name": format!("Poll {id}"), "external_id": id, "content": {"kind": "poll", "question": question,
        "answers": [{"answer_id": "yes", "text": "Yes"}, {"answer_id": "no", "text": "No"}]}})
}

fn file(items: &[Value]) -> String {
    items.iter().map(|item| format!("{item}\n")).collect()
}

async fn send(client: &Client, query: &str, text: &str) -> Answer {
    let path = format!("{PATH}{query}");
    client
        .post_bytes(&path, "application/x-ndjson", text.to_owned())
        .await
}

fn statuses(report: &Value) -> Vec<&str> {
    let items = report["items"].as_array().expect("items").iter();
    items.map(|i| i["status"].as_str().expect("text")).collect()
}

async fn count(client: &Client) -> usize {
    let listed = client.get("/v1/instruments").await.expect(200);
    listed["items"].as_array().expect("items").len()
}

async fn lines(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let mut unknown = poll("c", "Rain?");
    unknown["colour"] = json!("red");
    let text = format!(
        "{}\n\n{}\nnot json\r\n{}\n{}\n{}",
        poll("a", "Rain?"),
        poll("b", ""),
        unknown,
        poll("a", "Twice?"),
        poll("d", "Snow?")
    );
    let report = send(&mia, "", &text).await.expect(200);
    assert_eq!(
        statuses(&report),
        [
            "created", "refused", "refused", "refused", "refused", "created"
        ]
    );
    let told: Vec<Value> = report["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|i| {
            json!([
                i["line"],
                i["external_id"],
                i["problem"]["code"],
                i["problem"]["field"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!([1, "a", null, null]),
            json!([3, "b", "invalid_field", "content.question"]),
            json!([4, null, "malformed_body", null]),
            json!([5, "c", "unknown_field", "colour"]),
            json!([6, "a", "invalid_field", "external_id"]),
            json!([7, "d", null, null]),
        ]
    );
    assert_eq!(
        (&report["created"], &report["refused"], &report["dry_run"]),
        (&json!(2), &json!(4), &json!(false))
    );
    let id = report["items"][0]["instrument_id"].as_str().expect("an id");
    let made = mia.get(&format!("/v1/instruments/{id}")).await.expect(200);
    assert_eq!(
        (&made["state"], &made["author"], &made["external_id"]),
        (&json!("draft"), &json!("mia"), &json!("a"))
    );
    assert_eq!(count(&mia).await, 2);
}

async fn table(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let text = "external_id,name,kind,question,answer_1,answer_2,correct,title,link_url,link_text,advertiser,price_minor,\
        price_currency,trigger_names,cap_count,cap_per_ms\r\n\
        q1,Quiz,quiz,\"Who, then?\",Swan,Duck,2,,,,,,,Swan | Mute swan,1,3600000\r\n\
        a1,Boots,ad,,,,,Boots,https://shop.example/,See,Shop,18900,EUR,,,\r\n\
        q2,Bad,quiz,Who?,Swan,Duck,3,,,,,,,,,\r\n";
    let report = mia
        .post_bytes(PATH, "text/csv; charset=utf-8", text)
        .await
        .expect(200);
    assert_eq!(statuses(&report), ["created", "created", "refused"]);
    let refused = &report["items"][2];
    assert_eq!(
        (&refused["line"], &refused["name"]),
        (&json!(4), &json!("Bad"))
    );
    assert_eq!(
        (&refused["problem"]["field"], &refused["problem"]["column"]),
        (&json!("content.correct_answer_id"), &json!("correct"))
    );
    let read = async |at: usize| {
        let id = report["items"][at]["instrument_id"].as_str();
        let path = format!("/v1/instruments/{}", id.expect("an id"));
        mia.get(&path).await.expect(200)
    };
    let quiz = read(0).await;
    assert_eq!(quiz["content"]["correct_answer_id"], "2");
    assert_eq!(quiz["trigger"]["names"], json!(["Swan", "Mute swan"]));
    assert_eq!(
        quiz["frequency_cap"],
        json!({"count": 1, "per_ms": 3_600_000})
    );
    assert_eq!(
        read(1).await["content"]["price"],
        json!({"amount_minor": 18900, "currency": "EUR"})
    );
}

async fn dry_run(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    send(&mia, "", &file(&[poll("a", "Rain?")]))
        .await
        .expect(200);
    let text = file(&[
        poll("a", "Rain?"),
        poll("b", "Snow?"),
        poll("b", "Twice?"),
        poll("c", ""),
    ]);
    let expected = ["unchanged", "created", "refused", "refused"];
    let dry = send(&mia, "?dry_run=true&submit=true", &text)
        .await
        .expect(200);
    assert_eq!(statuses(&dry), expected);
    assert_eq!(dry["dry_run"], true);
    assert_eq!(dry["items"][1]["instrument_id"], Value::Null);
    assert_eq!(count(&mia).await, 1, "nothing was stored");
    let trail = mia.get("/v1/audit").await.expect(200);
    assert_eq!(trail["items"].as_array().map(Vec::len), Some(1));
    let real = send(&mia, "?submit=true", &text).await.expect(200);
    assert_eq!(statuses(&real), expected);
    assert_eq!(real["items"][2], dry["items"][2]);
    let waiting = mia.get("/v1/instruments?review=in_review").await;
    let waiting = waiting.expect(200);
    assert_eq!(
        waiting["items"][0]["instrument_id"],
        real["items"][1]["instrument_id"]
    );
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(1));
}

async fn again(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let text = file(&[poll("a", "Rain?"), poll("b", "Snow?")]);
    let first = send(&mia, "", &text).await.expect(200);
    let second = send(&mia, "", &text).await.expect(200);
    assert_eq!(statuses(&second), ["unchanged", "unchanged"]);
    assert_eq!(
        second["items"][0]["instrument_id"],
        first["items"][0]["instrument_id"]
    );
    assert_eq!(count(&mia).await, 2);
}

async fn updates(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let first = send(&mia, "", &file(&[poll("a", "Rain?")])).await;
    let id = first.expect(200)["items"][0]["instrument_id"].clone();
    let id = id.as_str().expect("an id");
    crate::decisions::set_live(server, id).await;
    let report = send(&mia, "", &file(&[poll("a", "Snow?")])).await;
    assert_eq!(statuses(&report.expect(200)), ["updated"]);
    let there = mia.get(&format!("/v1/instruments/{id}")).await.expect(200);
    assert_eq!(
        (
            &there["version"],
            &there["state"],
            &there["review"],
            &there["approved_version"]
        ),
        (&json!(2), &json!("live"), &json!("draft"), &json!(1))
    );
    let path = format!("/v1/instruments/{id}/state");
    mia.post(&path, &json!({"state": "archived"}))
        .await
        .expect(200);
    let report = send(&mia, "", &file(&[poll("a", "Hail?"), poll("b", "Rain?")])).await;
    let report = report.expect(200);
    assert_eq!(
        statuses(&report),
        ["refused", "created"],
        "one refusal ends nothing"
    );
    assert_eq!(report["items"][0]["problem"]["code"], "invalid_transition");
}

async fn keyed(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let mut plain = poll("a", "Rain?");
    plain
        .as_object_mut()
        .expect("an object")
        .remove("external_id");
    let keyed = |body: String| {
        let request = mia.request("POST", PATH).header("idempotency-key", "k");
        let request = request.header("content-type", "application/x-ndjson");
        let mia = mia.clone();
        async move { mia.send(request.body(body)).await }
    };
    let first = keyed(file(std::slice::from_ref(&plain))).await.expect(200);
    let second = keyed(file(std::slice::from_ref(&plain))).await.expect(200);
    assert_eq!(first, second);
    assert_eq!(count(&mia).await, 1);
    keyed(file(&[plain.clone(), plain]))
        .await
        .refused(422, "idempotency_key_reused");
}

async fn refused(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    for (content_type, text, status, code) in [
        ("application/json", "{}", 415, "unsupported_media_type"),
        ("application/x-ndjson", "\n \n", 422, "invalid_field"),
        ("text/csv", "name,colour\na,red\n", 400, "unknown_field"),
        ("text/csv", "name,kind\nonly one\n", 400, "malformed_body"),
    ] {
        let answer = mia.post_bytes(PATH, content_type, text).await;
        answer.refused(status, code);
    }
    let many = "{}\n".repeat(1_001);
    send(&mia, "", &many).await.refused(422, "invalid_field");
    let long = " ".repeat(4 * 1024 * 1024 + 1);
    send(&mia, "", &long).await.refused(413, "body_too_large");
    send(&mia, "?dry=true", "{}")
        .await
        .refused(400, "malformed_parameter");
    let text = file(&[poll("a", "Rain?")]);
    for role in [Role::Viewer, Role::Scientist, Role::Operator, Role::Ingest] {
        let caller = server.caller(role, "x");
        send(&caller, "", &text).await.refused(403, "forbidden");
    }
    assert_eq!(count(&mia).await, 0);
}
