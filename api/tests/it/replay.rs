//! Replays over HTTP: what a set of instruments would have done, alike each time, and nothing of it counted.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::diagnosis::poll;
use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    the_same_request_is_answered_by_the_same_bytes => alike;
    instruments_of_any_state_and_drafts_reach_whom_they_are_for => reached;
    a_group_is_drawn_within_its_saved_audience => saved;
    a_goal_that_is_not_reached_is_warned_of => warned;
    a_replay_counts_and_shows_nothing => nothing;
    what_is_live_now_can_be_asked_for_as_it_is => live;
    a_replay_that_is_none_is_refused => refused;
}

/// A media of two minutes, with a kingfisher in its second half and overlays of 10 s.
async fn watched(server: &Server) {
    let media = json!({"media_id": "m", "zero": "2026-11-20T19:00:00Z",
        "overlay_life": {"show_ms": 10_000, "quiet_ms": 0, "quiet_scope": "instrument"}});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let seen: Vec<Value> = (60..120)
        .map(|s| json!({"position_ms": s * 1_000, "kind": "label", "name": "Kingfisher", "confidence": 90}))
        .collect();
    let seen = json!({"items": seen});
    server
        .operator()
        .post("/v1/media/m/detections", &seen)
        .await
        .expect(201);
}

fn birds() -> Value {
    json!({"test": {"attribute": "psychograph.likes", "op": "contains", "value": "birds"}})
}

fn of_birds(weight: f64) -> Value {
    json!({"name": "birds", "weight": weight,
        "profile": {"psychograph": {"likes": ["birds"]}, "consent": {"personalisation": true}}})
}

async fn replay(server: &Server, request: &Value) -> Value {
    let marketer = server.caller(Role::Marketer, "mia");
    marketer
        .post("/v1/media/m/replay", request)
        .await
        .expect(200)
}

async fn alike(server: &mut Server) {
    watched(server).await;
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        ids.push(register(server, &poll(name, &json!({})), true).await);
    }
    let mut request = json!({"instrument_ids": ids, "from_ms": 0, "to_ms": 120_000,
        "audience": {"size": 50_000, "sample": 50, "seed": 7, "arrivals": [2, 1], "groups": [of_birds(1.0), {"weight": 2,
            "mixes": [{"attribute": "demography.age", "values": [{"value": 20, "weight": 1}, {"weight": 1}]}]}]}});
    let marketer = server.caller(Role::Marketer, "mia");
    let first = marketer.post("/v1/media/m/replay", &request).await;
    let again = marketer.post("/v1/media/m/replay", &request).await;
    assert_eq!(first.expect(200)["viewers"], 50);
    assert_eq!(first.text, again.text);
    request["audience"]["seed"] = json!(8);
    let other = marketer.post("/v1/media/m/replay", &request).await;
    assert_ne!(
        first.text, other.text,
        "another seed draws another audience"
    );
}

async fn reached(server: &mut Server) {
    watched(server).await;
    let trigger = json!({"trigger": {"names": ["Kingfisher"]}, "audience": birds(), "frequency_cap": {"count": 1, "per_ms": 3_600_000}});
    let draft = register(server, &poll("registered", &trigger), false).await;
    let capped = json!({"frequency_cap": {"count": 2, "per_ms": 3_600_000}, "priority": 9});
    let request = json!({"instrument_ids": [draft], "drafts": [poll("inline", &capped)], "from_ms": 0, "to_ms": 110_000,
        "every_ms": 10_000, "audience": {"size": 40, "groups": [of_birds(1.0), {"name": "rest", "weight": 1}]}, "timeline": 1000});
    let report = replay(server, &request).await;
    assert_eq!(
        (&report["viewers"], &report["questions"]),
        (&json!(40), &json!(480))
    );
    let [registered, inline] = [&report["instruments"][0], &report["instruments"][1]];
    assert_eq!(registered["instrument_id"], json!(draft));
    assert_eq!(
        inline["instrument_id"],
        "00000000-0000-8000-8000-000000000001"
    );
    // Who likes birds sees it once, at the first step whose window holds the kingfisher; the others never.
    let of_group = &registered["groups"][0];
    let reach = of_group["reach"].as_u64().expect("a count");
    assert!((10..=30).contains(&reach), "{report:#}");
    assert_eq!(
        (&of_group["name"], &of_group["impressions"]),
        (&json!("birds"), &json!(reach))
    );
    assert_eq!(registered["groups"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (
            &registered["first_position_ms"],
            &registered["last_position_ms"]
        ),
        (&json!(60_000), &json!(60_000))
    );
    assert_eq!(registered["frequency"], 1.0);
    let stopped: Vec<&Value> = registered["reasons"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|r| &r["reason"])
        .collect();
    assert!(
        stopped.contains(&&json!("no_consent")) && stopped.contains(&&json!("frequency_capped")),
        "{stopped:?}"
    );
    // The draft needs nothing on screen: everybody sees it twice, at once and when it has hidden.
    assert_eq!(
        (&inline["impressions"], &inline["reach"]),
        (&json!(80), &json!(40))
    );
    let timeline = report["timeline"].as_array().expect("a list");
    assert_eq!(timeline.len() as u64, 80 + reach);
    let first = json!({"position_ms": 0, "viewer": 0, "group": timeline[0]["group"], "instrument_id": inline["instrument_id"], "hide_at_ms": 10_000});
    assert_eq!(timeline[0], first);
}

async fn saved(server: &mut Server) {
    watched(server).await;
    let mia = server.caller(Role::Marketer, "mia");
    let adults = json!({"name": "Adults", "rule": {"test": {"attribute": "demography.age", "op": "gte", "value": 18}}});
    let saved = mia.post("/v1/audiences", &adults).await.expect(201);
    let ages = |consent: bool| {
        json!({"weight": 1, "audience_id": saved["audience_id"], "profile": {"consent": {"personalisation": consent}},
            "mixes": [{"attribute": "demography.age", "values": [{"value": 12, "weight": 4}, {"value": 30, "weight": 1}]}]})
    };
    let minors =
        json!({"audience": {"test": {"attribute": "demography.age", "op": "lt", "value": 18}}});
    let mut request = json!({"drafts": [poll("minors", &minors)], "from_ms": 0, "to_ms": 10_000,
        "audience": {"size": 30, "groups": [ages(true)]}});
    let report = replay(server, &request).await;
    let told = &report["instruments"][0];
    assert_eq!(
        (&told["considered"], &told["reach"]),
        (&json!(60), &json!(0)),
        "all are adults: {report:#}"
    );
    // Without consent nobody's age is known, so nobody is in it.
    request["audience"]["groups"] = json!([ages(false)]);
    let answer = mia.post("/v1/media/m/replay", &request).await;
    answer.refused(422, "invalid_field");
    request["audience"]["groups"][0]["audience_id"] = json!("0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f");
    let answer = mia.post("/v1/media/m/replay", &request).await;
    answer.refused(404, "audience_not_found");
}

async fn warned(server: &mut Server) {
    watched(server).await;
    let once = json!({"frequency_cap": {"count": 1, "per_ms": 3_600_000}});
    let id = register(server, &poll("once", &once), true).await;
    let mut request = json!({"instrument_ids": [id], "drafts": [poll("unseen", &json!({"trigger": {"names": ["Heron"]}}))],
        "from_ms": 0, "to_ms": 60_000, "audience": {"size": 20_000, "sample": 10},
        "goals": [{"instrument_id": id, "impressions": 25_000}]});
    let report = replay(server, &request).await;
    let once = &report["instruments"][0];
    assert_eq!(
        once["forecast"],
        json!({"impressions": 20_000, "reach": 20_000})
    );
    assert_eq!(
        once["under_delivery"],
        json!({"goal": 25_000, "forecast": 20_000, "share": 0.8})
    );
    assert_eq!(
        report["warnings"],
        json!([
            "once reaches 80 % of its goal: 20000 of 25000 impressions.",
            "unseen is never even a candidate."
        ])
    );
    request["goals"][0]["impressions"] = json!(20_000);
    let report = replay(server, &request).await;
    assert!(
        report["instruments"][0].get("under_delivery").is_none(),
        "{report:#}"
    );
}

async fn nothing(server: &mut Server) {
    watched(server).await;
    let id = register(server, &poll("poll", &json!({})), true).await;
    let request =
        json!({"instrument_ids": [id], "from_ms": 0, "to_ms": 60_000, "audience": {"size": 5}});
    assert_eq!(replay(server, &request).await["instruments"][0]["reach"], 5);
    let marketer = server.caller(Role::Marketer, "mia");
    let results = marketer
        .get(&format!("/v1/instruments/{id}/results"))
        .await
        .expect(200);
    assert_eq!(results["impressions"], 0);
    let diagnosis = marketer
        .get(&format!("/v1/instruments/{id}/diagnosis"))
        .await
        .expect(200);
    assert_eq!(diagnosis["considered"], 0);
}

async fn live(server: &mut Server) {
    watched(server).await;
    let request =
        json!({"with_live": true, "from_ms": 0, "to_ms": 60_000, "audience": {"size": 5}});
    let none = replay(server, &request).await;
    assert_eq!(none["instruments"], json!([]), "nothing is live yet");
    let id = register(server, &poll("poll", &json!({})), true).await;
    register(server, &poll("draft", &json!({})), false).await;
    let report = replay(server, &request).await;
    let told: Vec<&Value> = report["instruments"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|line| &line["instrument_id"])
        .collect();
    assert_eq!(told, [&json!(id)]);
    assert_eq!(report["instruments"][0]["reach"], 5);
}

async fn refused(server: &mut Server) {
    watched(server).await;
    let marketer = server.caller(Role::Marketer, "mia");
    let fine = json!({"drafts": [poll("inline", &json!({}))], "from_ms": 0, "to_ms": 60_000, "audience": {"size": 5}});
    marketer.post("/v1/media/m/replay", &fine).await.expect(200);
    for (path, value, code) in [
        ("/drafts", json!([]), "invalid_field"),
        ("/to_ms", json!(-1), "invalid_window"),
        ("/to_ms", json!(30_000_000), "window_too_wide"),
        ("/audience/size", json!(0), "invalid_field"),
        (
            "/audience",
            json!({"size": 5, "sample": 6}),
            "invalid_field",
        ),
        (
            "/audience",
            json!({"size": 5, "arrivals": [0, 0]}),
            "invalid_field",
        ),
        (
            "/audience",
            json!({"size": 5, "groups": [{"weight": -1}]}),
            "invalid_field",
        ),
        (
            "/audience",
            json!({"size": 5, "groups": [{"weight": 1, "mixes": [{"attribute": "age", "values": [{"weight": 1}]}]}]}),
            "invalid_field",
        ),
    ] {
        let mut request = fine.clone();
        *request.pointer_mut(path).expect("a field") = value.clone();
        let answer = marketer.post("/v1/media/m/replay", &request).await;
        assert_eq!(
            answer.json()["code"],
            code,
            "{path}: {value}: {}",
            answer.text
        );
    }
    let mut many = fine.clone();
    many["audience"] = json!({"size": 1_000_000, "sample": 100_000});
    let answer = marketer.post("/v1/media/m/replay", &many).await;
    answer.refused(422, "invalid_field");
    marketer
        .post("/v1/media/none/replay", &fine)
        .await
        .refused(404, "media_not_found");
    let mut unknown = fine.clone();
    unknown["instrument_ids"] = json!(["0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f"]);
    marketer
        .post("/v1/media/m/replay", &unknown)
        .await
        .refused(404, "instrument_not_found");
    server
        .caller(Role::Viewer, "alice")
        .post("/v1/media/m/replay", &fine)
        .await
        .refused(403, "forbidden");
}
