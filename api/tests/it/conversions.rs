//! Conversions over HTTP: put down to the click that they came of, counted once, and told by whom they may be.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::events::send;
use crate::harness::sealed::event;
use crate::harness::{Client, Server};
use crate::links::{follow, offered, text};
use crate::on_both_engines;

on_both_engines! {
    a_conversion_is_put_down_to_its_click_and_counted_once => put_down;
    a_conversion_without_a_click_is_refused_for_itself => refused_alone;
    an_operator_may_name_the_viewer_instead => by_viewer;
    only_those_who_may_tell_of_conversions => roles;
}

async fn tell(client: &Client, items: &[Value]) -> Vec<Value> {
    let report = client
        .post("/v1/conversions", &json!({ "items": items }))
        .await
        .expect(200);
    report["items"].as_array().expect("items").clone()
}

/// An ad that alice was shown and clicked; its id, and the click's.
async fn clicked(server: &Server) -> (String, String) {
    let overlay = offered(server, "alice", "https://shop.example/").await;
    let receipt = text(&overlay, "receipt");
    send(&server.anonymous(), &[event("impression", receipt)]).await;
    let followed = follow(server, "GET", text(&overlay, "link_url"), &[]).await;
    let click_id = followed.click_id().expect("an id").to_owned();
    (text(&overlay, "instrument_id").to_owned(), click_id)
}

fn order(id: &str, click_id: &str) -> Value {
    json!({"conversion_id": id, "beckon_click_id": click_id, "at": now().to_string(),
        "value_micros": 189_000_000, "currency": "EUR"})
}

async fn put_down(server: &mut Server) {
    let (id, click_id) = clicked(server).await;
    let shop = server.caller(Role::Advertiser, "shop");
    let mut bare = order("order-2", &click_id);
    for field in ["value_micros", "currency"] {
        bare.as_object_mut().expect("an object").remove(field);
    }
    let mut dollars = order("order-3", &click_id.to_uppercase());
    dollars["currency"] = json!("USD");
    let items = [order("order-1", &click_id), bare, dollars];
    let statuses = |items: &[Value]| -> Vec<String> {
        let status = |item: &Value| item["status"].as_str().expect("a status").to_owned();
        items.iter().map(status).collect()
    };
    assert_eq!(statuses(&tell(&shop, &items).await), ["accepted"; 3]);
    assert_eq!(statuses(&tell(&shop, &items).await), ["duplicate"; 3]);
    // Another shop may call its order by the same name.
    let other = server.caller(Role::Advertiser, "other-shop");
    let same_name = [order("order-1", &click_id)];
    assert_eq!(statuses(&tell(&other, &same_name).await), ["accepted"]);
    let marketer = server.caller(Role::Marketer, "mia");
    let results = marketer
        .get(&format!("/v1/instruments/{id}/results"))
        .await
        .expect(200);
    assert_eq!(results["conversions"], 4);
    assert_eq!(
        results["conversion_values"],
        json!([{"currency": "EUR", "value_micros": 378_000_000},
            {"currency": "USD", "value_micros": 189_000_000}])
    );
    let tally = server.outcome(&id).await.tally;
    assert_eq!((tally.clicks, tally.engaged), (1, 1));
}

async fn refused_alone(server: &mut Server) {
    let (id, click_id) = clicked(server).await;
    let shop = server.caller(Role::Advertiser, "shop");
    let mut late = order("late", &click_id);
    late["at"] = json!(now().plus_ms(31 * 86_400_000).to_string());
    let mut before = order("before", &click_id);
    before["at"] = json!(now().plus_ms(-3_600_000).to_string());
    let mut no_currency = order("no-currency", &click_id);
    no_currency["currency"] = Value::Null;
    let items = [
        order("unknown", "a2b3c4"),
        late,
        before,
        no_currency,
        order("good", &click_id),
    ];
    let told = tell(&shop, &items).await;
    let codes: Vec<&str> = told
        .iter()
        .map(|item| item["code"].as_str().unwrap_or("-"))
        .collect();
    assert_eq!(
        codes,
        [
            "click_not_found",
            "invalid_field",
            "invalid_field",
            "invalid_field",
            "-"
        ]
    );
    assert_eq!(server.outcome(&id).await.tally.conversions, 1);
    // The code alone is no click: somebody must have followed it.
    let unclicked = offered(server, "bob", "https://shop.example/").await;
    let link = text(&unclicked, "link_url");
    let code = link.rsplit('/').next().expect("a code");
    let told = tell(&shop, &[order("early", code)]).await;
    assert_eq!(told[0]["code"], "click_not_found");

    for (body, status, code) in [
        (json!({"items": []}), 422, "invalid_field"),
        (
            json!({"items": vec![order("x", &click_id); 501]}),
            422,
            "invalid_field",
        ),
        (json!({"items": [{"colour": "red"}]}), 400, "unknown_field"),
    ] {
        shop.post("/v1/conversions", &body)
            .await
            .refused(status, code);
    }
}

async fn by_viewer(server: &mut Server) {
    let overlay = offered(server, "alice", "https://shop.example/").await;
    let id = text(&overlay, "instrument_id");
    let item = |conversion_id: &str, viewer: &str| {
        json!({"conversion_id": conversion_id, "viewer_id": viewer, "instrument_id": id,
            "at": now().to_string()})
    };
    let operator = server.operator();
    let told = tell(&operator, &[item("a", "alice")]).await;
    assert_eq!(told[0]["code"], "click_not_found", "nothing was drawn yet");
    let receipt = text(&overlay, "receipt");
    send(&server.anonymous(), &[event("impression", receipt)]).await;
    let told = tell(&operator, &[item("a", "alice"), item("b", "bob")]).await;
    assert_eq!(told[0]["status"], "accepted");
    assert_eq!(told[1]["code"], "click_not_found");
    let tally = server.outcome(id).await.tally;
    assert_eq!((tally.conversions, tally.clicks, tally.engaged), (1, 0, 1));
    let shop = server.caller(Role::Advertiser, "shop");
    let told = tell(&shop, &[item("c", "alice")]).await;
    assert_eq!(told[0]["code"], "forbidden");
}

async fn roles(server: &mut Server) {
    let body = json!({"items": [order("x", "y")]});
    for role in [Role::Viewer, Role::Marketer, Role::Scientist, Role::Ingest] {
        server
            .caller(role, "x")
            .post("/v1/conversions", &body)
            .await
            .refused(403, "forbidden");
    }
    server
        .anonymous()
        .post("/v1/conversions", &body)
        .await
        .refused(401, "unauthenticated");
    // An advertiser's server may do nothing else.
    let shop = server.caller(Role::Advertiser, "shop");
    shop.get("/v1/instruments").await.refused(403, "forbidden");
}
