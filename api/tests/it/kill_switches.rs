//! Kill switches over HTTP: what they stop, on this node at once and on others within their look, and what they take off.

use std::time::Duration;

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::cues::{Ears, long_life, media};
use crate::decisions::{register, set_live};
use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    an_instrument_that_is_killed_is_taken_off_and_shown_no_more => instrument;
    an_advertiser_that_is_killed_is_taken_off_whatever_the_case_of_its_name => advertiser;
    of_an_advertiser_with_many_instruments_all_are_taken_off_and_nobody_elses => many;
    a_media_that_is_killed_shows_nothing => whole_media;
    another_node_stops_within_its_next_look => two_nodes;
    a_kill_switch_outlives_a_restart => restarted;
    what_is_no_kill_switch_is_refused => refused;
    the_trail_says_who_set_a_kill_switch_and_who_cleared_it => trail;
}

fn poll(name: &str) -> Value {
    json!({"name": name, "content": {"kind": "poll", "question": "Will it rain?",
        "answers": [{"answer_id": "yes", "text": "Yes"}, {"answer_id": "no", "text": "No"}]}})
}

fn ad(name: &str, advertiser: &str) -> Value {
    json!({"name": name, "content": {"kind": "ad", "title": name, "link_url": "https://shop.example/", "link_text": "See",
        "advertiser": advertiser}})
}

/// What a viewer gets now: the names' ids, and the reasons.
async fn asked(server: &Server, viewer: &str) -> (Vec<Value>, Value) {
    let viewer = server.caller(Role::Viewer, viewer);
    let ask = json!({"position_ms": 0, "slots": 4});
    let decided = viewer.post("/v1/media/m/decisions", &ask).await.expect(200);
    let overlays = decided["overlays"].as_array().expect("overlays").iter();
    let ids = overlays.map(|one| one["instrument_id"].clone()).collect();
    (ids, decided["reasons"].clone())
}

fn killed(reasons: &Value) -> Option<u64> {
    let reasons = reasons.as_array().expect("reasons").iter();
    let found = reasons.clone().find(|one| one["reason"] == "killed")?;
    found["count"].as_u64()
}

/// A media on which something may be on screen: a cue was sent lately.
async fn on_air(server: &Server) {
    media(server, None, long_life()).await;
    let check = json!({"kind": "check"});
    let sent = server.operator().post("/v1/media/m/cues", &check).await;
    sent.expect(201);
}

async fn instrument(server: &mut Server) {
    on_air(server).await;
    let id = register(server, &poll("one"), true).await;
    let mut ears = Ears::open(server).await;
    assert_eq!(asked(server, "a").await.0, [json!(id)]);
    let path = format!("/v1/kill-switches/instrument/{id}");
    let mia = server.caller(Role::Marketer, "mia");
    let set = mia.put(&path, &json!({"note": "the price is wrong"})).await;
    let set = set.expect(200);
    assert_eq!(
        (&set["scope"], &set["id"], &set["set_by"], &set["stops"]),
        (&json!("instrument"), &json!(id), &json!("mia"), &json!(1))
    );
    let told = ears.cue(1_000).await.expect("within a second");
    assert_eq!(
        (&told["kind"], &told["instrument_id"]),
        (&json!("withdraw"), &json!(id))
    );
    let (overlays, reasons) = asked(server, "b").await;
    assert_eq!((overlays.len(), killed(&reasons)), (0, Some(1)));
    let show = json!({"kind": "show", "instrument_id": id});
    let shown = server.operator().post("/v1/media/m/cues", &show).await;
    assert_eq!(
        shown.refused(422, "invalid_field")["field"],
        "instrument_id"
    );
    let listed = mia.get("/v1/kill-switches").await.expect(200);
    assert_eq!(listed["items"], json!([set]));
    mia.delete(&path).await.expect(204);
    assert_eq!(asked(server, "c").await.0, [json!(id)]);
    mia.delete(&path)
        .await
        .refused(404, "kill_switch_not_found");
    let listed = mia.get("/v1/kill-switches").await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

async fn advertiser(server: &mut Server) {
    on_air(server).await;
    let boots = register(server, &ad("boots", "Shop & Sons"), true).await;
    let elsewhere = json!({"media_ids": ["other"]});
    let mut socks = ad("socks", "Shop & Sons");
    socks["media_ids"] = elsewhere["media_ids"].clone();
    register(server, &socks, true).await;
    let tea = register(server, &ad("tea", "Harbour Tea"), true).await;
    let mut ears = Ears::open(server).await;
    let path = "/v1/kill-switches/advertiser/SHOP%20%26%20sons";
    let set = server.operator().put(path, &json!({})).await.expect(200);
    assert_eq!(
        (&set["id"], &set["stops"]),
        (&json!("SHOP & sons"), &json!(2))
    );
    let told = ears.cue(1_000).await.expect("within a second");
    assert_eq!(told["instrument_id"], json!(boots));
    assert_eq!(ears.block(300).await, None, "what runs here alone");
    let (overlays, reasons) = asked(server, "a").await;
    assert_eq!(overlays, [json!(tea)]);
    assert!(killed(&reasons).is_some(), "{reasons}");
    // What goes live later is stopped too.
    register(server, &ad("hats", "shop & sons"), true).await;
    assert_eq!(asked(server, "b").await.0, [json!(tea)]);
    let other = "/v1/kill-switches/advertiser/shop%20%26%20SONS";
    server.operator().delete(other).await.expect(204);
    assert_eq!(killed(&asked(server, "c").await.1), None);
}

async fn many(server: &mut Server) {
    on_air(server).await;
    let mut theirs = Vec::new();
    for n in 0..9 {
        theirs.push(register(server, &ad(&format!("ad {n}"), "Shop"), true).await);
    }
    let tea = register(server, &ad("tea", "Harbour Tea"), true).await;
    let mut ears = Ears::open(server).await;
    let path = "/v1/kill-switches/advertiser/Shop";
    let set = server.operator().put(path, &json!({})).await.expect(200);
    assert_eq!(set["stops"], 9);
    let first = ears.cue(1_000).await.expect("within a second");
    let second = ears.cue(1_000).await.expect("within a second");
    assert_eq!(
        (&first["kind"], &second["kind"]),
        (&json!("withdraw"), &json!("withdraw"))
    );
    let several = first["instrument_ids"].as_array().expect("ids").iter();
    let mut told: Vec<&str> = several.map(|id| id.as_str().expect("an id")).collect();
    assert_eq!((told.len(), first.get("instrument_id")), (8, None));
    told.push(second["instrument_id"].as_str().expect("the ninth alone"));
    told.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(told, theirs);
    assert!(!told.contains(&tea.as_str()), "others stay on screen");
    assert_eq!(ears.block(300).await, None, "two cues are enough");
}

async fn whole_media(server: &mut Server) {
    media(server, None, long_life()).await;
    let id = register(server, &poll("one"), true).await;
    let mut ears = Ears::open(server).await;
    let operator = server.operator();
    let path = "/v1/kill-switches/media/m";
    operator.put(path, &json!({})).await.expect(200);
    let told = ears.cue(1_000).await.expect("within a second");
    assert_eq!(
        (&told["kind"], &told["instrument_id"]),
        (&json!("withdraw"), &Value::Null)
    );
    let (overlays, reasons) = asked(server, "a").await;
    assert_eq!((overlays.len(), killed(&reasons)), (0, Some(1)));
    let show = json!({"kind": "show", "instrument_id": id});
    let shown = operator.post("/v1/media/m/cues", &show).await;
    shown.refused(409, "media_held");
    operator.delete(path).await.expect(204);
    assert_eq!(asked(server, "b").await.0, [json!(id)]);
}

async fn two_nodes(server: &mut Server) {
    on_air(server).await;
    let id = register(server, &poll("one"), true).await;
    let second = server.second_node().await;
    assert_eq!(asked(&second, "a").await.0, [json!(id)]);
    let path = format!("/v1/kill-switches/instrument/{id}");
    server.operator().put(&path, &json!({})).await.expect(200);
    assert!(asked(server, "b").await.0.is_empty(), "here at once");
    let stopped = async {
        let mut viewer = 0;
        loop {
            viewer += 1;
            let (overlays, reasons) = asked(&second, &format!("there-{viewer}")).await;
            if overlays.is_empty() {
                return killed(&reasons);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let stopped = tokio::time::timeout(Duration::from_secs(10), stopped).await;
    assert_eq!(stopped.expect("the other node stops too"), Some(1));
    second.finish().await;
}

async fn restarted(server: &mut Server) {
    on_air(server).await;
    let id = register(server, &poll("one"), true).await;
    let path = format!("/v1/kill-switches/instrument/{id}");
    server.operator().put(&path, &json!({})).await.expect(200);
    server.restart().await;
    let (overlays, reasons) = asked(server, "a").await;
    assert_eq!((overlays.len(), killed(&reasons)), (0, Some(1)));
    // Neither a pause nor a launch clears it.
    let mia = server.caller(Role::Marketer, "mia");
    let state = format!("/v1/instruments/{id}/state");
    for to in ["paused", "live"] {
        mia.post(&state, &json!({"state": to})).await.expect(200);
    }
    assert!(asked(server, "b").await.0.is_empty());
}

async fn refused(server: &mut Server) {
    let operator = server.operator();
    for (path, status, code) in [
        ("instrument/nobody", 404, "instrument_not_found"),
        ("media/nowhere", 404, "media_not_found"),
        ("instrument/no%20id", 422, "invalid_field"),
        ("advertiser/%20", 422, "invalid_field"),
        ("campaign/x", 400, "malformed_parameter"),
    ] {
        let path = format!("/v1/kill-switches/{path}");
        operator.put(&path, &json!({})).await.refused(status, code);
    }
    let path = "/v1/kill-switches/advertiser/Shop";
    let long = json!({"note": "x".repeat(501)});
    operator
        .put(path, &long)
        .await
        .refused(422, "invalid_field");
    for role in [Role::Viewer, Role::Scientist, Role::Ingest] {
        let caller = server.caller(role, "x");
        caller.put(path, &json!({})).await.refused(403, "forbidden");
        caller.delete(path).await.refused(403, "forbidden");
    }
    let viewer = server.caller(Role::Viewer, "x");
    viewer
        .get("/v1/kill-switches")
        .await
        .refused(403, "forbidden");
}

async fn trail(server: &mut Server) {
    let id = register(server, &poll("one"), false).await;
    set_live(server, &id).await;
    let path = format!("/v1/kill-switches/instrument/{id}");
    let mia = server.caller(Role::Marketer, "mia");
    mia.put(&path, &json!({"note": "wrong"})).await.expect(200);
    let max = server.caller(Role::Marketer, "max");
    max.put(&path, &json!({"note": "still wrong"}))
        .await
        .expect(200);
    max.delete(&path).await.expect(204);
    let resource = format!("/v1/audit?resource=kill-switches/instrument/{id}");
    let told = mia.get(&resource).await.expect(200);
    let items = told["items"].as_array().expect("items").iter();
    let told: Vec<Value> = items
        .map(|one| {
            json!([
                one["action"],
                one["subject"],
                one["from"]["set_by"],
                one["note"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["kill_switch.clear", "max", "max", null]),
            json!(["kill_switch.set", "max", "mia", "still wrong"]),
            json!(["kill_switch.set", "mia", null, "wrong"]),
        ]
    );
}
