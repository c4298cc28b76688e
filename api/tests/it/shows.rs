//! What a host puts to all, and what takes overlays off: shows, withdrawals, holds, and instruments that leave.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::cues::{Channel, Ears, long_life, media, seen};
use crate::decisions::register;
use crate::harness::Server;
use crate::harness::sealed::event;
use crate::on_both_engines;

on_both_engines! {
    a_show_gives_everybody_one_instrument_at_one_position => one_for_all;
    a_show_skips_quiet_and_what_is_on_screen_and_nothing_else => kept_and_skipped;
    what_cannot_be_shown_is_refused => refused_shows;
    a_show_that_was_withdrawn_gives_nothing_any_more => withdrawn;
    a_held_media_shows_nothing_and_takes_off_what_is_on_screen => held;
    an_instrument_that_leaves_is_taken_off_where_cues_were_sent => leaves;
    a_withdrawal_waits_for_no_channel => off_air;
    another_node_knows_a_show_before_it_is_told => other_node;
    nothing_is_learnt_from_a_show => not_learnt;
    a_cue_that_a_crash_left_behind_is_carried_by_the_next_node => left_behind;
    two_nodes_share_the_room_of_a_channel => shared_room;
}

fn poll(name: &str) -> Value {
    json!({"name": name, "content": {"kind": "poll", "question": "Who?",
        "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}})
}

/// Sends a cue; where the channel takes no more this second, in the next.
async fn send(server: &Server, cue: &Value) -> Value {
    let operator = server.operator();
    loop {
        let answer = operator.post("/v1/media/m/cues", cue).await;
        if answer.status != 429 {
            return answer.expect(201);
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
}

async fn show(server: &Server, instrument_id: &str) -> Value {
    let cue = json!({"kind": "show", "instrument_id": instrument_id, "lead_ms": 5_000});
    send(server, &cue).await
}

/// What this viewer gets for a cue: the instruments, and the reasons for none.
async fn ask(server: &Server, viewer: &str, cue: &Value) -> (Vec<Value>, Vec<Value>) {
    let question = json!({"position_ms": 70_000, "cue_id": cue["cue_id"]});
    let viewer = server.caller(Role::Viewer, viewer);
    let answer = viewer.post("/v1/media/m/decisions", &question).await;
    let list = |field: &str| answer.json()[field].as_array().cloned().expect("a list");
    (list("overlays"), list("reasons"))
}

fn reason(name: &str) -> Vec<Value> {
    vec![json!({"reason": name, "count": 1})]
}

async fn one_for_all(server: &mut Server) {
    let channel = Channel::default();
    media(server, Some(&channel), long_life()).await;
    let mut ears = Ears::open(server).await;
    for n in 0..5 {
        register(server, &poll(&format!("other {n}")), true).await;
    }
    let mut chosen = poll("chosen");
    chosen["priority"] = json!(9);
    chosen["trigger"] = json!({"names": ["Nothing that is on screen"]});
    let id = register(server, &chosen, true).await;
    let before = now().ms();
    let cue = show(server, &id).await;
    assert_eq!(ears.cue(5_000).await, Some(cue.clone()));
    let metadata = channel.calls()[0]["metadata"].as_str().map(str::to_owned);
    let in_stream: Value = serde_json::from_str(&metadata.expect("text")).expect("JSON");
    assert_eq!(in_stream, cue);
    let at = cue["show_at_ms"].as_i64().expect("a position");
    assert_eq!(at, cue["seen_ms"].as_i64().expect("a position") + 5_000);
    assert!(now().ms() >= before);
    for viewer in ["alice", "bob", "carol"] {
        let (overlays, reasons) = ask(server, viewer, &cue).await;
        let [overlay] = &overlays[..] else {
            panic!("{viewer} got {overlays:?}, {reasons:?}");
        };
        assert_eq!(overlay["instrument_id"], json!(id));
        assert_eq!(
            overlay["show_at_ms"],
            json!(at),
            "all paint it at one position"
        );
        assert_eq!(overlay["hide_at_ms"], json!(at + 30_000));
    }
}

async fn kept_and_skipped(server: &mut Server) {
    media(server, None, long_life()).await;
    let plain = register(server, &poll("plain"), true).await;
    let check = send(server, &json!({"kind": "check"})).await;
    assert_eq!(
        ask(server, "alice", &check).await.0.len(),
        1,
        "it is on her screen"
    );
    let again = send(server, &json!({"kind": "check"})).await;
    assert_eq!(ask(server, "alice", &again).await.1, reason("showing"));
    let cue = show(server, &plain).await;
    assert_eq!(
        ask(server, "alice", &cue).await.0.len(),
        1,
        "a host waits for no quiet"
    );

    let mut capped = poll("capped");
    capped["frequency_cap"] = json!({"count": 1, "per_ms": 3_600_000});
    let capped = register(server, &capped, true).await;
    let first = show(server, &capped).await;
    assert_eq!(ask(server, "bob", &first).await.0.len(), 1);
    let second = show(server, &capped).await;
    assert_eq!(
        ask(server, "bob", &second).await.1,
        reason("frequency_capped")
    );

    let cue = show(server, &plain).await;
    let question =
        json!({"position_ms": 0, "cue_id": cue["cue_id"], "client": {"can_draw": ["ad"]}});
    let carol = server.caller(Role::Viewer, "carol");
    let answer = carol.post("/v1/media/m/decisions", &question).await.json();
    assert_eq!(answer["reasons"], json!(reason("cannot_draw")));
}

async fn refused_shows(server: &mut Server) {
    media(server, None, long_life()).await;
    let operator = server.operator();
    let path = "/v1/media/m/cues";
    let draft = register(server, &poll("draft"), false).await;
    let mut elsewhere = poll("elsewhere");
    elsewhere["media_ids"] = json!(["n"]);
    let elsewhere = register(server, &elsewhere, true).await;
    for id in [&draft, &elsewhere] {
        let cue = json!({"kind": "show", "instrument_id": id});
        let refused = operator.post(path, &cue).await;
        assert_eq!(
            refused.refused(422, "invalid_field")["field"],
            "instrument_id"
        );
    }
    let unknown = json!({"kind": "show", "instrument_id": "none"});
    operator
        .post(path, &unknown)
        .await
        .refused(404, "instrument_not_found");
    let none = json!({"kind": "show"});
    operator
        .post(path, &none)
        .await
        .refused(422, "invalid_field");
    let live = register(server, &poll("live"), true).await;
    let held = json!({"held": true});
    operator.put("/v1/media/m/hold", &held).await.expect(200);
    let cue = json!({"kind": "show", "instrument_id": live});
    operator.post(path, &cue).await.refused(409, "media_held");
}

async fn withdrawn(server: &mut Server) {
    let channel = Channel::default();
    media(server, Some(&channel), long_life()).await;
    let (one, two) = (
        register(server, &poll("one"), true).await,
        register(server, &poll("two"), true).await,
    );
    let (first, second) = (show(server, &one).await, show(server, &two).await);
    let mut ears = Ears::open(server).await;
    let withdraw = json!({"kind": "withdraw", "instrument_id": one});
    let cue = send(server, &withdraw).await;
    assert_eq!(ears.cue(1_000).await, Some(cue.clone()), "within a second");
    assert_eq!(
        (&cue["kind"], &cue["instrument_id"]),
        (&json!("withdraw"), &json!(one))
    );
    let calls = channel.calls_at_least(3).await;
    let carried: Value =
        serde_json::from_str(calls[2]["metadata"].as_str().expect("text")).expect("JSON");
    assert_eq!(carried, cue);
    assert_eq!(
        ask(server, "alice", &first).await,
        (vec![], reason("withdrawn"))
    );
    assert_eq!(ask(server, "alice", &second).await.0.len(), 1);
    send(server, &json!({"kind": "withdraw"})).await;
    assert_eq!(ask(server, "bob", &second).await.1, reason("withdrawn"));
    let later = show(server, &one).await;
    assert_eq!(
        ask(server, "bob", &later).await.0.len(),
        1,
        "it may come again"
    );
}

async fn held(server: &mut Server) {
    media(server, None, long_life()).await;
    register(server, &poll("one"), true).await;
    let second = server.second_node().await;
    let (mut here, mut there) = (Ears::open(server).await, Ears::open(&second).await);
    let check = send(server, &json!({"kind": "check"})).await;
    assert_eq!(here.cue(5_000).await, Some(check.clone()));
    assert_eq!(there.cue(5_000).await, Some(check.clone()));
    let marketer = server.caller(Role::Marketer, "mary");
    let path = "/v1/media/m/hold";
    let hold = json!({"held": true});
    assert_eq!(marketer.put(path, &hold).await.expect(200), hold);
    assert_eq!(marketer.get(path).await.expect(200), hold);
    let cue = here.cue(1_000).await.expect("it is told here at once");
    assert_eq!(
        (&cue["kind"], &cue["instrument_id"]),
        (&json!("withdraw"), &Value::Null)
    );
    assert_eq!(there.cue(5_000).await, Some(cue), "and on every node");
    for node in [&*server, &second] {
        assert_eq!(ask(node, "alice", &check).await, (vec![], reason("held")));
    }
    assert_eq!(
        marketer
            .put(path, &json!({"held": false}))
            .await
            .expect(200)["held"],
        false
    );
    assert_eq!(ask(server, "alice", &check).await.0.len(), 1);
    let viewer = server.caller(Role::Viewer, "alice");
    viewer.put(path, &hold).await.refused(403, "forbidden");
    let unknown = server.operator().put("/v1/media/x/hold", &hold).await;
    unknown.refused(404, "media_not_found");
    second.finish().await;
}

async fn leaves(server: &mut Server) {
    media(server, None, long_life()).await;
    let silent = json!({"media_id": "silent"});
    server
        .operator()
        .post("/v1/media", &silent)
        .await
        .expect(201);
    let id = register(server, &poll("one"), true).await;
    let cue = show(server, &id).await;
    let mut ears = Ears::open(server).await;
    let marketer = server.caller(Role::Marketer, "mary");
    let path = format!("/v1/instruments/{id}/state");
    let paused = json!({"state": "paused"});
    marketer.post(&path, &paused).await.expect(200);
    let told = ears.cue(1_000).await.expect("within a second");
    assert_eq!(
        (&told["kind"], &told["instrument_id"]),
        (&json!("withdraw"), &json!(id))
    );
    marketer.post(&path, &paused).await.expect(200);
    assert_eq!(ears.block(300).await, None, "it had left already");
    assert_eq!(ask(server, "alice", &cue).await.1, reason("withdrawn"));
    let live = json!({"state": "live"});
    marketer.post(&path, &live).await.expect(200);
    let again = show(server, &id).await;
    assert_eq!(ask(server, "alice", &again).await.0.len(), 1);
}

async fn off_air(server: &mut Server) {
    let channel = Channel::default();
    media(server, Some(&channel), long_life()).await;
    let mut ears = Ears::open(server).await;
    channel.refuse(Some((404, "ChannelNotBroadcasting")));
    let cue = send(server, &json!({"kind": "withdraw"})).await;
    assert_eq!(ears.cue(1_000).await, Some(cue));
    let hold = json!({"held": true});
    server
        .operator()
        .put("/v1/media/m/hold", &hold)
        .await
        .expect(200);
    assert!(ears.cue(1_000).await.is_some());
}

async fn other_node(server: &mut Server) {
    media(server, None, long_life()).await;
    for n in 0..4 {
        register(server, &poll(&format!("other {n}")), true).await;
    }
    let id = register(server, &poll("one"), true).await;
    let second = server.second_node().await;
    for n in 0..5 {
        let cue = show(server, &id).await;
        let (overlays, _) = ask(&second, &format!("viewer-{n}"), &cue).await;
        assert_eq!(overlays[0]["instrument_id"], json!(id));
    }
    second.finish().await;
}

async fn not_learnt(server: &mut Server) {
    media(server, None, long_life()).await;
    let id = register(server, &poll("one"), true).await;
    let cue = show(server, &id).await;
    let check = send(server, &json!({"kind": "check"})).await;
    for (viewer, cue) in [("alice", &cue), ("bob", &check)] {
        let (overlays, _) = ask(server, viewer, cue).await;
        let receipt = overlays[0]["receipt"].as_str().expect("a receipt");
        let mut answer = event("answer", receipt);
        answer["answer"] = json!("a");
        let items = json!({"items": [event("impression", receipt), answer]});
        let told = server
            .anonymous()
            .post("/v1/events", &items)
            .await
            .expect(200);
        assert_eq!(told["items"][1]["status"], "accepted", "{told}");
    }
    let events = server.app().events();
    let rows = events.shown(10).await.expect("the rows");
    assert_eq!(rows.len(), 1, "only what was chosen teaches");
    assert_eq!(rows[0].viewer_id, "bob");
    let tallies = events.tallies().await.expect("the tallies");
    assert_eq!(tallies[&id], (1, 1), "nor does it make popular");
    let marketer = server.caller(Role::Marketer, "mary");
    let path = format!("/v1/instruments/{id}/results");
    let results = marketer.get(&path).await.expect(200);
    assert_eq!(results["impressions"], json!(2), "but it counts: {results}");
}

async fn left_behind(server: &mut Server) {
    let channel = Channel::default();
    let zero = media(server, Some(&channel), long_life()).await;
    let mut triggered = poll("one");
    triggered["trigger"] = json!({"names": ["Bird"]});
    register(server, &triggered, true).await;
    channel.refuse(Some((503, "ServiceUnavailable")));
    let mut ears = Ears::open(server).await;
    seen(server, zero, "Bird", 90.0).await;
    let cue = ears.cue(5_000).await.expect("it is due");
    // The node ends between the claim and the call; another one takes its place.
    server.restart().await;
    channel.refuse(None);
    let calls = channel.calls_at_least(1).await;
    let carried: Value =
        serde_json::from_str(calls[0]["metadata"].as_str().expect("text")).expect("JSON");
    assert_eq!(carried, cue);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(channel.calls().len(), 1, "once");
}

async fn shared_room(server: &mut Server) {
    let channel = Channel::default();
    media(server, Some(&channel), long_life()).await;
    let second = server.second_node().await;
    let check = json!({"kind": "check"});
    let nodes = [server.operator(), second.operator()];
    let many = (0..30).map(|n| nodes[n % 2].post("/v1/media/m/cues", &check));
    let answers = futures_util::future::join_all(many).await;
    let mut moments: Vec<i64> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| crate::cues::sent_at(&answer.json()).ms())
        .collect();
    moments.sort_unstable();
    assert!(
        moments.len() >= 5 && moments.len() < 30,
        "{}",
        moments.len()
    );
    for six in moments.windows(6) {
        assert!(six[5] - six[0] >= 1_000, "six within a second: {six:?}");
    }
    second.finish().await;
}
