//! Caps, cooldowns and suppression over HTTP: across media, devices and restarts, and of viewers who are nobody.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::campaigns::live_campaign;
use crate::decisions::register;
use crate::events::send;
use crate::harness::sealed::{answer, event};
use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    a_cap_holds_on_every_device_of_a_viewer => devices;
    what_is_no_longer_live_still_counts_for_its_advertiser => advertisers;
    a_campaigns_cap_holds_over_all_its_instruments => campaigns;
    a_cap_for_life_outlives_the_process_and_deletion_ends_it => life;
    who_has_answered_is_not_asked_again => answered;
    a_session_is_counted_from_its_begin => session;
    caps_that_are_none_are_refused => refused;
    of_nobody_nothing_is_kept_and_the_device_keeps_the_caps => nobody;
    a_viewer_may_ask_to_be_nobody => asked_to_be_nobody;
}

fn poll(more: Value) -> Value {
    let mut poll = json!({"name": "Poll", "content": {"kind": "poll", "question": "Which?",
        "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}});
    for (key, value) in more.as_object().expect("an object") {
        poll[key] = value.clone();
    }
    poll
}

fn ad(name: &str, advertiser: &str) -> Value {
    json!({"name": name, "content": {"kind": "ad", "title": name, "link_url": "https://shop.example/",
        "link_text": "See", "advertiser": advertiser}})
}

/// Two media, so that what shows on the one does not keep the other from showing anything.
async fn two_media(server: &Server) {
    for media_id in ["m", "n"] {
        let life = json!({"show_ms": 10_000, "quiet_ms": 0, "quiet_scope": "instrument"});
        let body = json!({"media_id": media_id, "overlay_life": life});
        server.operator().post("/v1/media", &body).await.expect(201);
    }
}

async fn ask(client: &Client, media_id: &str, more: Value) -> Value {
    let mut body = json!({"position_ms": 60_000, "cue_id": "c1"});
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    let path = format!("/v1/media/{media_id}/decisions");
    client.post(&path, &body).await.expect(200)
}

/// The receipt of the one overlay of a decision.
fn receipt(decision: &Value) -> &str {
    let overlays = decision["overlays"].as_array().expect("overlays");
    assert_eq!(overlays.len(), 1, "{decision}");
    overlays[0]["receipt"].as_str().expect("a receipt")
}

fn reasons(decision: &Value) -> &Value {
    assert_eq!(decision["overlays"], json!([]), "{decision}");
    &decision["reasons"]
}

async fn tell(server: &Server, items: &[Value]) {
    for item in send(&server.anonymous(), items).await {
        assert_eq!(item["status"], "accepted", "{item}");
    }
}

async fn devices(server: &mut Server) {
    two_media(server).await;
    let cap = json!({"frequency_caps": [{"count": 1, "per": "hour"}]});
    register(server, &poll(cap), true).await;
    let (phone, tv) = (
        server.caller(Role::Viewer, "alice"),
        server.caller(Role::Viewer, "alice"),
    );
    let shown = ask(&phone, "m", json!({})).await;
    tell(server, &[event("impression", receipt(&shown))]).await;
    let capped = ask(&tv, "n", json!({})).await;
    assert_eq!(
        reasons(&capped),
        &json!([{"reason": "frequency_capped", "count": 1}])
    );
    // On another node, which has heard of it by the store alone.
    let other = server.second_node().await;
    let tv = other.caller(Role::Viewer, "alice");
    let capped = ask(&tv, "n", json!({})).await;
    assert_eq!(
        reasons(&capped),
        &json!([{"reason": "frequency_capped", "count": 1}])
    );
    let bob = other.caller(Role::Viewer, "bob");
    receipt(&ask(&bob, "n", json!({})).await);
    other.finish().await;
}

async fn advertisers(server: &mut Server) {
    two_media(server).await;
    let rules = json!({"caps": {"advertiser": [{"count": 1, "per": "day"}]}});
    server
        .operator()
        .put("/v1/delivery-rules", &rules)
        .await
        .expect(200);
    let first = register(server, &ad("First", "Volta"), true).await;
    let alice = server.caller(Role::Viewer, "alice");
    let shown = ask(&alice, "m", json!({})).await;
    tell(server, &[event("impression", receipt(&shown))]).await;
    let mia = server.caller(Role::Marketer, "mia");
    let path = format!("/v1/instruments/{first}/state");
    mia.post(&path, &json!({"state": "paused"}))
        .await
        .expect(200);
    register(server, &ad("Second", " VOLTA"), true).await;
    let capped = ask(&alice, "n", json!({})).await;
    assert_eq!(
        reasons(&capped),
        &json!([{"reason": "frequency_capped", "count": 1}])
    );
    let lifted = json!({"caps": {"advertiser": [{"count": 2, "per": "day"}]}});
    server
        .operator()
        .put("/v1/delivery-rules", &lifted)
        .await
        .expect(200);
    receipt(&ask(&alice, "n", json!({})).await);
}

async fn campaigns(server: &mut Server) {
    two_media(server).await;
    let mia = server.caller(Role::Marketer, "mia");
    let campaign = json!({"name": "Cup", "advertiser": "Volta", "frequency_caps": [{"count": 1, "per": "day"}]});
    let campaign_id = live_campaign(&mia, &campaign).await;
    for name in ["First", "Second"] {
        let mut ad = ad(name, "Volta");
        ad["campaign_id"] = json!(campaign_id);
        register(server, &ad, true).await;
    }
    let alice = server.caller(Role::Viewer, "alice");
    let shown = ask(&alice, "m", json!({})).await;
    tell(server, &[event("impression", receipt(&shown))]).await;
    let capped = ask(&alice, "n", json!({})).await;
    let both = json!([{"reason": "frequency_capped", "count": 2}]);
    assert_eq!(reasons(&capped), &both);
    receipt(&ask(&server.caller(Role::Viewer, "bob"), "n", json!({})).await);
}

async fn life(server: &mut Server) {
    two_media(server).await;
    let cap = json!({"frequency_caps": [{"count": 1, "per": "life"}]});
    register(server, &poll(cap), true).await;
    let shown = ask(&server.caller(Role::Viewer, "alice"), "m", json!({})).await;
    tell(server, &[event("impression", receipt(&shown))]).await;
    server.restart().await;
    let capped = ask(&server.caller(Role::Viewer, "alice"), "n", json!({})).await;
    assert_eq!(
        reasons(&capped),
        &json!([{"reason": "frequency_capped", "count": 1}])
    );
    server
        .operator()
        .delete("/v1/viewers/alice")
        .await
        .expect(204);
    receipt(&ask(&server.caller(Role::Viewer, "alice"), "n", json!({})).await);
}

async fn answered(server: &mut Server) {
    two_media(server).await;
    register(server, &poll(json!({})), true).await;
    let alice = server.caller(Role::Viewer, "alice");
    let shown = ask(&alice, "m", json!({})).await;
    tell(server, &[answer(receipt(&shown), "a")]).await;
    let over = ask(&alice, "n", json!({})).await;
    assert_eq!(
        reasons(&over),
        &json!([{"reason": "suppressed", "count": 1}])
    );
    server.restart().await;
    let alice = server.caller(Role::Viewer, "alice");
    let over = ask(&alice, "n", json!({})).await;
    assert_eq!(
        reasons(&over),
        &json!([{"reason": "suppressed", "count": 1}])
    );
}

async fn session(server: &mut Server) {
    two_media(server).await;
    let rules = json!({"cooldowns": {"session_count": 1}});
    server
        .operator()
        .put("/v1/delivery-rules", &rules)
        .await
        .expect(200);
    register(server, &poll(json!({})), true).await;
    let alice = server.caller(Role::Viewer, "alice");
    let shown = ask(&alice, "m", json!({"session_ms": 0})).await;
    tell(server, &[event("impression", receipt(&shown))]).await;
    let full = ask(&alice, "n", json!({"session_ms": 600_000})).await;
    assert_eq!(
        reasons(&full),
        &json!([{"reason": "cooling_down", "count": 1}])
    );
    receipt(&ask(&alice, "n", json!({})).await);
    alice
        .post(
            "/v1/media/n/decisions",
            &json!({"position_ms": 0, "session_ms": -1}),
        )
        .await
        .refused(422, "invalid_field");
}

async fn refused(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    for (caps, field) in [
        (
            json!([{"count": 0, "per": "day"}]),
            "frequency_caps[0].count",
        ),
        (json!([{"count": 1}]), "frequency_caps[0]"),
        (
            json!([{"count": 1, "per": "day", "per_ms": 5_000}]),
            "frequency_caps[0]",
        ),
        (
            json!([{"count": 1, "per_ms": 999}]),
            "frequency_caps[0].per_ms",
        ),
        (
            json!(vec![json!({"count": 1, "per": "day"}); 9]),
            "frequency_caps",
        ),
    ] {
        let body = poll(json!({"frequency_caps": caps}));
        let problem = mia
            .post("/v1/instruments", &body)
            .await
            .refused(422, "invalid_field");
        assert_eq!(problem["field"], field);
    }
    let operator = server.operator();
    for (rules, field) in [
        (json!({"caps": {"kind": {"banner": []}}}), "caps.kind"),
        (
            json!({"caps": {"global": [{"count": 101, "per": "day"}]}}),
            "caps.global[0].count",
        ),
        (
            json!({"cooldowns": {"kind_ms": {"ad": 86_400_001}}}),
            "cooldowns.kind_ms.ad",
        ),
        (
            json!({"cooldowns": {"session_count": 0}}),
            "cooldowns.session_count",
        ),
    ] {
        let problem = operator
            .put("/v1/delivery-rules", &rules)
            .await
            .refused(422, "invalid_field");
        assert_eq!(problem["field"], field);
    }
    let caps = json!({"global": [{"count": 20, "per": "day"}], "advertiser": [{"count": 1, "per": "life"}],
        "kind": {"ad": [{"count": 6, "per_ms": 7_000}]}});
    let cooldowns =
        json!({"global_ms": 1, "kind_ms": {"ad": 2}, "session_ms": 3, "session_count": 4});
    let rules = json!({"caps": caps, "cooldowns": cooldowns});
    let told = operator.put("/v1/delivery-rules", &rules).await.expect(200);
    assert_eq!((&told["caps"], &told["cooldowns"]), (&caps, &cooldowns));
    assert_eq!(operator.get("/v1/delivery-rules").await.expect(200), told);
    let body = poll(
        json!({"frequency_caps": [{"count": 2, "per": "life"}, {"count": 1, "per_ms": 7_000}],
        "stop_after": ["click"]}),
    );
    let made = mia.post("/v1/instruments", &body).await.expect(201);
    assert_eq!(made["frequency_caps"], body["frequency_caps"]);
    assert_eq!(made["stop_after"], body["stop_after"]);
}

/// Whether anything is stored of any viewer.
async fn kept(server: &Server) -> i64 {
    let db = server.database().await;
    let mut kept = 0;
    for sql in [
        "select count(*) from viewer",
        "select count(*) from exposure",
        "select count(*) from viewer_counter",
        "select count(*) from event where viewer_id not like 'anonymous:%'",
        "select count(*) from event where exposure_due = 1",
        "select count(*) from vote where viewer_id not like 'anonymous:%'",
    ] {
        let (count,): (i64,) = sqlx::query_as(sql)
            .fetch_one(db.pool())
            .await
            .expect("counted");
        kept += count;
    }
    db.close().await;
    kept
}

async fn nobody(server: &mut Server) {
    two_media(server).await;
    let id = register(
        server,
        &poll(json!({"frequency_caps": [{"count": 1, "per": "hour"}], "stop_after": []})),
        true,
    )
    .await;
    let other = json!({"name": "Other", "audience": {"test": {"attribute": "demography.age", "op": "exists"}},
        "content": poll(json!({}))["content"]});
    register(server, &other, true).await;
    let token = server
        .app()
        .auth()
        .issue_anonymous(60, now())
        .expect("a token");
    let nobody = server.anonymous().with_token(&token);
    let shown = ask(&nobody, "m", json!({"explain": true})).await;
    let candidates = shown["explanation"]["candidates"]
        .as_array()
        .expect("candidates");
    let stopped = candidates
        .iter()
        .find(|candidate| candidate["name"] == "Other");
    assert_eq!(
        stopped.expect("a candidate")["reason"],
        "no_consent",
        "no profile is read"
    );
    assert_eq!(shown["overlays"][0]["instrument_id"], id.as_str());
    let (first, elsewhere) = (receipt(&shown), ask(&nobody, "n", json!({})).await);
    tell(server, &[event("impression", first), answer(first, "a")]).await;
    // Another overlay of the same token: two votes, for nothing joins the two up.
    tell(
        server,
        &[
            event("impression", receipt(&elsewhere)),
            answer(receipt(&elsewhere), "b"),
        ],
    )
    .await;
    assert_eq!(server.outcome(&id).await.tally.answers, 2);
    assert_eq!(kept(server).await, 0, "something is kept of nobody");
    let told = json!({"shown": [{"instrument_id": id, "kind": "poll", "count": 1, "ago_ms": [5_000], "show_ms": 1_000}]});
    let capped = ask(&nobody, "m", told).await;
    let expected =
        json!([{"reason": "no_consent", "count": 1}, {"reason": "frequency_capped", "count": 1}]);
    assert_eq!(reasons(&capped), &expected);
    // A receipt reminds as well; it need not be of the same decision, for nobody knows whose that was.
    let reminded = ask(&nobody, "n", json!({"recent": [first], "cue_id": "c2"})).await;
    assert_eq!(reasons(&reminded), &expected);
    let many = json!({"position_ms": 0, "shown": vec![json!({"instrument_id": id}); 65]});
    let problem = nobody
        .post("/v1/media/m/decisions", &many)
        .await
        .refused(422, "invalid_field");
    assert_eq!(problem["field"], "shown");
}

async fn asked_to_be_nobody(server: &mut Server) {
    two_media(server).await;
    let audience = json!({"test": {"attribute": "demography.age", "op": "exists"}});
    let id = register(server, &poll(json!({ "audience": audience })), true).await;
    let profile = json!({"demography": {"age": 34}, "consent": {"personalisation": true}});
    let operator = server.operator();
    operator
        .put("/v1/viewers/alice", &profile)
        .await
        .expect(200);
    let alice = server.caller(Role::Viewer, "alice");
    let unknown = ask(&alice, "m", json!({"anonymous": true})).await;
    assert_eq!(
        reasons(&unknown),
        &json!([{"reason": "no_consent", "count": 1}])
    );
    let everybody = register(server, &poll(json!({"name": "All", "priority": 9})), true).await;
    let shown = ask(&alice, "m", json!({"anonymous": true, "cue_id": "c2"})).await;
    assert_eq!(shown["overlays"][0]["instrument_id"], everybody.as_str());
    tell(
        server,
        &[
            event("impression", receipt(&shown)),
            answer(receipt(&shown), "a"),
        ],
    )
    .await;
    let told = operator.get("/v1/viewers/alice").await.expect(200);
    assert_eq!(told["exposures"], json!([]));
    let known = ask(&alice, "m", json!({"cue_id": "c3"})).await;
    assert_eq!(known["overlays"][0]["instrument_id"], id.as_str());
}
