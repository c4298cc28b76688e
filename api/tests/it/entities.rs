//! Entities over HTTP: what names mean, to whom ids belong, and the taxonomy of categories.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    entities_are_registered_changed_and_forgotten => entities;
    a_name_and_an_id_belong_to_one_entity_and_namesakes_need_ids => names;
    entities_are_listed_by_name_kind_and_category => lists;
    broken_entities_are_refused_with_the_field => broken_entities;
    only_those_who_may_write_entities_do => roles;
    the_taxonomy_is_told_whole => taxonomy;
}

/// Who writes entities.
pub fn marketer(server: &Server) -> Client {
    server.caller(Role::Marketer, "mia")
}

/// A brand of no relations.
pub fn brand(id: &str, name: &str) -> Value {
    json!({"entity_id": id, "name": name, "kind": "brand"})
}

/// Registers an entity.
pub async fn create(client: &Client, entity: Value) -> Value {
    client.post("/v1/entities", &entity).await.expect(201)
}

async fn entities(server: &mut Server) {
    let mia = marketer(server);
    create(&mia, brand("nord", "Nordlauf")).await;
    let star = json!({"entity_id": "star", "name": "Mia Stone", "kind": "person", "aliases": ["M. Stone"],
        "external_ids": ["3Ir0du6"], "categories": ["sport"], "athlete": true, "minor": true,
        "endorses": [{"entity_id": "nord"}, {"category": "travel"}], "rivals": []});
    let created = create(&mia, star.clone()).await;
    for (field, value) in star.as_object().expect("fields") {
        assert_eq!(created[field], *value, "{field}");
    }
    assert_eq!(mia.get("/v1/entities/star").await.expect(200), created);
    server.restart().await;
    let mia = marketer(server);
    assert_eq!(mia.get("/v1/entities/star").await.expect(200), created);
    let changed =
        json!({"name": "Mia Stone", "kind": "person", "rivals": [{"category": "fashion.shoes"}]});
    let changed = mia.put("/v1/entities/star", &changed).await.expect(200);
    assert_eq!(changed["aliases"], json!([]));
    assert_eq!(changed["created_at"], created["created_at"]);
    // What it had before is free again.
    let heir = json!({"entity_id": "heir", "name": "M. Stone", "kind": "person", "external_ids": ["3Ir0du6"]});
    create(&mia, heir).await;
    assert_eq!(mia.delete("/v1/entities/star").await.status, 204);
    mia.get("/v1/entities/star")
        .await
        .refused(404, "entity_not_found");
    mia.put("/v1/entities/star", &json!({"name": "x", "kind": "thing"}))
        .await
        .refused(404, "entity_not_found");
    mia.delete("/v1/entities/star")
        .await
        .refused(404, "entity_not_found");
}

async fn names(server: &mut Server) {
    let mia = marketer(server);
    create(&mia, brand("nord", "Nordlauf")).await;
    mia.post("/v1/entities", &brand("nord", "Anything"))
        .await
        .refused(409, "entity_exists");
    for taken in ["nordlauf", " NORDLAUF "] {
        mia.post("/v1/entities", &brand("other", taken))
            .await
            .refused(409, "entity_name_taken");
    }
    let mut alias = brand("other", "Other");
    alias["aliases"] = json!(["Nordlauf"]);
    mia.post("/v1/entities", &alias)
        .await
        .refused(409, "entity_name_taken");
    let person = |id: &str, ids: &[&str]| json!({"entity_id": id, "name": "Sam Field", "kind": "person", "external_ids": ids});
    create(&mia, person("actor", &["a1"])).await;
    create(&mia, person("host", &["h1"])).await;
    mia.post("/v1/entities", &person("third", &[]))
        .await
        .refused(409, "entity_name_taken");
    mia.post("/v1/entities", &person("third", &["h1"]))
        .await
        .refused(409, "entity_name_taken");
    // Who gives up the id gives up the name that is shared.
    let without = json!({"name": "Sam Field", "kind": "person"});
    mia.put("/v1/entities/host", &without)
        .await
        .refused(409, "entity_name_taken");
    // Nothing of what was refused stands anywhere.
    let all = mia.get("/v1/entities").await.expect(200);
    let ids: Vec<&str> = all["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entity| entity["entity_id"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids, ["actor", "host", "nord"]);
}

async fn lists(server: &mut Server) {
    let mia = marketer(server);
    let with = |mut entity: Value, category: &str| {
        entity["categories"] = json!([category]);
        entity
    };
    create(&mia, with(brand("a", "Ale_House"), "alcohol.beer")).await;
    create(&mia, with(brand("b", "Alexandria Air"), "travel.airlines")).await;
    create(&mia, with(brand("c", "Ale%"), "alcohol")).await;
    create(
        &mia,
        json!({"entity_id": "d", "name": "Bo", "kind": "person", "aliases": ["Alec"]}),
    )
    .await;
    for (query, expected) in [
        ("", "a b c d"),
        ("?kind=person", "d"),
        ("?category=alcohol", "a c"),
        ("?category=alcohol.beer", "a"),
        ("?category=travel", "b"),
        ("?name=ALE", "a b c d"),
        ("?name=ale%25", "c"),
        ("?name=ale_", "a"),
        ("?name=ale&kind=brand&category=alcohol", "a c"),
        ("?name=xan", ""),
    ] {
        let found = mia.get(&format!("/v1/entities{query}")).await.expect(200);
        let ids: Vec<&str> = found["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|entity| entity["entity_id"].as_str().expect("an id"))
            .collect();
        assert_eq!(ids.join(" "), expected, "{query}");
    }
    let first = mia.get("/v1/entities?limit=3").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let rest = mia
        .get(&format!("/v1/entities?limit=3&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest["items"][0]["entity_id"], "d");
    assert_eq!(rest["next_cursor"], Value::Null);
    mia.get("/v1/entities?category=milk")
        .await
        .refused(422, "invalid_field");
}

async fn broken_entities(server: &mut Server) {
    let mia = marketer(server);
    let with = |field: &str, value: Value| {
        let mut entity = brand("e", "E");
        entity[field] = value;
        entity
    };
    for (entity, field) in [
        (with("entity_id", json!("a b")), "entity_id"),
        (with("name", json!("  ")), "name"),
        (with("aliases", json!(["x", "X "])), "aliases[1]"),
        (with("external_ids", json!(["x", "x"])), "external_ids[1]"),
        (
            with("categories", json!(["travel", "milk"])),
            "categories[1]",
        ),
        (with("athlete", json!(true)), "athlete"),
        (with("minor", json!(true)), "minor"),
        (with("rivals", json!([{"entity_id": "e"}])), "rivals[0]"),
        (
            with("rivals", json!([{"category": "milk"}])),
            "rivals[0].category",
        ),
        (
            with("endorses", json!([{"entity_id": "gone"}])),
            "entity_id",
        ),
        (with("aliases", json!(vec!["x"; 33])), "aliases"),
    ] {
        let refused = mia
            .post("/v1/entities", &entity)
            .await
            .refused(422, "invalid_field");
        assert_eq!(refused["field"], field, "{entity}");
        assert!(refused["bound"].is_string(), "{refused}");
    }
    let unknown = mia
        .post("/v1/entities", &with("colour", json!("red")))
        .await
        .refused(400, "unknown_field");
    assert_eq!(unknown["field"], "colour");
}

async fn roles(server: &mut Server) {
    for (role, may_read, may_write) in [
        (Role::Viewer, false, false),
        (Role::Ingest, true, false),
        (Role::Scientist, true, false),
        (Role::Operator, true, true),
        (Role::Marketer, true, true),
    ] {
        let caller = server.caller(role, "x");
        let read = caller.get("/v1/entities").await.status;
        assert_eq!(read == 200, may_read, "{role:?} reads: {read}");
        let id = format!("{role:?}");
        let written = caller.post("/v1/entities", &brand(&id, &id)).await.status;
        assert_eq!(written == 201, may_write, "{role:?} writes: {written}");
    }
}

async fn taxonomy(server: &mut Server) {
    let all = marketer(server).get("/v1/categories").await.expect(200);
    let items = all["items"].as_array().expect("a list");
    let of = |id: &str| items.iter().find(|item| item["id"] == id).expect("there");
    assert_eq!(of("travel")["restriction"], Value::Null);
    assert_eq!(of("alcohol.beer")["parent"], "alcohol");
    assert_eq!(of("alcohol.beer")["restriction"]["least_age"], 18);
    for id in ["alcohol", "gambling", "tobacco", "pharmacy", "politics"] {
        assert!(of(id)["restriction"]["mandatory_text"].is_string(), "{id}");
    }
    server
        .caller(Role::Viewer, "v")
        .get("/v1/categories")
        .await
        .refused(403, "forbidden");
}
