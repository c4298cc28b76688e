//! Events over HTTP: what the receipt allows, what counts once, and what is refused item by item.

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::events::Outcome;
use beckon_api::words::InstrumentId;
use serde_json::{Value, json};

use crate::harness::sealed::{Overlay, answer, event, overlay, sealer};
use crate::harness::{Client, Engine, Server};
use crate::on_both_engines;

on_both_engines! {
    an_event_is_counted_once_however_often_it_is_sent => counted_once;
    an_answer_learns_how_the_question_stands_and_a_viewer_votes_once => votes;
    a_right_answer_goes_to_those_alone_who_have_answered => right_answers;
    a_receipt_is_good_for_what_it_shows_alone => other_uses;
    forged_foreign_and_expired_receipts_are_refused => bad_receipts;
    each_item_is_refused_for_itself => item_by_item;
    bodies_that_are_no_batch_are_refused => bad_bodies;
    a_beacon_of_plain_text_is_read => plain_text;
    what_a_newer_sdk_sends_is_ignored => unknown_fields;
    ten_who_send_the_same_event_count_once => racing;
    what_was_acknowledged_is_there_after_a_restart => after_restart;
    an_impression_becomes_an_exposure => exposures;
    what_a_crash_left_untold_is_told_by_the_next_process => untold;
    events_outlive_their_instrument => deleted_instrument;
}

/// Registers an instrument of this content; answers its id.
pub async fn instrument(server: &Server, content: Value) -> String {
    let body = json!({"name": "One", "content": content});
    let marketer = server.caller(Role::Marketer, "mia");
    let created = marketer.post("/v1/instruments", &body).await.expect(201);
    created["instrument_id"].as_str().expect("an id").to_owned()
}

async fn quiz(server: &Server) -> String {
    let answers =
        json!([{"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]);
    let content = json!({"kind": "quiz", "question": "What is it waiting for?", "answers": answers,
        "correct_answer_id": "fish"});
    instrument(server, content).await
}

pub async fn ad(server: &Server) -> String {
    let content = json!({"kind": "ad", "title": "Boots", "link_url": "https://shop.example/", "link_text": "See",
        "advertiser": "Shop"});
    instrument(server, content).await
}

impl Server {
    fn seal(&self, overlay: &Overlay) -> String {
        overlay.seal(&sealer(self.app().auth().keys()))
    }

    /// What became of an instrument.
    pub async fn outcome(&self, instrument_id: &str) -> Outcome {
        let id = InstrumentId::parse(instrument_id).expect("an id");
        self.app().events().results(&id).await.expect("read")
    }
}

/// Sends a batch without a token; answers the report's items.
pub async fn send(client: &Client, items: &[Value]) -> Vec<Value> {
    let report = client
        .post("/v1/events", &json!({ "items": items }))
        .await
        .expect(200);
    report["items"].as_array().expect("items").clone()
}

fn statuses(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["status"].as_str().expect("a status"))
        .collect()
}

/// The code that the only item was refused with.
async fn refused(server: &Server, item: Value) -> String {
    let items = send(&server.anonymous(), std::slice::from_ref(&item)).await;
    assert_eq!(statuses(&items), ["refused"], "{item}");
    assert!(items[0]["detail"].is_string());
    items[0]["code"].as_str().expect("a code").to_owned()
}

async fn counted_once(server: &mut Server) {
    let (id, client) = (ad(server).await, server.anonymous());
    let receipt = server.seal(&overlay(&id, "alice"));
    let (impression, click) = (event("impression", &receipt), event("click", &receipt));
    let items = [
        impression.clone(),
        event("viewable", &receipt),
        click.clone(),
        event("dismiss", &receipt),
    ];
    assert_eq!(statuses(&send(&client, &items).await), ["accepted"; 4]);
    assert_eq!(statuses(&send(&client, &items).await), ["duplicate"; 4]);
    // Ids are made up by clients: one overlay tells each thing once all the same.
    let made_up = [event("click", &receipt), event("impression", &receipt)];
    assert_eq!(statuses(&send(&client, &made_up).await), ["duplicate"; 2]);
    let mut capitals = click;
    capitals["event_id"] = json!(capitals["event_id"].as_str().expect("an id").to_uppercase());
    assert_eq!(statuses(&send(&client, &[capitals]).await), ["duplicate"]);
    let tally = server.outcome(&id).await.tally;
    assert_eq!(
        (
            tally.impressions,
            tally.viewable,
            tally.clicks,
            tally.dismissals,
            tally.engaged
        ),
        (1, 1, 1, 1, 1)
    );
    assert_eq!(
        server.outcome(&quiz(server).await).await,
        Outcome::default()
    );
}

async fn votes(server: &mut Server) {
    let (id, client) = (quiz(server).await, server.anonymous());
    let seal = |viewer: &str| server.seal(&overlay(&id, viewer));
    let (alice, bob) = (seal("alice"), seal("bob"));
    // The answer overtakes its impression.
    let first = send(
        &client,
        &[answer(&alice, "rain"), event("impression", &alice)],
    )
    .await;
    assert_eq!(statuses(&first), ["accepted"; 2]);
    assert_eq!(
        first[0]["standing"],
        json!({"correct_answer_id": "fish", "tallies": [
            {"answer_id": "fish", "count": 0}, {"answer_id": "rain", "count": 1}]})
    );
    assert!(first[1].get("standing").is_none());
    send(&client, &[event("impression", &bob), answer(&bob, "fish")]).await;
    // Another showing, another answer: the vote stands.
    let later = seal("alice");
    let again = send(
        &client,
        &[event("impression", &later), answer(&later, "fish")],
    )
    .await;
    assert_eq!(statuses(&again), ["accepted", "duplicate"]);
    assert_eq!(
        again[1]["standing"]["tallies"],
        json!([{"answer_id": "fish", "count": 1}, {"answer_id": "rain", "count": 1}])
    );
    let outcome = server.outcome(&id).await;
    assert_eq!((outcome.tally.answers, outcome.tally.engaged), (2, 3));
    let counts: Vec<(&str, u64)> = outcome
        .answers
        .iter()
        .map(|(a, n)| (a.as_str(), *n))
        .collect();
    assert_eq!(counts, [("fish", 1), ("rain", 1)]);
}

async fn right_answers(server: &mut Server) {
    let (id, client) = (quiz(server).await, server.anonymous());
    let receipt = server.seal(&overlay(&id, "alice"));
    let impression = event("impression", &receipt);
    let told = send(&client, std::slice::from_ref(&impression)).await;
    assert!(!told[0].to_string().contains("fish"));
    // An answer under the id of an event that is known already was never given.
    let mut peek = answer(&receipt, "rain");
    peek["event_id"] = impression["event_id"].clone();
    let told = send(&client, &[peek]).await;
    assert_eq!(statuses(&told), ["duplicate"]);
    assert!(told[0].get("standing").is_none(), "{told:?}");
    let told = send(&client, &[answer(&receipt, "neither")]).await;
    assert_eq!(statuses(&told), ["refused"]);
    assert!(!told[0].to_string().contains("fish"));
}

async fn other_uses(server: &mut Server) {
    let (ad, quiz) = (ad(server).await, quiz(server).await);
    let offered = server.seal(&overlay(&ad, "alice"));
    let asked = server.seal(&overlay(&quiz, "alice"));
    assert_eq!(
        refused(server, answer(&offered, "fish")).await,
        "invalid_field"
    );
    assert_eq!(
        refused(server, event("click", &asked)).await,
        "invalid_field"
    );
    assert_eq!(
        refused(server, answer(&asked, "snow")).await,
        "invalid_field"
    );
    assert_eq!(
        refused(server, event("answer", &asked)).await,
        "invalid_field"
    );
    for id in [ad, quiz] {
        assert_eq!(
            server.outcome(&id).await,
            Outcome::default(),
            "nothing is stored"
        );
    }
}

async fn bad_receipts(server: &mut Server) {
    let id = ad(server).await;
    let receipt = server.seal(&overlay(&id, "alice"));
    let mut forged = receipt.clone().into_bytes();
    forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("text");
    let elsewhere = Server::start(Engine::Sqlite)
        .await
        .expect("SQLite is always there");
    let foreign = elsewhere.seal(&overlay(&id, "alice"));
    elsewhere.finish().await;
    for bad in [forged.as_str(), foreign.as_str(), "", "not a receipt", "…"] {
        assert_eq!(
            refused(server, event("click", bad)).await,
            "receipt_invalid",
            "{bad}"
        );
    }
    let old = Overlay {
        issued_at: now().plus_ms(-24 * 3_600_000 - 1),
        ..overlay(&id, "alice")
    };
    assert_eq!(
        refused(server, event("click", &server.seal(&old))).await,
        "receipt_expired"
    );
    assert_eq!(
        server.outcome(&id).await,
        Outcome::default(),
        "nothing is stored"
    );
}

async fn item_by_item(server: &mut Server) {
    let (id, client) = (ad(server).await, server.anonymous());
    let receipt = server.seal(&overlay(&id, "alice"));
    let with = |field: &str, value: Value| {
        let mut item = event("click", &receipt);
        item[field] = value;
        item
    };
    let items = [
        with("event_id", json!("seven")),
        with("type", json!("scan")),
        with("at", json!("yesterday")),
        json!("not an event"),
        with("receipt", Value::Null),
        event("impression", &receipt),
    ];
    let told = send(&client, &items).await;
    assert_eq!(
        statuses(&told),
        [
            "refused", "refused", "refused", "refused", "refused", "accepted"
        ]
    );
    for (item, field) in told
        .iter()
        .zip(["event_id", "type", "at", "event_id", "receipt"])
    {
        assert_eq!(item["code"], "invalid_field");
        let detail = item["detail"].as_str().expect("a detail");
        assert!(detail.starts_with(field), "{detail}");
    }
    assert_eq!(
        (&told[0]["event_id"], &told[3]["event_id"]),
        (&json!("seven"), &json!(""))
    );
    let tally = server.outcome(&id).await.tally;
    assert_eq!((tally.impressions, tally.clicks), (1, 0));
}

async fn bad_bodies(server: &mut Server) {
    let (id, client) = (ad(server).await, server.anonymous());
    let item = event("impression", &server.seal(&overlay(&id, "alice")));
    let post = |content_type: &'static str, body: Vec<u8>| {
        let client = client.clone();
        async move { client.post_bytes("/v1/events", content_type, body).await }
    };
    let json_type = "application/json";
    let many = json!({"items": vec![&item; 51]}).to_string().into_bytes();
    assert!(many.len() < 48 * 1024, "this case is about the number");
    let refused = post(json_type, many).await.refused(422, "invalid_field");
    assert_eq!(
        (&refused["field"], &refused["bound"]),
        (&json!("items"), &json!("1..=50"))
    );
    post(json_type, br#"{"items": []}"#.to_vec())
        .await
        .refused(422, "invalid_field");
    for broken in [
        "",
        "{",
        "[]",
        r#"{"events": []}"#,
        r#"{"items": 7}"#,
        r#"{"items": []} x"#,
    ] {
        post(json_type, broken.into())
            .await
            .refused(400, "malformed_body");
    }
    let whole = json!({"items": [&item]}).to_string();
    let mut long = whole.clone().into_bytes();
    long.resize(48 * 1024 + 1, b' ');
    post(json_type, long.clone())
        .await
        .refused(413, "body_too_large");
    post("text/plain", long.clone())
        .await
        .refused(413, "body_too_large");
    post("text/html", whole.clone().into())
        .await
        .refused(415, "unsupported_media_type");
    assert_eq!(
        server.outcome(&id).await,
        Outcome::default(),
        "nothing is stored"
    );
    long.truncate(48 * 1024);
    post(json_type, long).await.expect(200);
}

async fn plain_text(server: &mut Server) {
    let id = ad(server).await;
    let body = json!({"items": [event("impression", &server.seal(&overlay(&id, "alice")))]});
    for (content_type, status) in [
        ("text/plain;charset=UTF-8", "accepted"),
        ("Text/Plain", "duplicate"),
        ("application/json; charset=utf-8", "duplicate"),
    ] {
        let answer = server
            .anonymous()
            .post_bytes("/v1/events", content_type, body.to_string())
            .await;
        assert_eq!(answer.expect(200)["items"][0]["status"], status);
    }
}

async fn unknown_fields(server: &mut Server) {
    let id = ad(server).await;
    let mut item = event("click", &server.seal(&overlay(&id, "alice")));
    item["mood"] = json!({"is": ["good"]});
    // An answer along with a click is no answer.
    item["answer"] = json!("fish");
    let body = json!({"sdk": "9.0.0", "items": [item]});
    let told = server
        .anonymous()
        .post("/v1/events", &body)
        .await
        .expect(200);
    assert_eq!(told["items"][0]["status"], "accepted");
}

async fn racing(server: &mut Server) {
    let (id, other) = (ad(server).await, ad(server).await);
    // A second node on the same database: there the unique key decides, not this process.
    let second = server.second_node().await;
    let receipts = [
        server.seal(&overlay(&id, "alice")),
        server.seal(&overlay(&other, "bob")),
    ];
    let items: Vec<Value> = receipts
        .iter()
        .flat_map(|receipt| [event("impression", receipt), event("click", receipt)])
        .collect();
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..10 {
        let client = if sender % 2 == 0 { &*server } else { &second }.anonymous();
        let mut items = items.clone();
        items.rotate_left(sender % 4);
        senders.spawn(async move { send(&client, &items).await });
    }
    let told: Vec<Value> = senders.join_all().await.into_iter().flatten().collect();
    let of = |status: &str| told.iter().filter(|item| item["status"] == status).count();
    assert_eq!((of("accepted"), of("duplicate")), (4, 36));
    for id in [&id, &other] {
        let tally = second.outcome(id).await.tally;
        assert_eq!((tally.impressions, tally.clicks, tally.engaged), (1, 1, 1));
    }
    second.finish().await;
}

async fn after_restart(server: &mut Server) {
    let id = quiz(server).await;
    let receipt = server.seal(&overlay(&id, "alice"));
    let items = [event("impression", &receipt), answer(&receipt, "fish")];
    send(&server.anonymous(), &items).await;
    let before = server.outcome(&id).await;
    server.restart().await;
    assert_eq!(server.outcome(&id).await, before);
    let told = send(&server.anonymous(), &items).await;
    assert_eq!(statuses(&told), ["duplicate"; 2]);
    assert_eq!(told[1]["standing"]["correct_answer_id"], "fish");
}

async fn exposures(server: &mut Server) {
    let (id, operator) = (ad(server).await, server.operator());
    operator
        .put("/v1/viewers/alice", &json!({}))
        .await
        .expect(200);
    let receipt = server.seal(&overlay(&id, "alice"));
    let items = [event("click", &receipt), event("impression", &receipt)];
    send(&server.anonymous(), &items).await;
    send(&server.anonymous(), &items).await;
    let viewer = operator.get("/v1/viewers/alice").await.expect(200);
    let exposures = viewer["exposures"].as_array().expect("exposures");
    assert_eq!(exposures.len(), 1, "{viewer}");
    assert_eq!(exposures[0]["instrument_id"], json!(id));
}

/// The exposures of a viewer, as an operator reads them.
async fn exposures_of(server: &Server, viewer: &str) -> usize {
    let path = format!("/v1/viewers/{viewer}");
    let viewer = server.operator().get(&path).await.expect(200);
    viewer["exposures"].as_array().expect("exposures").len()
}

async fn untold(server: &mut Server) {
    let id = ad(server).await;
    server
        .operator()
        .put("/v1/viewers/alice", &json!({}))
        .await
        .expect(200);
    let receipt = server.seal(&overlay(&id, "alice"));
    send(&server.anonymous(), &[event("impression", &receipt)]).await;
    // As a process leaves it that dies between its commit and the viewer store.
    let db = server.database().await;
    for sql in ["delete from exposure", "update event set exposure_due = 1"] {
        let mut write = db.write().await.expect("a write");
        sqlx::query(sql).execute(write.tx()).await.expect("done");
        write.commit().await.expect("committed");
    }
    db.close().await;
    server.restart().await;
    let mut tries = 0;
    while exposures_of(server, "alice").await == 0 {
        tries += 1;
        assert!(tries < 100, "nothing was told");
        // The node may have read the viewer before it was told: a new process remembers nothing.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(exposures_of(server, "alice").await, 1);
}

async fn deleted_instrument(server: &mut Server) {
    let (id, client) = (quiz(server).await, server.anonymous());
    let receipt = server.seal(&overlay(&id, "alice"));
    let marketer = server.caller(Role::Marketer, "mia");
    marketer
        .delete(&format!("/v1/instruments/{id}"))
        .await
        .expect(204);
    let told = send(
        &client,
        &[event("impression", &receipt), answer(&receipt, "fish")],
    )
    .await;
    assert_eq!(statuses(&told), ["accepted"; 2]);
    assert_eq!(told[1]["standing"]["correct_answer_id"], "fish");
    // One that never was.
    let never = server.seal(&overlay("0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "alice"));
    assert_eq!(
        refused(server, answer(&never, "fish")).await,
        "instrument_not_found"
    );
}
