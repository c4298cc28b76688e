//! What webhooks are told of instruments, kill switches, campaigns and conversions: each once, signed, and only what is true.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::budgets::{ask, delivery, prepare, told};
use crate::campaigns::campaign;
use crate::events::send;
use crate::harness::sealed::event;
use crate::harness::{Client, Server, until};
use crate::links::{decided, follow, text};
use crate::on_both_engines;
use crate::stored::films::Listener;
use crate::stored::is_signed_with;
use crate::webhooks::{deliveries, register};

on_both_engines! {
    each_step_of_an_instrument_is_told_once_and_none_that_was_not_taken => instruments;
    what_an_import_submits_is_told_and_what_a_dry_run_would_is_not => imported;
    a_kill_switch_is_told_when_it_is_set_and_when_it_is_cleared => kill_switches;
    a_campaign_tells_of_its_goal_and_its_budget_once_whatever_nodes_ask => campaigns;
    a_goal_that_is_lowered_to_what_there_is_is_told_when_it_is_asked_for => lowered;
    a_conversion_that_counts_is_told_once => conversions;
}

/// A webhook, and what it hears.
struct Ear {
    listener: Listener,
    operator: Client,
    webhook_id: String,
    secret: String,
}

impl Ear {
    async fn of(server: &Server, events: &[&str]) -> Self {
        let (listener, operator) = (Listener::start(0), server.operator());
        let webhook = register(&operator, &listener.url, events).await;
        Self {
            listener,
            webhook_id: text(&webhook, "webhook_id").to_owned(),
            secret: text(&webhook, "secret").to_owned(),
            operator,
        }
    }

    fn heard(&self) -> Vec<Value> {
        let read = |(signature, body): (String, String)| {
            assert!(is_signed_with(&self.secret, &signature, &body), "{body}");
            serde_json::from_str(&body).expect("JSON")
        };
        self.listener.heard().into_iter().map(read).collect()
    }

    /// What it hears, once it has heard so much and hears no more; in the order in which it happened.
    async fn hears(self, count: usize) -> Vec<Value> {
        until("what is told", async || {
            (self.heard().len() >= count).then_some(())
        })
        .await;
        // Notices are told on in their order: once a later one is there, none of before is still to come.
        let watch = Listener::start(0);
        register(&self.operator, &watch.url, &["kill_switch.changed"]).await;
        let (last, note) = (
            "/v1/kill-switches/advertiser/Nobody",
            json!({"note": "last"}),
        );
        self.operator.put(last, &note).await.expect(200);
        until("the last", async || {
            (!watch.heard().is_empty()).then_some(())
        })
        .await;
        watch.stop().await;
        let logged = deliveries(&self.operator, &self.webhook_id, "").await;
        let mut heard = self.heard();
        heard.retain(|one| one["note"] != "last");
        // One who is told of kill switches is told of the last one too.
        assert!((count..=count + 1).contains(&logged.len()), "{logged:?}");
        heard.sort_by_key(|one| {
            let field = |field| text(one, field).to_owned();
            (field("at"), field("delivery_id"))
        });
        assert_eq!(heard.len(), count, "{heard:?}");
        self.listener.stop().await;
        heard
    }
}

/// These fields of each.
fn fields(told: &[Value], fields: &[&str]) -> Vec<Value> {
    let of = |one: &Value| fields.iter().map(|field| one[*field].clone()).collect();
    told.iter().map(of).collect()
}

fn poll(question: &str) -> Value {
    json!({"name": "Poll", "external_id": "crm-1", "content": {"kind": "poll", "question": question,
        "answers": [{"answer_id": "yes", "text": "Yes"}, {"answer_id": "no", "text": "No"}]}})
}

async fn instruments(server: &mut Server) {
    let ear = Ear::of(server, &["instrument.state_changed"]).await;
    let (mia, max) = (
        server.caller(Role::Marketer, "mia"),
        server.caller(Role::Marketer, "max"),
    );
    let created = mia.post("/v1/instruments", &poll("Rain?")).await;
    let path = format!(
        "/v1/instruments/{}",
        text(&created.expect(201), "instrument_id")
    );
    let go = async |caller: &Client, state: &str| {
        let state = json!({"state": state});
        caller.post(&format!("{path}/state"), &state).await
    };
    go(&mia, "in_review").await.expect(200);
    go(&mia, "approved").await.refused(403, "own_version");
    go(&max, "approved").await.expect(200);
    go(&mia, "live").await.expect(200);
    go(&mia, "live").await.expect(200);
    mia.put(&path, &poll("Snow?")).await.expect(200);
    go(&mia, "in_review").await.expect(200);
    go(&max, "approved").await.expect(200);
    go(&mia, "paused").await.expect(200);
    go(&mia, "archived").await.expect(200);
    go(&mia, "live").await.refused(409, "invalid_transition");
    let told = ear.hears(8).await;
    assert_eq!(told[0]["instrument_id"], created.json()["instrument_id"]);
    let steps = fields(
        &told,
        &["version", "from", "to", "review", "approved_version", "by"],
    );
    assert_eq!(
        steps,
        [
            json!([1, "draft", "in_review", "in_review", null, "mia"]),
            json!([1, "in_review", "approved", "approved", 1, "max"]),
            json!([1, "approved", "live", "approved", 1, "mia"]),
            json!([2, "live", "live", "draft", 1, "mia"]),
            json!([2, "live", "live", "in_review", 1, "mia"]),
            json!([2, "live", "live", "approved", 2, "max"]),
            json!([2, "live", "paused", "approved", 2, "mia"]),
            json!([2, "paused", "archived", "approved", 2, "mia"]),
        ]
    );
}

async fn imported(server: &mut Server) {
    let ear = Ear::of(server, &["instrument.state_changed"]).await;
    let mia = server.caller(Role::Marketer, "mia");
    let import = async |query: &str, question: &str| {
        let path = format!("/v1/instruments/import?submit=true{query}");
        let line = poll(question).to_string();
        let sent = mia.post_bytes(&path, "application/x-ndjson", line).await;
        sent.expect(200)["items"][0]["status"].clone()
    };
    assert_eq!(import("&dry_run=true", "Rain?").await, "created");
    assert_eq!(import("", "Rain?").await, "created");
    assert_eq!(import("&dry_run=true", "Snow?").await, "updated");
    let told = ear.hears(1).await;
    assert_eq!(
        fields(&told, &["version", "from", "to", "by"]),
        [json!([1, "draft", "in_review", "mia"])]
    );
}

async fn kill_switches(server: &mut Server) {
    let ear = Ear::of(server, &["kill_switch.changed"]).await;
    let mia = server.caller(Role::Marketer, "mia");
    let path = "/v1/kill-switches/advertiser/Boat%20Yard";
    mia.delete(path).await.refused(404, "kill_switch_not_found");
    let nobody = "/v1/kill-switches/instrument/0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f";
    let note = json!({"note": "withdrawn"});
    mia.put(nobody, &note)
        .await
        .refused(404, "instrument_not_found");
    mia.put(path, &note).await.expect(200);
    assert_eq!(mia.delete(path).await.status, 204);
    let told = ear.hears(2).await;
    assert_eq!(
        fields(&told, &["scope", "id", "on", "by", "note"]),
        [
            json!(["advertiser", "Boat Yard", true, "mia", "withdrawn"]),
            json!(["advertiser", "Boat Yard", false, "mia", null]),
        ]
    );
}

const CAMPAIGNS: [&str; 2] = ["campaign.goal_reached", "campaign.budget_spent"];

async fn campaigns(server: &mut Server) {
    let ear = Ear::of(server, &CAMPAIGNS).await;
    let mut three = campaign();
    three["goal"]["amount"] = json!(3);
    // For three, and half of one that nobody can buy.
    three["budget"] = json!({"money_micros": 42_000});
    let id = prepare(server, &three).await;
    let (mia, viewers) = (server.caller(Role::Marketer, "mia"), server.anonymous());
    let mut shown = Vec::new();
    for viewer in ["a", "b", "c"] {
        let receipt = ask(&server.caller(Role::Viewer, viewer)).await;
        shown.push(event("impression", &receipt.expect("shown")));
    }
    // All is given away, and nothing is reached yet.
    let late = server.caller(Role::Viewer, "d");
    assert_eq!(ask(&late).await, Err("budget_spent".to_owned()));
    assert_eq!(told(&viewers, &shown[..2]).await, ["accepted"; 2]);
    assert!(ear.heard().is_empty());
    let third = [shown[2].clone()];
    assert_eq!(told(&viewers, &third).await, ["accepted"]);
    assert_eq!(told(&viewers, &shown).await, ["duplicate"; 3]);
    // Both nodes open the books once more, also after the campaign has changed.
    let second = server.second_node().await;
    for state in ["paused", "live"] {
        let path = format!("/v1/campaigns/{id}/state");
        mia.post(&path, &json!({ "state": state }))
            .await
            .expect(200);
    }
    for node in [&*server, &second] {
        until("a node that finds it spent", async || {
            let viewer = node.caller(Role::Viewer, "e");
            let answer = ask(&viewer).await;
            (answer == Err("budget_spent".to_owned())).then_some(())
        })
        .await;
    }
    second.finish().await;
    let mut heard = ear.hears(2).await;
    heard.sort_by_key(|one| text(one, "event").to_owned());
    assert_eq!(
        fields(
            &heard,
            &["event", "campaign_id", "metric", "amount", "currency"]
        ),
        [
            json!(["campaign.budget_spent", id, "money", 42_000, "EUR"]),
            json!(["campaign.goal_reached", id, "impressions", 3, null]),
        ]
    );
}

async fn lowered(server: &mut Server) {
    let ear = Ear::of(server, &CAMPAIGNS).await;
    let id = prepare(server, &campaign()).await;
    let receipt = ask(&server.caller(Role::Viewer, "a")).await.expect("shown");
    let shown = [event("impression", &receipt)];
    assert_eq!(told(&server.anonymous(), &shown).await, ["accepted"]);
    let mia = server.caller(Role::Marketer, "mia");
    until("what nobody asks for to come back", async || {
        (delivery(&mia, &id).await["reserved"] == 0).then_some(())
    })
    .await;
    let mut one = campaign();
    one["goal"]["amount"] = json!(1);
    mia.put(&format!("/v1/campaigns/{id}"), &one)
        .await
        .expect(200);
    until("the end of it", async || {
        let answer = ask(&server.caller(Role::Viewer, "b")).await;
        assert!(answer.is_err(), "the goal is reached");
        (!ear.heard().is_empty()).then_some(())
    })
    .await;
    let told = ear.hears(1).await;
    assert_eq!(
        fields(&told, &["event", "campaign_id", "metric", "amount"]),
        [json!(["campaign.goal_reached", id, "impressions", 1])]
    );
}

/// An overlay that was drawn and clicked; the click's id.
async fn clicked(server: &Server, overlay: &Value) -> String {
    let drawn = [event("impression", text(overlay, "receipt"))];
    let taken = send(&server.anonymous(), &drawn).await;
    assert_eq!(taken[0]["status"], "accepted");
    let followed = follow(server, "GET", text(overlay, "link_url"), &[]).await;
    followed.click_id().expect("an id").to_owned()
}

async fn conversions(server: &mut Server) {
    let ear = Ear::of(server, &["conversion.recorded"]).await;
    let id = prepare(server, &campaign()).await;
    let shop = server.caller(Role::Advertiser, "shop");
    let order = |name: &str, click_id: &str| {
        json!({"conversion_id": name, "beckon_click_id": click_id, "at": now().to_string(),
            "value_micros": 189_000_000, "currency": "EUR"})
    };
    let tell = async |items: &[Value]| {
        let told = shop
            .post("/v1/conversions", &json!({ "items": items }))
            .await;
        let items = told.expect(200)["items"].clone();
        fields(items.as_array().expect("items"), &["status"])
    };
    let token = server.app().auth().issue_test("tess", 60, now());
    let tess = server.anonymous().with_token(&token.expect("a token"));
    let question = json!({"position_ms": 0});
    let tried = tess
        .post("/v1/media/m/decisions", &question)
        .await
        .expect(200);
    let tried = clicked(server, &tried["overlays"][0]).await;
    let overlay = decided(server, "alice").await;
    let click_id = clicked(server, &overlay).await;
    let mut bare = order("order-2", &click_id);
    for field in ["value_micros", "currency"] {
        bare.as_object_mut().expect("an object").remove(field);
    }
    let items = [
        order("order-0", &tried),
        order("order-1", &click_id),
        order("order-x", "a2b3c4"),
    ];
    assert_eq!(
        tell(&items).await,
        [json!(["accepted"]), json!(["accepted"]), json!(["refused"])]
    );
    assert_eq!(tell(&[items[1].clone()]).await, [json!(["duplicate"])]);
    assert_eq!(tell(&[bare]).await, [json!(["accepted"])]);
    let told = ear.hears(2).await;
    let of = [
        "instrument_id",
        "media_id",
        "campaign_id",
        "value_micros",
        "currency",
    ];
    let instrument = &overlay["instrument_id"];
    assert_eq!(
        fields(&told, &of),
        [
            json!([instrument, "m", id, 189_000_000, "EUR"]),
            json!([instrument, "m", id, null, null]),
        ]
    );
    assert!(!told.iter().any(|one| one.to_string().contains("alice")));
}
