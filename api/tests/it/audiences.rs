//! Declared attributes, rules over them, and saved audiences.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    an_attribute_is_declared_once_and_its_type_is_for_ever => declared;
    a_profile_declares_what_it_brings_and_keeps_to_what_is_declared => profiles;
    special_categories_are_refused_wherever_they_come => special;
    attributes_are_bounded => bounded;
    a_rule_that_cannot_be_asked_is_refused_where_it_stands => rules;
    a_saved_audience_is_kept_with_its_revisions => saved;
    live_instruments_follow_their_saved_audience => followed;
}

fn marketer(server: &Server) -> Client {
    server.caller(Role::Marketer, "mia")
}

fn test(attribute: &str, op: &str, value: Value) -> Value {
    json!({"test": {"attribute": attribute, "op": op, "value": value}})
}

fn poll(audience: &Value) -> Value {
    json!({"name": "Poll", "audience": audience, "content": {"kind": "poll", "question": "Which?",
        "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}})
}

async fn declared(server: &mut Server) {
    let mia = marketer(server);
    let path = "/v1/attributes/attributes.renews_on";
    mia.get(path).await.refused(404, "attribute_not_found");
    let date = json!({"type": "date", "description": "When it ends"});
    let made = mia.put(path, &date).await.expect(200);
    assert_eq!(
        (&made["name"], &made["type"], &made["standard"]),
        (
            &json!("attributes.renews_on"),
            &json!("date"),
            &json!(false)
        )
    );
    let again = json!({"type": "date", "description": "When the subscription ends"});
    let described = mia.put(path, &again).await.expect(200);
    assert_eq!(described["description"], "When the subscription ends");
    assert_eq!(described["created_at"], made["created_at"]);
    mia.put(path, &json!({"type": "text"}))
        .await
        .refused(409, "attribute_exists");
    mia.put("/v1/attributes/demography.age", &json!({"type": "text"}))
        .await
        .refused(409, "attribute_exists");
    let nameless = mia
        .put("/v1/attributes/shoes", &json!({"type": "text"}))
        .await
        .refused(422, "invalid_field");
    assert_eq!(nameless["field"], "name");
    mia.put("/v1/attributes/attributes.x", &json!({"type": "colour"}))
        .await
        .refused(400, "malformed_body");
    server
        .caller(Role::Viewer, "alice")
        .put("/v1/attributes/attributes.x", &json!({"type": "text"}))
        .await
        .refused(403, "forbidden");
    server.restart().await;
    let mia = marketer(server);
    assert_eq!(mia.get(path).await.expect(200), described);
    let first = mia.get("/v1/attributes?limit=1").await.expect(200);
    assert_eq!(first["items"][0]["name"], "attributes.plan");
    assert_eq!(first["items"][0]["standard"], true);
    let next = format!(
        "/v1/attributes?limit=1&cursor={}",
        first["next_cursor"].as_str().expect("more")
    );
    assert_eq!(mia.get(&next).await.expect(200)["items"][0], described);
}

async fn profiles(server: &mut Server) {
    let operator = server.operator();
    let novel = json!({"attributes": {"points": 3, "crew": ["a", "b"], "vip": true, "seat": "4A"}});
    operator.put("/v1/viewers/alice", &novel).await.expect(200);
    for (name, value_type) in [
        ("points", "number"),
        ("crew", "list"),
        ("vip", "bool"),
        ("seat", "text"),
    ] {
        let path = format!("/v1/attributes/attributes.{name}");
        assert_eq!(operator.get(&path).await.expect(200)["type"], value_type);
    }
    let since = "/v1/attributes/attributes.since";
    operator
        .put(since, &json!({"type": "date"}))
        .await
        .expect(200);
    for (group, key, value) in [
        ("attributes", "points", json!("three")),
        ("attributes", "vip", json!(1)),
        ("attributes", "since", json!("long ago")),
        ("attributes", "since", json!(2026)),
        ("demography", "age", json!("34")),
        ("behaviour", "app_version", json!("latest")),
        ("behaviour", "last_seen", json!("yesterday")),
    ] {
        let refused = operator
            .put("/v1/viewers/bob", &json!({group: {key: value}}))
            .await
            .refused(422, "attribute_mismatch");
        assert_eq!(refused["field"], format!("{group}.{key}"));
    }
    operator
        .get("/v1/viewers/bob")
        .await
        .refused(404, "viewer_not_found");
    let typed = json!({"attributes": {"since": "2026-11-20", "points": 4},
        "behaviour": {"app_version": "17.4", "last_seen": "2026-11-20T19:00:00Z"}});
    operator.put("/v1/viewers/bob", &typed).await.expect(200);
}

async fn special(server: &mut Server) {
    let (operator, mia) = (server.operator(), marketer(server));
    for (group, key) in [
        ("demography", "religion"),
        ("attributes", "health_score"),
        ("psychograph", "politicalViews"),
        ("demography", "ethnicity"),
        ("attributes", "sexual_orientation"),
        ("attributes", "union_member"),
        ("attributes", "fingerprint"),
        ("attributes", "dna"),
    ] {
        let name = format!("{group}.{key}");
        let refused = operator
            .put("/v1/viewers/alice", &json!({group: {key: "x"}}))
            .await
            .refused(422, "special_category");
        assert_eq!(refused["field"], name.as_str());
        mia.put(&format!("/v1/attributes/{name}"), &json!({"type": "text"}))
            .await
            .refused(422, "special_category");
    }
    let hidden = json!({"type": "text", "description": "Their political party"});
    mia.put("/v1/attributes/attributes.segment", &hidden)
        .await
        .refused(422, "special_category");
    operator
        .get("/v1/viewers/alice")
        .await
        .refused(404, "viewer_not_found");
}

async fn bounded(server: &mut Server) {
    let operator = server.operator();
    let profile = |from: usize| {
        let group = |mark: &str| -> serde_json::Map<String, Value> {
            (0..32)
                .map(|i| (format!("{mark}{}", from * 32 + i), json!(1)))
                .collect()
        };
        json!({"demography": group("d"), "behaviour": group("b"), "psychograph": group("p"), "attributes": group("a")})
    };
    for from in 0..15 {
        operator
            .put("/v1/viewers/alice", &profile(from))
            .await
            .expect(200);
    }
    operator
        .put("/v1/viewers/alice", &profile(15))
        .await
        .refused(409, "too_many_attributes");
    operator
        .put("/v1/viewers/alice", &profile(3))
        .await
        .expect(200);
}

async fn rules(server: &mut Server) {
    let mia = marketer(server);
    let refused = |audience: Value, code: &'static str| {
        let mia = marketer(server);
        async move {
            let problem = mia
                .post("/v1/instruments", &poll(&audience))
                .await
                .refused(422, code);
            let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
            (text("field"), text("bound"))
        }
    };
    let unknown = json!({"all": [test("demography.age", "gte", json!(18)), test("demography.shoes", "eq", json!(43))]});
    let (field, bound) = refused(unknown.clone(), "unknown_attribute").await;
    assert_eq!(field, "audience.all[1].test.attribute");
    assert!(bound.contains("demography.age"), "{bound}");
    for (attribute, op, value) in [
        ("demography.age", "contains", json!("3")),
        ("demography.age", "eq", json!("34")),
        ("demography.country", "gt", json!(3)),
        ("psychograph.likes", "eq", json!("birds")),
        ("behaviour.last_seen", "eq", json!("2026-11-20")),
        ("behaviour.app_version", "starts_with", json!("17")),
        ("demography.age", "in", json!(["34"])),
        ("demography.country", "in", json!([1, 2])),
        (
            "demography.age",
            "between",
            json!(["2026-11-20", "2026-11-21"]),
        ),
    ] {
        let (field, _) = refused(test(attribute, op, value), "attribute_mismatch").await;
        assert_eq!(field, "audience.test.op", "{attribute} {op}");
    }
    for (attribute, op, value) in [
        ("demography.age", "between", json!([40, 30])),
        ("demography.age", "between", json!(30)),
        ("behaviour.last_seen", "before", json!("soon")),
        ("behaviour.app_version", "semver", json!("newer than 3")),
        ("demography.age", "exists", json!(true)),
        ("demography.age", "in", json!([])),
    ] {
        let (field, _) = refused(test(attribute, op, value), "invalid_field").await;
        assert_eq!(field, "audience.test.value", "{attribute} {op}");
    }
    let (field, _) = refused(json!({"not": {"saved": "nobody"}}), "invalid_field").await;
    assert_eq!(field, "audience.not.saved");
    // Once somebody has declared it, it can be asked; also of a version that replaces another.
    let shoes = json!({"type": "number"});
    mia.put("/v1/attributes/demography.shoes", &shoes)
        .await
        .expect(200);
    let made = mia
        .post("/v1/instruments", &poll(&unknown))
        .await
        .expect(201);
    let path = format!(
        "/v1/instruments/{}",
        made["instrument_id"].as_str().expect("an id")
    );
    let hats = poll(&test("demography.hats", "eq", json!(57)));
    mia.put(&path, &hats)
        .await
        .refused(422, "unknown_attribute");
    // What is stored is told as it was written, numbers and dates in their one form.
    let every = json!({"any": [
        test("demography.age", "between", json!([18.0, 65.0])),
        test("demography.age", "not_in", json!([13.0, 17.0])),
        test("behaviour.last_seen", "between", json!(["2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z"])),
        test("behaviour.last_seen", "after", json!("2026-11-20T00:00:00.000Z")),
        test("demography.language", "starts_with", json!("nb")),
        test("behaviour.app_version", "semver", json!(">=17.4, <19")),
        {"not": {"test": {"attribute": "behaviour.visits", "op": "exists", "value": null}}},
    ]});
    mia.put(&path, &poll(&every)).await.expect(200);
    assert_eq!(mia.get(&path).await.expect(200)["audience"], every);
}

async fn saved(server: &mut Server) {
    let mia = marketer(server);
    let adults = json!({"name": "Adults", "rule": test("demography.age", "gte", json!(18.0))});
    let made = mia.post("/v1/audiences", &adults).await.expect(201);
    assert_eq!(
        (&made["revision"], &made["rule"]),
        (&json!(1), &adults["rule"])
    );
    let path = format!(
        "/v1/audiences/{}",
        made["audience_id"].as_str().expect("an id")
    );
    assert_eq!(mia.get(&path).await.expect(200), made);
    let older = json!({"name": "Adults", "description": "Twenty at least", "rule": test("demography.age", "gte", json!(20.0))});
    let changed = mia.put(&path, &older).await.expect(200);
    assert_eq!(
        (
            &changed["revision"],
            &changed["rule"],
            &changed["created_at"]
        ),
        (&json!(2), &older["rule"], &made["created_at"])
    );
    mia.post("/v1/audiences", &adults).await.expect(201);
    let page = mia.get("/v1/audiences?limit=1").await.expect(200);
    assert_eq!(page["items"], json!([changed]));
    assert!(page["next_cursor"].is_string());
    let unknown = json!({"name": "Shod", "rule": test("demography.shoes", "eq", json!(43))});
    let problem = mia
        .post("/v1/audiences", &unknown)
        .await
        .refused(422, "unknown_attribute");
    assert_eq!(problem["field"], "rule.test.attribute");
    mia.put(&path, &unknown)
        .await
        .refused(422, "unknown_attribute");
    let circle = json!({"name": "Circle", "rule": {"saved": made["audience_id"]}});
    let problem = mia.put(&path, &circle).await.refused(422, "invalid_field");
    assert_eq!(problem["field"], "rule");
    for client in [server.operator(), server.caller(Role::Scientist, "sam")] {
        assert_eq!(client.get(&path).await.expect(200), changed);
        client.put(&path, &adults).await.refused(403, "forbidden");
    }
    mia.delete(&path).await.expect(204);
    mia.get(&path).await.refused(404, "audience_not_found");
    mia.put(&path, &adults)
        .await
        .refused(404, "audience_not_found");
    mia.delete(&path).await.refused(404, "audience_not_found");
}

async fn followed(server: &mut Server) {
    let (operator, mia) = (server.operator(), marketer(server));
    operator
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    let profile = json!({"demography": {"age": 19}, "consent": {"personalisation": true}});
    operator
        .put("/v1/viewers/alice", &profile)
        .await
        .expect(200);
    let from =
        |age: f64| json!({"name": "Adults", "rule": test("demography.age", "gte", json!(age))});
    let made = mia.post("/v1/audiences", &from(20.0)).await.expect(201);
    let path = format!(
        "/v1/audiences/{}",
        made["audience_id"].as_str().expect("an id")
    );
    let id = register(server, &poll(&json!({"saved": made["audience_id"]})), true).await;
    let alice = server.caller(Role::Viewer, "alice");
    let ask = |cue: &'static str| {
        let body = json!({"position_ms": 60_000, "cue_id": cue});
        let alice = &alice;
        async move { alice.post("/v1/media/m/decisions", &body).await.expect(200) }
    };
    let too_young = ask("c1").await;
    assert_eq!(
        too_young["reasons"],
        json!([{"reason": "outside_audience", "count": 1}])
    );
    mia.put(&path, &from(18.0)).await.expect(200);
    assert_eq!(ask("c2").await["overlays"][0]["instrument_id"], id.as_str());
    mia.delete(&path).await.refused(409, "audience_in_use");
    let instrument = format!("/v1/instruments/{id}");
    let told = mia.get(&instrument).await.expect(200);
    assert_eq!(told["audience"], json!({"saved": made["audience_id"]}));
    mia.put(&instrument, &poll(&Value::Null)).await.expect(200);
    // The version that runs still speaks of it; what is archived runs no more.
    mia.delete(&path).await.refused(409, "audience_in_use");
    let state = format!("{instrument}/state");
    mia.post(&state, &json!({"state": "archived"}))
        .await
        .expect(200);
    mia.delete(&path).await.expect(204);
}
