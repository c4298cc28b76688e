//! What one viewer's screen is composed of, over HTTP: weights, slots, places on the picture, and answers without stores.

use beckon_api::auth::Role;
use beckon_api::db::Refresh;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::{Client, Server, until};
use crate::on_both_engines;

on_both_engines! {
    weights_and_competitors_are_kept_and_bounded => registered;
    a_medias_clear_boxes_are_kept_and_bounded => kept_clear;
    an_overlay_stays_clear_of_what_is_seen_kept_and_captioned => placed;
    without_a_free_place_there_is_no_overlay => no_room;
    slots_are_the_best_of_each_kind_in_places_of_their_own => slots;
    delivery_rules_hold_from_the_next_question_on => ruled;
    an_answer_comes_though_the_stores_are_gone => gone;
    an_answer_keeps_the_callers_time => in_time;
    questions_out_of_bounds_name_the_field => refused;
}

const ASK: &str = "/v1/media/m/decisions";

fn poll(name: &str) -> Value {
    json!({"name": name, "content": {"kind": "poll", "question": "Who wins?",
        "answers": [{"answer_id": "a", "text": "Kestrel"}, {"answer_id": "b", "text": "Heron"}]}})
}

fn offer(name: &str, kind: &str, advertiser: &str) -> Value {
    json!({"name": name, "content": {"kind": kind, "title": name, "link_url": "https://a.example/",
        "link_text": "Look", "advertiser": advertiser}})
}

async fn media(server: &Server, more: Value) -> Client {
    let mut media = json!({"media_id": "m", "overlay_life": {"show_ms": 30_000, "quiet_ms": 0, "quiet_scope": "instrument"}});
    for (field, value) in more.as_object().expect("fields") {
        media[field] = value.clone();
    }
    let created = server.operator().post("/v1/media", &media).await;
    created.expect(201);
    server.caller(Role::Viewer, "alice")
}

/// What a television's picture asks.
fn question() -> Value {
    json!({"position_ms": 10_000, "client": {"viewport_width": 1280, "viewport_height": 720}})
}

async fn ask(viewer: &Client, question: &Value) -> Value {
    viewer.post(ASK, question).await.expect(200)
}

async fn registered(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let mut heavy = poll("heavy");
    heavy["weight"] = json!(250);
    heavy["competes_with"] = json!({"advertisers": ["Heron"], "categories": ["travel"]});
    let created = mia.post("/v1/instruments", &heavy).await.expect(201);
    let path = format!(
        "/v1/instruments/{}",
        created["instrument_id"].as_str().expect("an id")
    );
    let read = mia.get(&path).await.expect(200);
    assert_eq!(read["weight"], 250);
    assert_eq!(read["competes_with"], heavy["competes_with"]);
    let usual = mia
        .post("/v1/instruments", &poll("usual"))
        .await
        .expect(201);
    assert_eq!(usual["weight"], 100);
    let none = json!({"advertisers": [], "categories": []});
    assert_eq!(usual["competes_with"], none);
    for (field, value, at) in [
        ("weight", json!(0), "weight"),
        ("weight", json!(1001), "weight"),
        (
            "competes_with",
            json!({"categories": ["milk"]}),
            "competes_with.categories[0]",
        ),
        (
            "competes_with",
            json!({"advertisers": [" "]}),
            "competes_with.advertisers[0]",
        ),
    ] {
        let mut wrong = poll("wrong");
        wrong[field] = value;
        let refused = mia.post("/v1/instruments", &wrong).await;
        assert_eq!(refused.refused(422, "invalid_field")["field"], at);
    }
}

async fn kept_clear(server: &mut Server) {
    let boxes = json!([{"left": 66.6, "top": 5.0, "width": 28.4, "height": 12.5}]);
    media(
        server,
        json!({"keep_clear": boxes, "burnt_in_captions": true}),
    )
    .await;
    server.restart().await;
    let read = server.operator().get("/v1/media/m").await.expect(200);
    assert_eq!(read["keep_clear"], boxes);
    assert_eq!(read["burnt_in_captions"], true);
    let wrong = json!({"keep_clear": [{"left": 90, "top": 0, "width": 11, "height": 5}]});
    let refused = server.operator().put("/v1/media/m", &wrong).await;
    assert_eq!(
        refused.refused(422, "invalid_field")["field"],
        "keep_clear[0].width"
    );
    let replaced = server.operator().put("/v1/media/m", &json!({})).await;
    assert_eq!(replaced.expect(200)["keep_clear"], json!([]));
}

fn seen(left: f64, top: f64, width: f64, height: f64) -> Value {
    let at =
        json!({"left": left, "top": top, "width": width, "height": height, "confidence": 90.0});
    json!({"position_ms": 9_000, "kind": "label", "name": "Boat", "confidence": 90.0, "boxes": [at]})
}

async fn store(server: &Server, items: &[Value]) {
    let watcher = server.caller(Role::Ingest, "watcher");
    let batch = json!({"items": items});
    let stored = watcher.post("/v1/media/m/detections", &batch).await;
    stored.expect(201);
}

async fn placed(server: &mut Server) {
    let kept = json!({"left": 0, "top": 0, "width": 40, "height": 20});
    let alice = media(server, json!({"keep_clear": [kept]})).await;
    register(server, &poll("poll"), true).await;
    let layout = |decision: &Value| decision["overlays"][0]["layout"].clone();
    let free = layout(&ask(&alice, &question()).await);
    assert_eq!(free["anchor"], "top_end");
    let number = |layout: &Value, field: &str| layout[field].as_f64().expect("a number");
    assert!(
        (number(&free, "left") + number(&free, "width") - 95.0).abs() < 0.02,
        "{free}"
    );
    assert_eq!(number(&free, "top"), 5.0);
    // The corner where it stood is taken, and so is the other above: it goes below, over the captions.
    store(server, &[seen(0.7, 0.0, 0.3, 0.3)]).await;
    let mut captioned = question();
    captioned["client"]["captions"] = json!(true);
    let bob = server.caller(Role::Viewer, "bob");
    let below = layout(&ask(&bob, &captioned).await);
    assert_eq!(below["anchor"], "bottom_end");
    assert!(
        number(&below, "top") + number(&below, "height") <= 82.01,
        "{below}"
    );
    assert!(number(&below, "top") >= 30.0, "{below}");
    let mut arabic = question();
    arabic["client"]["locale"] = json!("ar-EG");
    let carol = server.caller(Role::Viewer, "carol");
    let mirrored = layout(&ask(&carol, &arabic).await);
    assert_eq!(
        (&mirrored["anchor"], number(&mirrored, "left")),
        (&json!("bottom_end"), 5.0)
    );
}

async fn no_room(server: &mut Server) {
    let alice = media(server, json!({})).await;
    register(server, &poll("poll"), true).await;
    store(
        server,
        &[seen(0.0, 0.0, 0.5, 1.0), {
            let mut right = seen(0.5, 0.0, 0.5, 1.0);
            right["name"] = json!("Sail");
            right
        }],
    )
    .await;
    let decision = ask(&alice, &question()).await;
    assert_eq!(decision["overlays"], json!([]));
    assert_eq!(
        decision["reasons"],
        json!([{"reason": "no_room", "count": 1}])
    );
    // What was seen there a while ago is in nobody's way any more.
    let mut later = question();
    later["position_ms"] = json!(12_000);
    assert_eq!(
        ask(&alice, &later).await["overlays"]
            .as_array()
            .expect("a list")
            .len(),
        1
    );
    let mut tiny = later.clone();
    tiny["client"] = json!({"viewport_width": 255, "viewport_height": 144});
    let bob = server.caller(Role::Viewer, "bob");
    assert_eq!(ask(&bob, &tiny).await["reasons"][0]["reason"], "no_room");
}

async fn slots(server: &mut Server) {
    let alice = media(server, json!({})).await;
    for instrument in [
        poll("one"),
        poll("two"),
        offer("ad", "ad", "Kestrel"),
        offer("product", "product", "Heron"),
    ] {
        register(server, &instrument, true).await;
    }
    let mut four = question();
    four["slots"] = json!(4);
    let decision = ask(&alice, &four).await;
    let overlays = decision["overlays"].as_array().expect("overlays");
    let mut kinds: Vec<&str> = overlays.iter().filter_map(|o| o["kind"].as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["ad", "poll", "product"]);
    let mut anchors: Vec<&str> = overlays
        .iter()
        .filter_map(|o| o["layout"]["anchor"].as_str())
        .collect();
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors.len(), 3, "{decision}");
    assert_eq!(
        decision["reasons"],
        json!([{"reason": "outranked", "count": 1}])
    );
    four["per_kind"] = json!(2);
    let bob = server.caller(Role::Viewer, "bob");
    let both = ask(&bob, &four).await;
    assert_eq!(both["overlays"].as_array().expect("overlays").len(), 4);
}

async fn ruled(server: &mut Server) {
    let alice = media(server, json!({})).await;
    register(server, &offer("ad", "ad", "Kestrel"), true).await;
    let mix = json!({"mix": [{"most": 1, "kinds": ["ad"], "per": 1, "of": ["poll"]}]});
    server
        .operator()
        .put("/v1/delivery-rules", &mix)
        .await
        .expect(200);
    let held = ask(&alice, &question()).await;
    assert_eq!(held["reasons"], json!([{"reason": "mixed", "count": 1}]));
    server
        .operator()
        .put("/v1/delivery-rules", &json!({}))
        .await
        .expect(200);
    let free = ask(&alice, &question()).await;
    assert_eq!(free["overlays"].as_array().expect("overlays").len(), 1);
}

async fn drop_table(server: &Server, table: &str) {
    let db = server.database().await;
    let mut write = db.write().await.expect("a write");
    let sql = format!("alter table {table} rename to {table}_gone");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(write.tx())
        .await
        .expect("renamed");
    write.commit().await.expect("committed");
}

async fn gone(server: &mut Server) {
    let profile = json!({"demography": {"age": 30}, "consent": {"personalisation": true}});
    server.operator().put("/v1/viewers/alice", &profile).await;
    let alice = media(server, json!({})).await;
    let mut kestrel = poll("kestrel");
    kestrel["trigger"] = json!({"names": ["Kestrel"]});
    register(server, &kestrel, true).await;
    let mut grown = poll("grown");
    grown["audience"] = json!({"test": {"attribute": "demography.age", "op": "gte", "value": 18}});
    grown["priority"] = json!(1);
    register(server, &grown, true).await;
    register(server, &offer("ad", "ad", "Heron"), true).await;
    let mut fashion = offer("fashion", "product", "Osprey");
    fashion["categories"] = json!(["fashion"]);
    register(server, &fashion, true).await;
    store(
        server,
        &[json!({"position_ms": 9_000, "kind": "label", "name": "Kestrel", "confidence": 90.0})],
    )
    .await;
    let whole = ask(&alice, &question()).await;
    assert!(whole.get("degraded").is_none(), "{whole}");
    // Read while all is well; then another node stores something, and the database goes away.
    let changed = ["detections:m".to_owned()];
    server
        .app()
        .detections()
        .refresh(&changed)
        .await
        .expect("refreshed");
    drop_table(server, "detection").await;
    drop_table(server, "exposure").await;
    let mut explained = question();
    explained["explain"] = json!(true);
    let outdated = ask(&alice, &explained).await;
    let lacks = outdated["degraded"].as_array().expect("a list");
    assert!(lacks.contains(&json!("detections_outdated")), "{outdated}");
    // Alice is known, if perhaps as she was a while ago.
    assert!(!lacks.contains(&json!("viewer_missing")), "{outdated}");
    assert_eq!(outdated["explanation"]["seen"][0]["name"], "Kestrel");
    // Of a viewer that nobody has asked for nothing is known: no profile, no model, and still an overlay.
    let bob = server.caller(Role::Viewer, "bob");
    let stranger = ask(&bob, &explained).await;
    assert_eq!(
        stranger["degraded"],
        json!(["detections_outdated", "viewer_missing"])
    );
    assert_eq!(stranger["overlays"].as_array().expect("overlays").len(), 1);
    let candidates = stranger["explanation"]["candidates"]
        .as_array()
        .expect("candidates");
    let grown = candidates
        .iter()
        .find(|c| c["name"] == "grown")
        .expect("a candidate");
    assert_eq!(grown["reason"], "no_consent");
    // Whether the stranger has opted out of fashion is not known either.
    let fashion = candidates
        .iter()
        .find(|c| c["name"] == "fashion")
        .expect("a candidate");
    assert_eq!(fashion["reason"], "category_opted_out");
    let receipt = stranger["overlays"][0]["receipt"]
        .as_str()
        .expect("a receipt");
    assert_eq!(policy_of(server, receipt), "contextual-softmax-e0.1-t1");
    // Elsewhere in the media nothing is in memory.
    let mut elsewhere = question();
    elsewhere["position_ms"] = json!(500_000);
    let blind = ask(&bob, &elsewhere).await;
    assert_eq!(
        blind["degraded"],
        json!(["detections_missing", "viewer_missing"])
    );
    let operator = server.operator();
    let metrics = operator.get("/metrics").await;
    assert!(
        metrics
            .text
            .contains("beckon_decisions_degraded_total{missing=\"viewer_missing\"}"),
        "{}",
        metrics.text
    );
}

fn policy_of(server: &Server, receipt: &str) -> String {
    let sealer = crate::harness::sealed::sealer(server.app().auth().keys());
    let opened = sealer.open(receipt, beckon_api::config::now());
    opened.expect("it is ours").policy
}

async fn in_time(server: &mut Server) {
    let alice = media(server, json!({})).await;
    register(server, &poll("poll"), true).await;
    let db = server.database().await;
    if db.engine() != beckon_api::db::Engine::Postgres {
        // SQLite's readers wait for nobody: there is nothing to hold them with.
        return;
    }
    let mut write = db.write().await.expect("a write");
    for table in ["detection", "exposure"] {
        let sql = format!("lock table {table} in access exclusive mode");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(write.tx())
            .await
            .expect("locked");
    }
    let mut hurried = question();
    hurried["timeout_ms"] = json!(150);
    // Were it to wait for the stores, it would wait for ever: the lock is held until it has answered.
    let decision = ask(&alice, &hurried).await;
    assert_eq!(
        decision["degraded"],
        json!(["timeout", "detections_missing", "viewer_missing"])
    );
    assert_eq!(decision["overlays"].as_array().expect("overlays").len(), 1);
    write.commit().await.expect("committed");
    // What was late for that question comes in time for a later one.
    until("a whole answer", async || {
        let told = ask(&alice, &question()).await;
        told.get("degraded").is_none().then_some(())
    })
    .await;
}

async fn refused(server: &mut Server) {
    let alice = media(server, json!({})).await;
    for (field, value) in [
        ("timeout_ms", json!(0)),
        ("timeout_ms", json!(30_001)),
        ("slots", json!(5)),
        ("per_kind", json!(0)),
        ("per_kind", json!(5)),
    ] {
        let mut wrong = question();
        wrong[field] = value;
        let refused = alice.post(ASK, &wrong).await;
        assert_eq!(refused.refused(422, "invalid_field")["field"], field);
    }
}
