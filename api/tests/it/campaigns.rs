//! Campaigns over HTTP: what they are, what is refused, and which instruments may belong to one.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    a_campaign_is_registered_changed_and_moved => life;
    what_is_no_campaign_is_refused_by_its_field => refusals;
    an_instrument_belongs_to_a_campaign_of_its_advertiser => belonging;
}

pub fn campaign() -> Value {
    json!({"name": "Cup, boots", "advertiser": "Shop",
        "price": {"model": "cpm", "amount_micros": 12_000_000, "currency": "EUR"},
        "goal": {"metric": "impressions", "amount": 50}})
}

/// Registers a campaign and lets it go live; its id.
pub async fn live_campaign(marketer: &Client, campaign: &Value) -> String {
    let created = marketer.post("/v1/campaigns", campaign).await.expect(201);
    let id = created["campaign_id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/campaigns/{id}/state");
    marketer
        .post(&path, &json!({"state": "live"}))
        .await
        .expect(200);
    id
}

async fn life(server: &mut Server) {
    let marketer = server.caller(Role::Marketer, "mia");
    let created = marketer
        .post("/v1/campaigns", &campaign())
        .await
        .expect(201);
    assert_eq!(
        (
            &created["state"],
            &created["version"],
            &created["pacing"],
            &created["budget"]
        ),
        (&json!("draft"), &json!(1), &json!("asap"), &Value::Null)
    );
    assert_eq!(created["price"], campaign()["price"]);
    let path = format!(
        "/v1/campaigns/{}",
        created["campaign_id"].as_str().expect("an id")
    );
    assert_eq!(marketer.get(&path).await.expect(200), created);

    let mut other = campaign();
    other["budget"] = json!({"money_micros": 400_000});
    other["schedule"] = json!({"ends_at": "2036-11-20T21:00:00Z"});
    let changed = marketer.put(&path, &other).await.expect(200);
    assert_eq!(
        (
            &changed["version"],
            &changed["pacing"],
            &changed["budget"]["money_micros"]
        ),
        (&json!(2), &json!("even"), &json!(400_000))
    );

    let moves = [
        ("paused", 409),
        ("live", 200),
        ("live", 200),
        ("paused", 200),
        ("live", 200),
        ("draft", 409),
        ("archived", 200),
        ("live", 409),
    ];
    for (state, status) in moves {
        let moved = marketer
            .post(&format!("{path}/state"), &json!({ "state": state }))
            .await;
        match status {
            200 => assert_eq!(moved.expect(200)["state"], state),
            _ => drop(moved.refused(409, "invalid_transition")),
        }
    }
    marketer
        .put(&path, &other)
        .await
        .refused(409, "invalid_transition");

    let live = live_campaign(&marketer, &campaign()).await;
    let listed = marketer.get("/v1/campaigns?state=live").await.expect(200);
    let ids: Vec<&Value> = listed["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| &one["campaign_id"])
        .collect();
    assert_eq!(ids, [&json!(live)]);
    let first = marketer.get("/v1/campaigns?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("there are more");
    let second = marketer
        .get(&format!("/v1/campaigns?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(second["items"][0]["campaign_id"], json!(live));
    assert_eq!(second["next_cursor"], Value::Null);
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn refusals(server: &mut Server) {
    let marketer = server.caller(Role::Marketer, "mia");
    let nowhere = "/v1/campaigns/0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f";
    marketer
        .get(nowhere)
        .await
        .refused(404, "campaign_not_found");
    marketer
        .put(nowhere, &campaign())
        .await
        .refused(404, "campaign_not_found");
    server
        .caller(Role::Scientist, "x")
        .post("/v1/campaigns", &campaign())
        .await
        .refused(403, "forbidden");
    let unpriced =
        json!({"name": "n", "advertiser": "a", "goal": {"metric": "money", "amount": 5}});
    let refused = marketer
        .post("/v1/campaigns", &unpriced)
        .await
        .refused(422, "invalid_field");
    assert_eq!(
        (&refused["field"], &refused["bound"]),
        (&json!("goal.metric"), &json!("only with `price`"))
    );
    for (field, value, at) in [
        ("name", json!(" "), "name"),
        ("advertiser", json!("x".repeat(121)), "advertiser"),
        (
            "price",
            json!({"model": "cpm", "amount_micros": 0, "currency": "EUR"}),
            "price.amount_micros",
        ),
        (
            "price",
            json!({"model": "cpc", "amount_micros": 5, "currency": "euro"}),
            "price.currency",
        ),
        (
            "goal",
            json!({"metric": "clicks", "amount": 0}),
            "goal.amount",
        ),
        ("budget", json!({"impressions": 0}), "budget.impressions"),
        ("pacing", json!("even"), "pacing"),
        (
            "schedule",
            json!({"starts_at": "2026-11-20T21:00:00Z", "ends_at": "2026-11-20T21:00:00Z"}),
            "schedule.ends_at",
        ),
    ] {
        let mut wrong = campaign();
        wrong[field] = value;
        let refused = marketer
            .post("/v1/campaigns", &wrong)
            .await
            .refused(422, "invalid_field");
        assert_eq!(refused["field"], at);
    }

    let created = marketer
        .post("/v1/campaigns", &campaign())
        .await
        .expect(201);
    let path = format!(
        "/v1/campaigns/{}",
        created["campaign_id"].as_str().expect("an id")
    );
    let mut dollars = campaign();
    dollars["price"]["currency"] = json!("USD");
    let mut clicks = campaign();
    clicks["price"]["model"] = json!("cpc");
    for (changed, at) in [(dollars, "price.currency"), (clicks, "price.model")] {
        let refused = marketer
            .put(&path, &changed)
            .await
            .refused(422, "invalid_field");
        assert_eq!(refused["field"], at);
    }
    let mut over = campaign();
    over["schedule"] = json!({"ends_at": "2016-11-20T21:00:00Z"});
    marketer.put(&path, &over).await.expect(200);
    marketer
        .post(&format!("{path}/state"), &json!({"state": "live"}))
        .await
        .refused(409, "invalid_transition");
}

async fn belonging(server: &mut Server) {
    let marketer = server.caller(Role::Marketer, "mia");
    let id = live_campaign(&marketer, &campaign()).await;
    let instrument = |campaign_id: &str, advertiser: &str| {
        json!({"name": "Boots", "campaign_id": campaign_id, "content": {"kind": "ad", "title": "Boots",
            "link_url": "https://shop.example/", "link_text": "See", "advertiser": advertiser}})
    };
    let created = marketer
        .post("/v1/instruments", &instrument(&id, "SHOP"))
        .await
        .expect(201);
    assert_eq!(created["campaign_id"], json!(id));
    let path = format!(
        "/v1/instruments/{}",
        created["instrument_id"].as_str().expect("an id")
    );
    let foreign = marketer
        .put(&path, &instrument(&id, "Boat Yard"))
        .await
        .refused(422, "invalid_field");
    assert_eq!(foreign["field"], "campaign_id");
    let nowhere = instrument("0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "Shop");
    let unknown = marketer
        .post("/v1/instruments", &nowhere)
        .await
        .refused(422, "invalid_field");
    assert_eq!(unknown["field"], "campaign_id");
    marketer
        .post(
            &format!("/v1/campaigns/{id}/state"),
            &json!({"state": "archived"}),
        )
        .await
        .expect(200);
    marketer
        .post("/v1/instruments", &instrument(&id, "Shop"))
        .await
        .refused(422, "invalid_field");
}
