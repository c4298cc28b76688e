//! Targeting over HTTP: triggers through every store, entities on every node, and what is refused at registration.

use std::time::Duration;

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::cues::{Channel, instrument, long_life, media};
use crate::decisions::register;
use crate::entities::{brand, create, marketer};
use crate::harness::{Server, until};
use crate::{on_all_stores, on_both_engines};

on_both_engines! {
    what_an_instrument_is_aimed_at_is_told_again_as_it_came => round_trip;
    what_an_instrument_may_not_be_aimed_at_is_refused => refused;
    an_entity_that_changes_counts_on_every_node => every_node;
    nothing_is_signalled_that_no_decision_would_show => agreement;
    media_for_children_are_told_as_such => for_children;
    what_people_trigger_is_approved_with_a_right_alone => right_to_people;
}

mod stores {
    use super::*;

    on_all_stores! {
        every_store_brings_what_triggers_ask_for => every_store;
    }
}

fn poll(name: &str) -> Value {
    json!({"name": name, "content": {"kind": "poll", "question": "What is it?",
        "answers": [{"answer_id": "a", "text": "A swan"}, {"answer_id": "b", "text": "A duck"}]}})
}

fn beer_ad() -> Value {
    json!({"name": "Beer", "categories": ["alcohol.beer"], "countries": ["DE", "US"],
        "content": {"kind": "ad", "title": "Brew", "link_url": "https://shop.example/", "link_text": "Look",
            "advertiser": "Brew", "disclosure": "Drink responsibly. 18+"}})
}

async fn round_trip(server: &mut Server) {
    let mia = marketer(server);
    create(&mia, brand("nord", "Nordlauf")).await;
    let mut aimed = beer_ad();
    aimed["trigger"] = json!({"names": ["Kingfisher"], "min_confidence": 60.0, "min_on_screen_ms": 500,
        "advertiser_endorsed_by_detected": true,
        "any": [{"entity_id": "nord", "min_confidence": 80.0}, {"endorsed_by": "nord", "min_on_screen_ms": 0}],
        "all": [{"kind": "label", "parent": "Vehicle", "region": {"third": "left"}},
            {"category": "Sports", "min_box": 0.1, "max_box": 0.5,
                "region": {"box": {"left": 0.25, "top": 0.0, "width": 0.5, "height": 0.5}}}],
        "none": [{"name": "Cat"}]});
    aimed["schedule"] = json!({"starts_at": null, "ends_at": null, "zone": "Europe/Berlin",
        "dayparts": [{"days": ["fri", "sat"], "from": "20:00", "to": "02:00"}]});
    aimed["media_clock"] = json!([{"from_marker": "second-half", "to_marker": "full-time"},
        {"from_ms": -1000, "to_ms": 2000}]);
    aimed["person_right"] = json!({"basis": "contract", "reference": "C-17", "valid_until": "2027-01-01T00:00:00.000Z"});
    let created = mia.post("/v1/instruments", &aimed).await.expect(201);
    let path = format!(
        "/v1/instruments/{}",
        created["instrument_id"].as_str().expect("an id")
    );
    let read = mia.get(&path).await.expect(200);
    for field in [
        "trigger",
        "schedule",
        "media_clock",
        "person_right",
        "categories",
        "countries",
    ] {
        assert_eq!(read[field], aimed[field], "{field}");
    }
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn refused(server: &mut Server) {
    let mia = marketer(server);
    let with = |mut body: Value, pointer: &str, value: Value| {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        body.pointer_mut(parent).expect("its parent")[key] = value;
        body
    };
    let trigger = |trigger: Value| with(poll("p"), "/trigger", trigger);
    let schedule = |schedule: Value| with(poll("p"), "/schedule", schedule);
    let part =
        |from: &str, to: &str| json!({"zone": "UTC", "dayparts": [{"from": from, "to": to}]});
    let mut silent = beer_ad();
    silent["content"]
        .as_object_mut()
        .expect("fields")
        .remove("disclosure");
    for (body, field) in [
        (
            with(poll("p"), "/categories", json!(["milk"])),
            "categories[0]",
        ),
        (with(beer_ad(), "/countries", json!([])), "countries"),
        (
            with(beer_ad(), "/countries", json!(["DE", "de"])),
            "countries[1]",
        ),
        (
            with(beer_ad(), "/countries", json!(["DE", "DE"])),
            "countries[1]",
        ),
        (silent, "content.disclosure"),
        (trigger(json!({"names": []})), "trigger.names"),
        (trigger(json!({"any": [{}]})), "trigger.any[0].name"),
        (
            trigger(json!({"all": [{"name": "x"}, {"min_box": 0.5}]})),
            "trigger.all[1].name",
        ),
        (
            trigger(json!({"none": [{"name": "x", "min_box": 1.5}]})),
            "trigger.none[0].min_box",
        ),
        (
            trigger(json!({"any": [{"name": "x", "min_box": 0.5, "max_box": 0.4}]})),
            "trigger.any[0].max_box",
        ),
        (
            trigger(
                json!({"any": [{"name": "x", "region": {"box": {"left": 0.9, "top": 0, "width": 0.2, "height": 1}}}]}),
            ),
            "trigger.any[0].region",
        ),
        (
            trigger(json!({"any": [{"name": "x", "min_on_screen_ms": 10001}]})),
            "trigger.any[0].min_on_screen_ms",
        ),
        (
            trigger(json!({"any": [{"entity_id": "gone"}]})),
            "trigger.any[0].entity_id",
        ),
        (
            trigger(json!({"none": [{"endorsed_by": "gone"}]})),
            "trigger.none[0].endorsed_by",
        ),
        (
            schedule(json!({"dayparts": [{"from": "10:00", "to": "11:00"}]})),
            "schedule.zone",
        ),
        (schedule(json!({"zone": "Mars/Olympus"})), "schedule.zone"),
        (schedule(part("10:00", "10:00")), "schedule.dayparts[0].to"),
        (schedule(part("10:00", "24:01")), "schedule.dayparts[0].to"),
        (
            schedule(
                json!({"zone": "UTC", "dayparts": [{"days": ["friday"], "from": "10:00", "to": "11:00"}]}),
            ),
            "schedule.dayparts[0].days[0]",
        ),
        (
            with(
                poll("p"),
                "/media_clock",
                json!([{"from_ms": 5, "to_ms": 5}]),
            ),
            "media_clock[0].to_ms",
        ),
        (
            with(poll("p"), "/media_clock", json!([{"from_ms": 604800001}])),
            "media_clock[0].from_ms",
        ),
        (
            with(
                poll("p"),
                "/person_right",
                json!({"basis": "", "reference": "x"}),
            ),
            "person_right.basis",
        ),
    ] {
        let refused = mia
            .post("/v1/instruments", &body)
            .await
            .refused(422, "invalid_field");
        assert_eq!(refused["field"], field, "{body}");
        assert!(refused["bound"].is_string(), "{refused}");
    }
    let all = mia.get("/v1/instruments").await.expect(200);
    assert_eq!(all["items"], json!([]));
}

async fn decide(server: &Server, position_ms: i64) -> Value {
    let viewer = server.caller(Role::Viewer, "vera");
    let ask = json!({"position_ms": position_ms, "explain": true});
    viewer.post("/v1/media/m/decisions", &ask).await.expect(200)
}

fn reasons(decision: &Value) -> Vec<&str> {
    let reasons = decision["reasons"].as_array().expect("a list");
    reasons
        .iter()
        .map(|one| one["reason"].as_str().expect("a reason"))
        .collect()
}

/// What stopped a candidate; `None` where nothing did, or where it was none.
fn stopped(decision: &Value, id: &str) -> Option<String> {
    let candidates = decision["explanation"]["candidates"].as_array();
    let found = candidates
        .expect("a list")
        .iter()
        .find(|one| one["instrument_id"] == id);
    found?["reason"].as_str().map(str::to_owned)
}

async fn every_node(server: &mut Server) {
    let mia = marketer(server);
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    let seen = json!({"items": [{"position_ms": 1000, "kind": "custom_label", "name": "Suedlauf", "confidence": 99}]});
    server
        .caller(Role::Ingest, "watcher")
        .post("/v1/media/m/detections", &seen)
        .await
        .expect(201);
    create(&mia, brand("nord", "Nordlauf")).await;
    let mut ad = beer_ad();
    ad["content"]["advertiser"] = json!("Nordlauf");
    ad["categories"] = json!([]);
    ad["countries"] = json!([]);
    register(server, &ad, true).await;
    let other = server.second_node().await;
    assert_eq!(
        decide(&other, 2_000).await["overlays"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let mut sued = brand("sued", "Suedlauf");
    sued["rivals"] = json!([{"entity_id": "nord"}]);
    create(&mia, sued).await;
    for node in [&*server, &other] {
        until("the rival's reason", async || {
            let told = decide(node, 2_000).await;
            (reasons(&told) == ["rival_on_screen"]).then_some(())
        })
        .await;
    }
    other.finish().await;
}

async fn every_store(server: &mut Server) {
    let media = json!({"media_id": "m", "people_basis": "contract 17"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let mia = marketer(server);
    let star =
        json!({"entity_id": "star", "name": "Sam Field", "kind": "person", "external_ids": ["s1"]});
    create(&mia, star).await;
    let seen = json!({"items": [
        {"position_ms": 1000, "kind": "label", "name": "Truck", "confidence": 99, "parents": ["Vehicle"],
            "categories": ["Vehicles and Automotive"],
            "boxes": [{"left": 0.0, "top": 0.0, "width": 0.2, "height": 0.5}]},
        {"position_ms": 1500, "kind": "label", "name": "Truck", "confidence": 99},
        {"position_ms": 1000, "kind": "celebrity", "name": "S. Field", "external_id": "s1", "confidence": 99}]});
    server
        .caller(Role::Ingest, "watcher")
        .post("/v1/media/m/detections", &seen)
        .await
        .expect(201);
    let asked = [
        ("parent", json!({"any": [{"parent": "vehicle"}]}), None),
        (
            "category",
            json!({"any": [{"category": "vehicles and automotive"}]}),
            None,
        ),
        (
            "box",
            json!({"any": [{"name": "Truck", "min_box": 0.09, "region": {"third": "left"}}]}),
            None,
        ),
        (
            "elsewhere",
            json!({"any": [{"name": "Truck", "region": {"third": "right"}}]}),
            Some("trigger_unmet"),
        ),
        (
            "stay",
            json!({"names": ["Truck"], "min_on_screen_ms": 500}),
            None,
        ),
        (
            "longer",
            json!({"names": ["Truck"], "min_on_screen_ms": 501}),
            Some("trigger_unmet"),
        ),
        ("entity", json!({"any": [{"entity_id": "star"}]}), None),
        ("kind", json!({"any": [{"kind": "celebrity"}]}), None),
    ];
    let mut ids = Vec::new();
    for (name, trigger, expected) in asked {
        let mut body = poll(name);
        body["trigger"] = trigger;
        body["person_right"] = json!({"basis": "contract", "reference": "C-17"});
        ids.push((name, register(server, &body, true).await, expected));
    }
    let told = decide(server, 2_000).await;
    for (name, id, expected) in ids {
        let reason = stopped(&told, &id).filter(|reason| reason != "outranked");
        assert_eq!(reason.as_deref(), expected, "{name}: {told}");
        let candidates = told["explanation"]["candidates"]
            .as_array()
            .expect("a list");
        assert!(
            candidates.iter().any(|one| one["name"] == name),
            "{name} was no candidate: {told}"
        );
    }
}

async fn agreement(server: &mut Server) {
    let channel = Channel::default();
    let zero = media(server, Some(&channel), long_life()).await;
    let at = now().ms() - zero;
    let item =
        |name: &str| json!({"position_ms": at, "kind": "label", "name": name, "confidence": 99});
    let seen = json!({"items": [item("Kingfisher"), item("Cat")]});
    server
        .operator()
        .post("/v1/media/m/detections", &seen)
        .await
        .expect(201);
    let excluded = json!({"names": ["Kingfisher"], "none": [{"name": "Cat"}]});
    instrument(server, excluded).await;
    instrument(
        server,
        json!({"all": [{"name": "Kingfisher"}, {"name": "Reed"}]}),
    )
    .await;
    instrument(
        server,
        json!({"names": ["Kingfisher"], "min_on_screen_ms": 1000}),
    )
    .await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(channel.calls().is_empty(), "{:?}", channel.calls());
    let told = decide(server, at + 500).await;
    assert_eq!(reasons(&told), ["trigger_unmet"], "{told}");
    instrument(
        server,
        json!({"all": [{"name": "Kingfisher"}, {"name": "Cat"}]}),
    )
    .await;
    channel.calls_at_least(1).await;
    let told = decide(server, at + 500).await;
    assert_eq!(told["overlays"].as_array().map(Vec::len), Some(1), "{told}");
}

async fn for_children(server: &mut Server) {
    let operator = server.operator();
    let cartoon = json!({"media_id": "cartoon", "for_children": true});
    let created = operator.post("/v1/media", &cartoon).await.expect(201);
    assert_eq!(created["for_children"], true);
    let read = operator.get("/v1/media/cartoon").await.expect(200);
    assert_eq!(read["for_children"], true);
    let changed = operator
        .put("/v1/media/cartoon", &json!({}))
        .await
        .expect(200);
    assert_eq!(changed["for_children"], false);
    let plain = operator
        .post("/v1/media", &json!({"media_id": "plain"}))
        .await
        .expect(201);
    assert_eq!(plain["for_children"], false);
}

async fn right_to_people(server: &mut Server) {
    let (mia, max) = (marketer(server), server.caller(Role::Marketer, "max"));
    create(
        &mia,
        json!({"entity_id": "star", "name": "Mia Stone", "kind": "person"}),
    )
    .await;
    let mut body = poll("People");
    body["trigger"] = json!({"names": ["mia stone"]});
    let id = register(server, &body, false).await;
    let state = format!("/v1/instruments/{id}/state");
    let to = |state: &str| json!({"state": state});
    mia.post(&state, &to("in_review")).await.expect(200);
    let problem = max
        .post(&state, &to("approved"))
        .await
        .refused(409, "approval_refused");
    assert_eq!(problem["field"], "person_right");
    body["person_right"] =
        json!({"basis": "contract", "reference": "C-17", "valid_until": "2020-01-01T00:00:00Z"});
    let ended = register(server, &body, false).await;
    let ended = format!("/v1/instruments/{ended}/state");
    mia.post(&ended, &to("in_review")).await.expect(200);
    max.post(&ended, &to("approved"))
        .await
        .refused(409, "approval_refused");
    body["person_right"] = json!({"basis": "contract", "reference": "C-17"});
    register(server, &body, true).await;
}
