//! Changes of campaigns, saved audiences and entities over HTTP: what was read before, what came before, and the trail.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::harness::{Answer, Client, Server};
use crate::links::text;
use crate::on_both_engines;
use crate::review::{etag, from};

on_both_engines! {
    a_campaign_is_changed_only_from_the_state_that_was_read => campaign_read;
    an_audience_is_changed_only_from_the_state_that_was_read => audience_read;
    of_two_who_change_a_campaign_that_both_have_read_one_does => race;
    what_is_created_again_with_its_key_is_answered_again => keyed;
    the_trail_tells_each_change_of_a_campaign => campaign_trail;
    the_trail_tells_each_change_of_an_audience => audience_trail;
    the_trail_tells_each_change_of_an_entity => entity_trail;
}

fn audience(age: f64) -> Value {
    json!({"name": "Adults", "description": "", "rule":
        {"test": {"attribute": "demography.age", "op": "gte", "value": age}}})
}

fn entity(name: &str) -> Value {
    json!({"entity_id": "nord", "name": name, "kind": "brand"})
}

fn entity_update(name: &str) -> Value {
    json!({"name": name, "kind": "brand"})
}

fn budgeted(impressions: u64) -> Value {
    let mut campaign = campaign();
    campaign["budget"] = json!({"impressions": impressions});
    campaign
}

/// Creates something: its path, and its tag.
async fn create(mia: &Client, collection: &str, id: &str, body: &Value) -> (String, String) {
    let made = mia.post(collection, body).await;
    let path = format!("{collection}/{}", text(&made.expect(201), id));
    (path, etag(&made))
}

/// Reads with the tag of what is known.
async fn known(mia: &Client, path: &str, tag: &str) -> Answer {
    mia.send(mia.request("GET", path).header("if-none-match", tag))
        .await
}

/// What holds of everything that has a tag: each change of it, by these, is made from the newest state alone.
async fn read(mia: &Client, path: &str, first: &str, changes: &[(&str, &str, Value)]) -> String {
    assert_eq!(etag(&mia.get(path).await), first);
    assert_eq!(known(mia, path, first).await.status, 304);
    let mut newest = first.to_owned();
    for (method, below, body) in changes {
        let place = format!("{path}{below}");
        let done = from(mia, method, &place, &newest, body).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let since = etag(&done);
        assert_ne!(since, newest, "{method} {below}");
        assert_eq!(etag(&mia.get(path).await), since);
        let stale = from(mia, method, &place, &newest, body).await;
        let problem = stale.refused(412, "precondition_failed");
        assert_eq!(problem["field"], "If-Match");
        assert_eq!(known(mia, path, &newest).await.status, 200);
        assert_eq!(known(mia, path, &since).await.status, 304);
        newest = since;
    }
    newest
}

async fn campaign_read(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let (path, first) = create(&mia, "/v1/campaigns", "campaign_id", &campaign()).await;
    let state = |state: &str| ("POST", "/state", json!({ "state": state }));
    let changes = [
        ("PUT", "", budgeted(40)),
        state("live"),
        state("paused"),
        state("archived"),
    ];
    let last = read(&mia, &path, &first, &changes).await;
    // What stands there already does not change, and needs the tag all the same.
    let archived = json!({"state": "archived"});
    let place = format!("{path}/state");
    let same = from(&mia, "POST", &place, &last, &archived).await;
    assert_eq!((same.status, etag(&same)), (200, last));
    let stale = from(&mia, "POST", &place, &first, &archived).await;
    stale.refused(412, "precondition_failed");
}

async fn audience_read(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let (path, first) = create(&mia, "/v1/audiences", "audience_id", &audience(18.0)).await;
    let put = |age| ("PUT", "", audience(age));
    let last = read(&mia, &path, &first, &[put(20.0), put(21.0)]).await;
    let stale = from(&mia, "DELETE", &path, &first, &Value::Null).await;
    stale.refused(412, "precondition_failed");
    let gone = from(&mia, "DELETE", &path, &last, &Value::Null).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    let never = from(&mia, "PUT", &path, &last, &audience(18.0)).await;
    never.refused(404, "audience_not_found");
}

async fn race(server: &mut Server) {
    let second = server.second_node().await;
    let (here, there) = (
        server.caller(Role::Marketer, "mia"),
        second.caller(Role::Marketer, "max"),
    );
    let (path, mut tag) = create(&here, "/v1/campaigns", "campaign_id", &campaign()).await;
    for round in 41..46 {
        let (one, two) = (budgeted(round), budgeted(round + 100));
        let (one, two) = tokio::join!(
            from(&here, "PUT", &path, &tag, &one),
            from(&there, "PUT", &path, &tag, &two)
        );
        let (won, lost) = if one.status == 200 {
            (one, two)
        } else {
            (two, one)
        };
        let changed = won.expect(200);
        lost.refused(412, "precondition_failed");
        assert_eq!(here.get(&path).await.expect(200), changed);
        tag = etag(&won);
    }
    second.finish().await;
}

async fn keyed(server: &mut Server) {
    let (mia, max) = (
        server.caller(Role::Marketer, "mia"),
        server.caller(Role::Marketer, "max"),
    );
    let send = async |caller: &Client, path: &str, body: &Value| {
        let request = caller.request("POST", path).header("idempotency-key", "k1");
        let request = request.header("content-type", "application/json");
        caller.send(request.body(body.to_string())).await
    };
    // One key does for all: it is of an operation.
    for (path, body, other) in [
        ("/v1/campaigns", campaign(), budgeted(40)),
        ("/v1/audiences", audience(18.0), audience(20.0)),
        ("/v1/entities", entity("Nordlauf"), entity("Nord")),
    ] {
        let first = send(&mia, path, &body).await;
        let again = send(&mia, path, &body).await;
        assert_eq!(again.expect(201), first.expect(201));
        assert_eq!(again.headers.get("etag"), first.headers.get("etag"));
        assert!(first.headers.get("idempotent-replayed").is_none());
        assert_eq!(again.headers["idempotent-replayed"], "true");
        let reused = send(&mia, path, &other).await;
        reused.refused(422, "idempotency_key_reused");
        let listed = mia.get(path).await.expect(200);
        assert_eq!(listed["items"], json!([first.json()]));
    }
    // What was refused did nothing, and its key is free.
    let taken = send(&max, "/v1/entities", &entity("Other")).await;
    taken.refused(409, "entity_exists");
    mia.delete("/v1/entities/nord").await;
    send(&max, "/v1/entities", &entity("Other"))
        .await
        .expect(201);
}

/// What the trail tells of something, the oldest first.
async fn trail(mia: &Client, path: &str) -> Vec<Value> {
    let resource = path.trim_start_matches("/v1/");
    let page = mia.get(&format!("/v1/audit?resource={resource}")).await;
    let mut entries = page.expect(200)["items"].as_array().expect("items").clone();
    entries.reverse();
    entries
}

/// Who did what.
fn deeds(trail: &[Value]) -> Vec<(&str, &str)> {
    let deed = |entry| (text(entry, "subject"), text(entry, "action"));
    trail.iter().map(deed).collect()
}

async fn campaign_trail(server: &mut Server) {
    let (mia, max) = (
        server.caller(Role::Marketer, "mia"),
        server.caller(Role::Marketer, "max"),
    );
    let (path, tag) = create(&mia, "/v1/campaigns", "campaign_id", &campaign()).await;
    max.put(&path, &budgeted(40)).await.expect(200);
    let go =
        async |caller: &Client, state: Value| caller.post(&format!("{path}/state"), &state).await;
    let signed = json!({"state": "live", "note": "it is signed"});
    go(&mia, signed).await.expect(200);
    go(&mia, json!({"state": "live"})).await.expect(200);
    go(&max, json!({"state": "paused"})).await.expect(200);
    go(&mia, json!({"state": "draft"}))
        .await
        .refused(409, "invalid_transition");
    from(&mia, "PUT", &path, &tag, &campaign())
        .await
        .refused(412, "precondition_failed");
    go(&max, json!({"state": "archived"})).await.expect(200);
    let told = trail(&mia, &path).await;
    assert_eq!(
        deeds(&told),
        [
            ("mia", "campaign.create"),
            ("max", "campaign.replace"),
            ("mia", "campaign.launch"),
            ("max", "campaign.pause"),
            ("max", "campaign.archive"),
        ]
    );
    let replaced = &told[1];
    let budgets = [&replaced["from"], &replaced["to"]];
    let budgets = budgets.map(|state| (&state["version"], &state["definition"]["impressions"]));
    assert_eq!(
        budgets,
        [(&json!(1), &Value::Null), (&json!(2), &json!(40))]
    );
    let launched = &told[2];
    assert_eq!(
        (&launched["from"], &launched["to"], &launched["note"]),
        (
            &json!({"version": 2, "state": "draft"}),
            &json!({"version": 3, "state": "live"}),
            &json!("it is signed")
        )
    );
}

async fn audience_trail(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let (path, _) = create(&mia, "/v1/audiences", "audience_id", &audience(18.0)).await;
    mia.put(&path, &audience(20.0)).await.expect(200);
    let using = json!({"name": "Poll", "audience": {"saved": path.rsplit('/').next()},
        "content": {"kind": "poll", "question": "Which?",
            "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}});
    let using = mia.post("/v1/instruments", &using).await.expect(201);
    mia.delete(&path).await.refused(409, "audience_in_use");
    let using = format!("/v1/instruments/{}", text(&using, "instrument_id"));
    assert_eq!(mia.delete(&using).await.status, 204);
    assert_eq!(mia.delete(&path).await.status, 204);
    let told = trail(&mia, &path).await;
    assert_eq!(
        deeds(&told),
        [
            ("mia", "audience.create"),
            ("mia", "audience.replace"),
            ("mia", "audience.delete"),
        ]
    );
    assert_eq!(
        (&told[0]["from"], &told[2]["to"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(told[1]["from"], told[0]["to"]);
    assert_eq!(told[2]["from"], told[1]["to"]);
    assert_ne!(told[1]["from"]["rule"], told[1]["to"]["rule"]);
}

async fn entity_trail(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let path = "/v1/entities/nord";
    mia.post("/v1/entities", &entity("Nordlauf"))
        .await
        .expect(201);
    mia.put(path, &entity_update("Nord")).await.expect(200);
    let itself = json!({"name": "Nord", "kind": "brand", "rivals": [{"entity_id": "nobody"}]});
    mia.put(path, &itself).await.refused(422, "invalid_field");
    assert_eq!(mia.delete(path).await.status, 204);
    mia.delete(path).await.refused(404, "entity_not_found");
    let told = trail(&mia, path).await;
    assert_eq!(
        deeds(&told),
        [
            ("mia", "entity.create"),
            ("mia", "entity.replace"),
            ("mia", "entity.delete"),
        ]
    );
    let names = |entry: &Value| (entry["from"]["name"].clone(), entry["to"]["name"].clone());
    assert_eq!(
        told.iter().map(names).collect::<Vec<_>>(),
        [
            (Value::Null, json!("Nordlauf")),
            (json!("Nordlauf"), json!("Nord")),
            (json!("Nord"), Value::Null),
        ]
    );
}
