//! Budgets over HTTP: what is left is shown and no more, what was reserved is billed once, and two real nodes, one of which
//! is killed, never spend more than there is.

use std::time::Duration;

use beckon_api::auth::{Auth, Keys, Role};
use beckon_api::config::now;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::campaigns::{campaign, live_campaign};
use crate::crash::Process;
use crate::decisions::register;
use crate::harness::sealed::event;
use crate::harness::{Client, Server, postgres};
use crate::links;
use crate::on_both_engines;

on_both_engines! {
    a_budget_is_shown_to_its_last_impression_and_billed_once => last_impression;
    money_for_two_impressions_and_a_half_buys_two => money;
    clicks_past_the_goal_are_recorded_and_not_billed => clicks;
    a_scan_is_billed_as_a_click_and_once => scanned;
    a_campaign_ahead_of_its_plan_waits => paced;
    a_budget_cannot_go_below_what_is_given_away => below;
    what_nobody_asks_for_goes_back => back;
}

fn ad(campaign_id: &str) -> Value {
    json!({"name": "Boots", "campaign_id": campaign_id, "content": {"kind": "ad", "title": "Boots",
        "link_url": "https://shop.example/", "link_text": "See", "advertiser": "Shop"}})
}

pub async fn prepare(server: &Server, campaign: &Value) -> String {
    let media = json!({"media_id": "m"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let id = live_campaign(&server.caller(Role::Marketer, "mia"), campaign).await;
    register(server, &ad(&id), true).await;
    id
}

/// One viewer asks: the receipt of what it is shown, or why it is nothing.
pub async fn ask(viewer: &Client) -> Result<String, String> {
    let question = json!({"position_ms": 1_000});
    let decision = viewer
        .post("/v1/media/m/decisions", &question)
        .await
        .expect(200);
    match decision["overlays"][0]["receipt"].as_str() {
        Some(receipt) => Ok(receipt.to_owned()),
        None => Err(decision["reasons"][0]["reason"]
            .as_str()
            .expect("a reason")
            .to_owned()),
    }
}

pub async fn told(client: &Client, events: &[Value]) -> Vec<String> {
    let report = client
        .post("/v1/events", &json!({"items": events}))
        .await
        .expect(200);
    let items = report["items"].as_array().expect("items").iter();
    items
        .map(|item| item["status"].as_str().expect("a status").to_owned())
        .collect()
}

pub async fn delivery(client: &Client, id: &str) -> Value {
    let path = format!("/v1/campaigns/{id}/delivery");
    client.get(&path).await.expect(200)
}

fn numbers(delivery: &Value, fields: &[&str]) -> Vec<u64> {
    fields
        .iter()
        .map(|field| delivery[*field].as_u64().expect("a number"))
        .collect()
}

async fn last_impression(server: &mut Server) {
    let mut three = campaign();
    three["goal"]["amount"] = json!(3);
    let id = prepare(server, &three).await;
    let mut receipts = Vec::new();
    for viewer in ["a", "b", "c"] {
        let viewer = server.caller(Role::Viewer, viewer);
        receipts.push(ask(&viewer).await.expect("shown"));
    }
    for viewer in ["d", "e"] {
        let viewer = server.caller(Role::Viewer, viewer);
        assert_eq!(ask(&viewer).await, Err("budget_spent".to_owned()));
    }
    let marketer = server.caller(Role::Marketer, "mia");
    let before = delivery(&marketer, &id).await;
    assert_eq!(
        numbers(
            &before,
            &["goal", "delivered", "billed", "reserved", "reserved_micros"]
        ),
        [3, 0, 0, 3, 36_000]
    );
    // The same question gets the same answer, and takes nothing more.
    let again = ask(&server.caller(Role::Viewer, "a")).await.expect("shown");
    let viewers = server.anonymous();
    let shown: Vec<Value> = receipts
        .iter()
        .map(|receipt| event("impression", receipt))
        .collect();
    assert_eq!(told(&viewers, &shown).await, ["accepted"; 3]);
    let twice = [event("impression", &again)];
    assert_eq!(told(&viewers, &twice).await, ["duplicate"]);
    let after = delivery(&marketer, &id).await;
    assert_eq!(
        numbers(
            &after,
            &[
                "delivered",
                "impressions",
                "billed",
                "unbilled",
                "billed_micros",
                "reserved"
            ]
        ),
        [3, 3, 3, 0, 36_000, 0]
    );
    assert_eq!(after["currency"], "EUR");
    marketer
        .get("/v1/campaigns/0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f/delivery")
        .await
        .refused(404, "campaign_not_found");
}

async fn money(server: &mut Server) {
    let paid = json!({"name": "Cup", "advertiser": "Shop", "budget": {"money_micros": 30_000},
        "price": {"model": "cpm", "amount_micros": 12_000_000, "currency": "EUR"}});
    let id = prepare(server, &paid).await;
    let mut shown = Vec::new();
    for viewer in ["a", "b", "c", "d"] {
        shown.extend(ask(&server.caller(Role::Viewer, viewer)).await.ok());
    }
    assert_eq!(shown.len(), 2);
    let events: Vec<Value> = shown.iter().map(|r| event("impression", r)).collect();
    told(&server.anonymous(), &events).await;
    let after = delivery(&server.caller(Role::Marketer, "mia"), &id).await;
    assert_eq!(numbers(&after, &["billed", "billed_micros"]), [2, 24_000]);
    assert_eq!(
        (&after["metric"], &after["goal"]),
        (&json!("impressions"), &json!(2))
    );
}

async fn clicks(server: &mut Server) {
    let by_click = json!({"name": "Cup", "advertiser": "Shop", "goal": {"metric": "clicks", "amount": 2},
        "price": {"model": "cpc", "amount_micros": 400_000, "currency": "EUR"}});
    let id = prepare(server, &by_click).await;
    for viewer in ["a", "b", "c"] {
        let receipt = ask(&server.caller(Role::Viewer, viewer))
            .await
            .expect("shown");
        let events = [event("impression", &receipt), event("click", &receipt)];
        told(&server.anonymous(), &events).await;
    }
    let marketer = server.caller(Role::Marketer, "mia");
    let after = delivery(&marketer, &id).await;
    assert_eq!(
        numbers(
            &after,
            &[
                "delivered",
                "clicks",
                "billed",
                "unbilled",
                "billed_micros",
                "impressions"
            ]
        ),
        [2, 3, 2, 1, 800_000, 3]
    );
    // What the node still holds is soon given up: the goal is reached.
    for viewer in 0..100 {
        let viewer = server.caller(Role::Viewer, &format!("late-{viewer}"));
        match ask(&viewer).await {
            Err(reason) => return assert_eq!(reason, "budget_spent"),
            Ok(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("it goes on past its goal");
}

async fn scanned(server: &mut Server) {
    let by_click = json!({"name": "Cup", "advertiser": "Shop", "goal": {"metric": "clicks", "amount": 5},
        "price": {"model": "cpc", "amount_micros": 400_000, "currency": "EUR"}});
    let id = prepare(server, &by_click).await;
    let overlay = links::decided(server, "a").await;
    let events = [event("impression", links::text(&overlay, "receipt"))];
    told(&server.anonymous(), &events).await;
    for _ in 0..2 {
        let code = links::text(&overlay, "scan_url");
        assert_eq!(links::follow(server, "GET", code, &[]).await.status, 302);
    }
    let after = delivery(&server.caller(Role::Marketer, "mia"), &id).await;
    let fields = ["delivered", "clicks", "billed", "unbilled", "billed_micros"];
    assert_eq!(numbers(&after, &fields), [1, 1, 1, 0, 400_000]);
}

async fn paced(server: &mut Server) {
    let ends_at = now().plus_ms(36_000_000).to_string();
    let mut slow = campaign();
    slow["goal"]["amount"] = json!(10);
    slow["schedule"] = json!({"ends_at": ends_at});
    let id = prepare(server, &slow).await;
    let first = ask(&server.caller(Role::Viewer, "a")).await;
    assert!(first.is_ok(), "one an hour begins with one: {first:?}");
    let second = ask(&server.caller(Role::Viewer, "b")).await;
    assert_eq!(second, Err("paced".to_owned()));
    let report = delivery(&server.caller(Role::Marketer, "mia"), &id).await;
    assert_eq!(
        (&report["planned"], &report["goal"]),
        (&json!(0), &json!(10))
    );
}

async fn below(server: &mut Server) {
    let id = prepare(server, &campaign()).await;
    for viewer in ["a", "b", "c"] {
        ask(&server.caller(Role::Viewer, viewer))
            .await
            .expect("shown");
    }
    let marketer = server.caller(Role::Marketer, "mia");
    let path = format!("/v1/campaigns/{id}");
    let mut less = campaign();
    less["goal"]["amount"] = json!(2);
    let refused = marketer
        .put(&path, &less)
        .await
        .refused(422, "invalid_field");
    assert_eq!(refused["field"], "budget");
    let mut more = campaign();
    more["goal"]["amount"] = json!(60);
    marketer.put(&path, &more).await.expect(200);
}

async fn back(server: &mut Server) {
    let id = prepare(server, &campaign()).await;
    ask(&server.caller(Role::Viewer, "a")).await.expect("shown");
    let marketer = server.caller(Role::Marketer, "mia");
    for _ in 0..200 {
        // One is reserved and may still be drawn; what else the node took it gives back.
        if delivery(&marketer, &id).await["reserved"] == 1 {
            let paused = json!({"state": "paused"});
            let path = format!("/v1/campaigns/{id}/state");
            marketer.post(&path, &paused).await.expect(200);
            let refused = ask(&server.caller(Role::Viewer, "b")).await;
            return assert_eq!(refused, Err("not_live".to_owned()));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the node keeps what nobody asks for");
}

const BUDGET: u64 = 400;
const VIEWERS: usize = 1_000;

/// Two nodes on one database.
struct Nodes {
    processes: [Process; 2],
    auth: Auth,
    http: Client,
}

impl Nodes {
    fn start(database: &postgres::Database, folder: &std::path::Path) -> Self {
        let start = || {
            let arguments = [
                "--database-url",
                &database.url,
                "--slice-sells-ms",
                "2000",
                "--slice-returns-ms",
                "4000",
            ];
            Process::start_with(folder, &arguments)
        };
        // The first brings the tables up to date and makes the keys.
        let processes = [start(), start()];
        let keys = Keys::load_or_make(&folder.join("keys")).expect("the keys");
        Self {
            auth: Auth::new(keys),
            http: Client::new(String::new(), None),
            processes,
        }
    }

    fn caller(&self, node: usize, role: Role, subject: &str) -> Client {
        let token = self
            .auth
            .issue(subject, role, 3_600, now())
            .expect("a token");
        self.http.at(&self.processes[node].url).with_token(&token)
    }

    async fn prepare(&self, campaign: &Value) -> String {
        let [mia, max] = ["mia", "max"].map(|name| self.caller(0, Role::Marketer, name));
        let media = json!({"media_id": "m"});
        let operator = self.caller(0, Role::Operator, "olga");
        operator.post("/v1/media", &media).await.expect(201);
        let id = live_campaign(&mia, campaign).await;
        let created = mia.post("/v1/instruments", &ad(&id)).await.expect(201);
        let instrument = created["instrument_id"].as_str().expect("an id");
        let path = format!("/v1/instruments/{instrument}/state");
        for (caller, state) in [(&mia, "in_review"), (&max, "approved"), (&mia, "live")] {
            let state = json!({"state": state});
            caller.post(&path, &state).await.expect(200);
        }
        // Both know of it, and of the media.
        for node in 0..2 {
            for attempt in 0.. {
                let viewer = self.caller(node, Role::Viewer, &format!("early-{node}-{attempt}"));
                let request = viewer.request("POST", "/v1/media/m/decisions");
                let question = json!({"position_ms": 1_000, "client": {"can_draw": ["poll"]}});
                let request = request.header("content-type", "application/json");
                let answer = viewer.send(request.body(question.to_string())).await;
                if answer.status == 200 && answer.text.contains("cannot_draw") {
                    break;
                }
                assert!(
                    attempt < 100,
                    "node {node} does not learn of it: {}",
                    answer.text
                );
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        id
    }
}

/// Asks, and reports what is shown to the other node; none where the node is gone.
async fn watch(viewer: Client, events: Client) -> Option<bool> {
    let question = json!({"position_ms": 1_000}).to_string();
    let request = viewer
        .request("POST", "/v1/media/m/decisions")
        .header("content-type", "application/json")
        .body(question);
    let answer = request.send().await.ok()?;
    let decision: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
    let Some(receipt) = decision["overlays"][0]["receipt"].as_str() else {
        return Some(false);
    };
    let status = told(&events, &[event("impression", receipt)]).await;
    assert_eq!(status, ["accepted"]);
    Some(true)
}

async fn never_more(campaign: Value, fields: [&str; 2], most: [u64; 2]) {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut nodes = Nodes::start(&database, folder.path());
    let id = nodes.prepare(&campaign).await;
    let marketer = nodes.caller(0, Role::Marketer, "mia");
    let events = nodes.caller(0, Role::Viewer, "x");

    let mut crowd = JoinSet::new();
    for number in 0..VIEWERS {
        let viewer = nodes.caller(number % 2, Role::Viewer, &format!("v{number}"));
        crowd.spawn(watch(viewer, events.clone()));
    }
    let (mut shown, mut answered, mut lost) = (0_u64, 0, 0);
    while let Some(watched) = crowd.join_next().await {
        match watched.expect("watched") {
            Some(was_shown) => {
                answered += 1;
                shown += u64::from(was_shown);
            }
            None => lost += 1,
        }
        if answered == 150 {
            nodes.processes[1].kill();
        }
    }
    let after = delivery(&marketer, &id).await;
    let billed = numbers(&after, &fields);
    assert!(billed[0] <= most[0] && billed[1] <= most[1], "{after}");
    assert!(shown > 0 && answered + lost == VIEWERS);
    println!(
        "{shown} of {answered} answers showed it, {lost} were lost with the node: {} billed of {BUDGET}",
        billed[0]
    );

    // What the dead node held returns when its slice ends, and is sold to the last one.
    for number in 0..6_000 {
        let viewer = nodes.caller(0, Role::Viewer, &format!("late-{number}"));
        let was_shown = watch(viewer, events.clone()).await.expect("it lives");
        if number % 50 == 0 || !was_shown {
            let now = delivery(&marketer, &id).await;
            let billed = numbers(&now, &fields);
            assert!(billed[0] <= most[0] && billed[1] <= most[1], "{now}");
            if billed == most {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    panic!(
        "the rest was never delivered: {}",
        delivery(&marketer, &id).await
    );
}

#[actix_web::test]
async fn a_thousand_decisions_on_two_nodes_one_of_them_killed_never_overshoot_impressions() {
    let by_count = json!({"name": "Cup", "advertiser": "Shop", "budget": {"impressions": BUDGET}});
    let fields = ["billed", "delivered"];
    never_more(by_count, fields, [BUDGET, BUDGET]).await;
}

#[actix_web::test]
async fn a_thousand_decisions_on_two_nodes_one_of_them_killed_never_overshoot_money() {
    // For 400 impressions, and half of one that nobody can buy.
    let by_money = json!({"name": "Cup", "advertiser": "Shop",
        "budget": {"money_micros": BUDGET * 12_000 + 6_000},
        "price": {"model": "cpm", "amount_micros": 12_000_000, "currency": "EUR"}});
    let fields = ["billed", "billed_micros"];
    never_more(by_money, fields, [BUDGET, BUDGET * 12_000]).await;
}
