//! Instruments over HTTP: versions, states, lists, and what is refused.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::decisions::set_live;
use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    an_instrument_begins_as_a_draft_in_its_first_version => draft;
    a_new_version_is_a_draft_again_and_old_ones_stay_as_they_were => versions;
    only_a_draft_can_be_deleted => deleting;
    an_external_id_belongs_to_one_instrument => external_ids;
    an_instrument_whose_schedule_is_over_cannot_go_live => over;
    instruments_are_listed_by_state_in_pages => lists;
    what_is_refused_names_the_field_and_stores_nothing => refused;
    only_marketers_write_instruments => roles;
    instruments_are_there_after_a_restart => restarted;
}

pub fn quiz() -> Value {
    json!({"name": "Kingfisher quiz", "content": {"kind": "quiz", "question": "What does it eat?",
        "answers": [{"answer_id": "fish", "text": "Fish"}, {"answer_id": "seeds", "text": "Seeds"}],
        "correct_answer_id": "fish"}, "trigger": {"names": ["Kingfisher", "Bird"], "min_confidence": 80}})
}

pub fn poll() -> Value {
    json!({"name": "Weather poll", "content": {"kind": "poll", "question": "Will it rain?",
        "answers": [{"answer_id": "yes", "text": "Yes"}, {"answer_id": "no", "text": "No"}]}})
}

pub fn marketer(server: &Server) -> Client {
    server.caller(Role::Marketer, "mia")
}

pub async fn register(client: &Client, body: &Value) -> String {
    let created = client.post("/v1/instruments", body).await.expect(201);
    created["instrument_id"].as_str().expect("an id").to_owned()
}

async fn go(client: &Client, id: &str, state: &str) -> Value {
    let path = format!("/v1/instruments/{id}/state");
    client
        .post(&path, &json!({"state": state}))
        .await
        .expect(200)
}

async fn draft(server: &mut Server) {
    let mia = marketer(server);
    let created = mia.post("/v1/instruments", &quiz()).await.expect(201);
    assert_eq!(
        (&created["version"], &created["state"]),
        (&json!(1), &json!("draft"))
    );
    assert_eq!(
        created["content"],
        quiz()["content"],
        "colleagues see the right answer"
    );
    assert_eq!(
        (&created["priority"], &created["audience"]),
        (&json!(5), &Value::Null)
    );
    let path = format!(
        "/v1/instruments/{}",
        created["instrument_id"].as_str().expect("an id")
    );
    assert_eq!(mia.get(&path).await.expect(200), created);
}

async fn versions(server: &mut Server) {
    let mia = marketer(server);
    let id = register(&mia, &quiz()).await;
    let path = format!("/v1/instruments/{id}");
    assert_eq!(set_live(server, &id).await["state"], "live");
    let changed = mia.put(&path, &poll()).await.expect(200);
    assert_eq!(
        (&changed["version"], &changed["state"], &changed["review"]),
        (&json!(2), &json!("live"), &json!("draft"))
    );
    assert_eq!(
        (&changed["content"]["kind"], &changed["trigger"]),
        (&json!("poll"), &Value::Null)
    );
    assert_eq!(changed["approved_version"], 1);
    assert_eq!(go(&mia, &id, "live").await, changed, "it is live already");
    let page = mia
        .get(&format!("{path}/versions?limit=1"))
        .await
        .expect(200);
    assert_eq!(page["items"][0]["version"], 2);
    assert_eq!(page["items"][0]["approved_by"], Value::Null);
    let cursor = page["next_cursor"].as_str().expect("there are more");
    let rest = format!("{path}/versions?limit=1&cursor={cursor}");
    let rest = mia.get(&rest).await.expect(200);
    assert_eq!(rest["next_cursor"], Value::Null);
    let first = mia.get(&format!("{path}/versions/1")).await.expect(200);
    assert_eq!(rest["items"], json!([first]));
    assert_eq!(
        (&first["author"], &first["approved_by"]),
        (&json!("mia"), &json!("max"))
    );
    assert_eq!(first["definition"]["content"], quiz()["content"]);
    assert_eq!(first["definition"]["name"], quiz()["name"]);
    mia.get(&format!("{path}/versions/3"))
        .await
        .refused(404, "version_not_found");
    mia.get(&format!("{path}/versions?cursor=x"))
        .await
        .refused(422, "invalid_field");
    let missing = "/v1/instruments/nobody";
    for unknown in [
        mia.put(missing, &poll()).await,
        mia.get(missing).await,
        mia.get(&format!("{missing}/versions")).await,
        mia.get(&format!("{missing}/versions/1")).await,
        mia.post(&format!("{missing}/state"), &json!({"state": "live"}))
            .await,
    ] {
        unknown.refused(404, "instrument_not_found");
    }
}

async fn deleting(server: &mut Server) {
    let mia = marketer(server);
    let id = register(&mia, &poll()).await;
    let path = format!("/v1/instruments/{id}");
    go(&mia, &id, "in_review").await;
    mia.delete(&path).await.refused(409, "invalid_transition");
    set_live(server, &id).await;
    mia.delete(&path).await.refused(409, "instrument_live");
    assert_eq!(mia.get(&path).await.expect(200)["state"], "live");
    go(&mia, &id, "paused").await;
    mia.delete(&path).await.refused(409, "invalid_transition");
    let draft = register(&mia, &poll()).await;
    let path = format!("/v1/instruments/{draft}");
    mia.delete(&path).await.expect(204);
    mia.get(&path).await.refused(404, "instrument_not_found");
    mia.delete(&path).await.refused(404, "instrument_not_found");
}

async fn external_ids(server: &mut Server) {
    let mia = marketer(server);
    let named = |id: &str| {
        let mut body = poll();
        body["external_id"] = json!(id);
        body
    };
    let first = register(&mia, &named("crm-1")).await;
    let second = register(&mia, &poll()).await;
    register(&mia, &poll()).await;
    let twice = mia.post("/v1/instruments", &named("crm-1")).await;
    assert_eq!(
        twice.refused(409, "external_id_taken")["field"],
        "external_id"
    );
    let path = format!("/v1/instruments/{second}");
    mia.put(&path, &named("crm-1"))
        .await
        .refused(409, "external_id_taken");
    assert_eq!(mia.get(&path).await.expect(200)["version"], 1);
    assert_eq!(
        mia.put(&path, &named("crm-2")).await.expect(200)["external_id"],
        "crm-2"
    );
    let kept = mia.put(&path, &poll()).await.expect(200);
    assert_eq!(kept["external_id"], "crm-2", "it is not taken away");
    let found = mia
        .get("/v1/instruments?external_id=crm-1")
        .await
        .expect(200);
    assert_eq!(found["items"][0]["instrument_id"], json!(first));
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    mia.post("/v1/instruments", &named("no spaces"))
        .await
        .refused(422, "invalid_field");
}

async fn over(server: &mut Server) {
    let mia = marketer(server);
    let mut soon = poll();
    let end = now().plus_ms(1_500);
    soon["schedule"] = json!({"ends_at": end.to_string()});
    let id = register(&mia, &soon).await;
    go(&mia, &id, "in_review").await;
    let path = format!("/v1/instruments/{id}/state");
    let max = server.caller(Role::Marketer, "max");
    max.post(&path, &json!({"state": "approved"}))
        .await
        .expect(200);
    let over_ms = end.since(now()).max(0).unsigned_abs() + 50;
    tokio::time::sleep(std::time::Duration::from_millis(over_ms)).await;
    mia.post(&path, &json!({"state": "live"}))
        .await
        .refused(409, "invalid_transition");
    let there = mia.get(&format!("/v1/instruments/{id}")).await.expect(200);
    assert_eq!(there["state"], "approved");
    let late = register(&mia, &soon).await;
    go(&mia, &late, "in_review").await;
    let refused = max
        .post(
            &format!("/v1/instruments/{late}/state"),
            &json!({"state": "approved"}),
        )
        .await;
    let problem = refused.refused(409, "approval_refused");
    assert_eq!(problem["field"], "schedule.ends_at");
}

async fn lists(server: &mut Server) {
    let mia = marketer(server);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(register(&mia, &poll()).await);
    }
    set_live(server, &ids[1]).await;
    let live = mia.get("/v1/instruments?state=live").await.expect(200);
    assert_eq!(live["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(live["items"][0]["instrument_id"], json!(ids[1]));
    let drafts = mia
        .get("/v1/instruments?state=draft&limit=1")
        .await
        .expect(200);
    let cursor = drafts["next_cursor"].as_str().expect("there are more");
    let rest = format!("/v1/instruments?state=draft&limit=1&cursor={cursor}");
    let rest = mia.get(&rest).await.expect(200);
    assert_eq!(rest["items"][0]["instrument_id"], json!(ids[2]));
    assert_eq!(rest["next_cursor"], Value::Null);
    mia.get("/v1/instruments?state=gone")
        .await
        .refused(400, "malformed_parameter");
    mia.get("/v1/instruments?limit=501")
        .await
        .refused(422, "invalid_field");
}

async fn refused(server: &mut Server) {
    let mia = marketer(server);
    let mut cases = vec![(poll(), "name", json!(""), "name")];
    let rule = json!({"test": {"attribute": "shoe.size", "op": "exists"}});
    cases.push((poll(), "audience", rule, "audience.test.attribute"));
    let offer = json!({"kind": "ad", "title": "x", "link_url": "javascript:alert(1)", "link_text": "x", "advertiser": "x"});
    cases.push((poll(), "content", offer, "content.link_url"));
    let id = register(&mia, &poll()).await;
    let path = format!("/v1/instruments/{id}");
    let before = mia.get(&path).await.expect(200);
    for (mut body, key, value, field) in cases {
        body[key] = value;
        for answer in [
            mia.post("/v1/instruments", &body).await,
            mia.put(&path, &body).await,
        ] {
            let problem = answer.refused(422, "invalid_field");
            assert_eq!(problem["field"], field);
            assert!(problem["bound"].is_string(), "{problem}");
        }
    }
    let mut unknown = poll();
    unknown["colour"] = json!("red");
    let problem = mia
        .post("/v1/instruments", &unknown)
        .await
        .refused(400, "unknown_field");
    assert_eq!(problem["field"], "colour");
    let mut no_advertiser = poll();
    no_advertiser["content"] =
        json!({"kind": "ad", "title": "x", "link_url": "https://a.example", "link_text": "x"});
    mia.post("/v1/instruments", &no_advertiser)
        .await
        .refused(400, "malformed_body");
    let mut nested = json!({"test": {"attribute": "demography.age", "op": "exists"}});
    for _ in 0..200 {
        nested = json!({ "not": nested });
    }
    let mut deep = poll();
    deep["audience"] = nested;
    mia.post("/v1/instruments", &deep)
        .await
        .refused(400, "malformed_body");
    let listed = mia.get("/v1/instruments").await.expect(200);
    assert_eq!(
        listed["items"],
        json!([before]),
        "nothing was stored, nothing changed"
    );
}

async fn roles(server: &mut Server) {
    let id = register(&marketer(server), &poll()).await;
    let path = format!("/v1/instruments/{id}");
    for role in [Role::Viewer, Role::Scientist, Role::Operator, Role::Ingest] {
        let caller = server.caller(role, "x");
        caller
            .post("/v1/instruments", &poll())
            .await
            .refused(403, "forbidden");
        caller.put(&path, &poll()).await.refused(403, "forbidden");
        let submitted = json!({"state": "in_review"});
        caller
            .post(&format!("{path}/state"), &submitted)
            .await
            .refused(403, "forbidden");
        caller.delete(&path).await.refused(403, "forbidden");
    }
    for role in [Role::Viewer, Role::Ingest] {
        server
            .caller(role, "x")
            .get(&path)
            .await
            .refused(403, "forbidden");
        server
            .caller(role, "x")
            .get("/v1/instruments")
            .await
            .refused(403, "forbidden");
    }
    server.operator().get(&path).await.expect(200);
    server
        .anonymous()
        .get(&path)
        .await
        .refused(401, "unauthenticated");
}

async fn restarted(server: &mut Server) {
    let id = register(&marketer(server), &quiz()).await;
    let live = set_live(server, &id).await;
    server.restart().await;
    let path = format!("/v1/instruments/{id}");
    assert_eq!(marketer(server).get(&path).await.expect(200), live);
}
