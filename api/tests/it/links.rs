//! Links over HTTP: what is counted on the way, where they lead, and what leads nowhere.

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::decisions::link::{Link, Links, Way};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::decisions::register;
use crate::events::send;
use crate::harness::sealed::event;
use crate::harness::{Engine, Server};
use crate::on_both_engines;

on_both_engines! {
    a_link_counts_its_click_once_and_leads_on_with_its_id => clicked;
    a_scanned_code_counts_apart_from_the_button => scanned;
    what_only_looks_ahead_is_not_counted => looked_ahead;
    a_code_that_is_none_or_old_leads_nowhere => nowhere;
    a_question_has_no_link => question;
    what_is_not_allowed_any_more_leads_nowhere => not_allowed_any_more;
    what_is_killed_leads_nowhere_and_what_is_only_paused_leads_on => killed;
}

/// An answer that is not followed further.
pub struct Followed {
    pub status: u16,
    pub target: Option<String>,
    pub body: String,
    cache_control: Option<String>,
}

impl Followed {
    /// The id that the target learns.
    pub fn click_id(&self) -> Option<&str> {
        let query = self.target.as_deref()?.split_once('?')?.1;
        let query = query.split('#').next()?;
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix("beckon_click_id="))
    }
}

/// Follows a link, whatever host it names, to this server and no further.
pub async fn follow(
    server: &Server,
    method: &str,
    link: &str,
    headers: &[(&str, &str)],
) -> Followed {
    let lower = link.to_ascii_lowercase();
    let path = &link[lower.find("/r/").expect("a link of ours")..];
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = client.request(method, format!("{}{path}", server.url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    let header = |name: &str| {
        let value = response.headers().get(name);
        value.map(|value| value.to_str().expect("text").to_owned())
    };
    Followed {
        status: response.status().as_u16(),
        target: header("location"),
        cache_control: header("cache-control"),
        body: response.text().await.expect("a body"),
    }
}

/// The overlay of an ad that leads there, decided for this viewer.
pub async fn offered(server: &Server, viewer: &str, link_url: &str) -> Value {
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await;
    let ad = json!({"name": "Boots", "content": {"kind": "ad", "title": "Boots", "link_url": link_url,
        "link_text": "See", "advertiser": "Shop"}});
    register(server, &ad, true).await;
    decided(server, viewer).await
}

/// What this viewer is shown now.
pub async fn decided(server: &Server, viewer: &str) -> Value {
    let viewer = server.caller(Role::Viewer, viewer);
    let decision = viewer
        .post("/v1/media/m/decisions", &json!({"position_ms": 0}))
        .await
        .expect(200);
    decision["overlays"][0].clone()
}

pub fn text<'a>(overlay: &'a Value, field: &str) -> &'a str {
    overlay[field]
        .as_str()
        .unwrap_or_else(|| panic!("there is no {field}: {overlay}"))
}

async fn clicked(server: &mut Server) {
    let target = "https://shop.example/boots?size=9&beckon_click_id=old#top";
    let overlay = offered(server, "alice", target).await;
    let (id, link) = (text(&overlay, "instrument_id"), text(&overlay, "link_url"));
    assert!(link.starts_with(&format!("{}/r/", server.url())), "{link}");
    // It overtakes the impression.
    let first = follow(server, "GET", link, &[]).await;
    assert_eq!(first.status, 302, "{}", first.body);
    assert_eq!(first.cache_control.as_deref(), Some("no-store"));
    let click_id = first.click_id().expect("an id").to_owned();
    assert_eq!(
        first.target,
        Some(format!(
            "https://shop.example/boots?size=9&beckon_click_id={click_id}#top"
        ))
    );
    let outcome = server.outcome(id).await;
    assert_eq!(
        (outcome.tally.clicks, outcome.uncounted),
        (0, 1),
        "it waits"
    );

    let receipt = text(&overlay, "receipt");
    send(&server.anonymous(), &[event("impression", receipt)]).await;
    let outcome = server.outcome(id).await;
    assert_eq!((outcome.tally.clicks, outcome.tally.engaged), (1, 1));
    assert_eq!(outcome.uncounted, 0);

    // Followed again, by any number of devices, and told by the page's own beacon too: it is one click.
    let again = follow(server, "GET", &link.to_uppercase(), &[]).await;
    assert_eq!((again.status, again.click_id()), (302, Some(&*click_id)));
    let told = send(&server.anonymous(), &[event("click", receipt)]).await;
    assert_eq!(told[0]["status"], "duplicate");
    let tally = server.outcome(id).await.tally;
    assert_eq!((tally.clicks, tally.scans, tally.engaged), (1, 0, 1));
    server.restart().await;
    assert_eq!(server.outcome(id).await.tally, tally, "it was durable");
}

async fn scanned(server: &mut Server) {
    let overlay = offered(server, "alice", "https://shop.example/").await;
    let (id, receipt) = (text(&overlay, "instrument_id"), text(&overlay, "receipt"));
    send(&server.anonymous(), &[event("impression", receipt)]).await;
    let scan_url = text(&overlay, "scan_url");
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b"$%*+-./: ".contains(&b);
    assert!(
        scan_url.bytes().all(plain),
        "a QR code packs it: {scan_url}"
    );
    let phone = [("accept", "text/html,application/xhtml+xml")];
    let scan = follow(server, "GET", scan_url, &phone).await;
    let click = follow(server, "GET", text(&overlay, "link_url"), &phone).await;
    assert_eq!((scan.status, click.status), (302, 302));
    assert_ne!(scan.click_id(), click.click_id());
    follow(server, "GET", scan_url, &phone).await;
    let tally = server.outcome(id).await.tally;
    assert_eq!((tally.scans, tally.clicks, tally.engaged), (1, 1, 1));
    let marketer = server.caller(Role::Marketer, "mia");
    let results = marketer
        .get(&format!("/v1/instruments/{id}/results"))
        .await
        .expect(200);
    assert_eq!(
        (&results["scans"], &results["clicks"]),
        (&json!(1), &json!(1))
    );
}

async fn looked_ahead(server: &mut Server) {
    let target = "https://shop.example/boots";
    let overlay = offered(server, "alice", target).await;
    let (id, link) = (text(&overlay, "instrument_id"), text(&overlay, "link_url"));
    let receipt = text(&overlay, "receipt");
    send(&server.anonymous(), &[event("impression", receipt)]).await;
    for (method, headers) in [
        ("HEAD", vec![]),
        ("GET", vec![("sec-purpose", "prefetch;prerender")]),
        ("GET", vec![("purpose", "prefetch")]),
        ("GET", vec![("user-agent", "WhatsApp/2.24.1")]),
    ] {
        let followed = follow(server, method, link, &headers).await;
        assert_eq!(
            (followed.status, followed.target.as_deref()),
            (302, Some(target)),
            "{method} {headers:?}"
        );
    }
    assert_eq!(server.outcome(id).await.tally.clicks, 0);
    // Other methods are not served at all.
    server
        .anonymous()
        .post(&link[server.url().len()..], &json!({}))
        .await
        .refused(405, "method_not_allowed");
}

async fn nowhere(server: &mut Server) {
    let overlay = offered(server, "alice", "https://shop.example/").await;
    let (id, link) = (text(&overlay, "instrument_id"), text(&overlay, "link_url"));
    let made = |link: Link| {
        let mut code = Vec::new();
        let links = Links::new(server.app().auth().keys().receipt());
        links.write(&link, &mut code);
        format!("/r/{}", String::from_utf8(code).expect("letters"))
    };
    let own = Link {
        way: Way::Click,
        seed: 7,
        instrument: Uuid::parse_str(id).expect("a UUID").as_u128(),
        version: 1,
        issued_at: now(),
    };
    assert_eq!(follow(server, "GET", &made(own), &[]).await.status, 302);
    let mut forged = link.to_owned();
    let last = forged.pop().expect("a letter");
    forged.push(if last == 'a' { 'i' } else { 'a' });
    let old = Link {
        issued_at: now().plus_ms(-24 * 3_600_000 - 1_000),
        ..own
    };
    let never = Link {
        instrument: 7,
        ..own
    };
    for (link, status, code) in [
        (forged, 404, "link_not_found"),
        ("/r/x".to_owned(), 404, "link_not_found"),
        ("/R/%22%3Cscript".to_owned(), 404, "link_not_found"),
        (made(old), 410, "link_closed"),
        (made(never), 410, "link_closed"),
    ] {
        let followed = follow(server, "GET", &link, &[]).await;
        assert_eq!((followed.status, followed.target), (status, None), "{link}");
        let problem: Value = serde_json::from_str(&followed.body).expect("a problem");
        assert_eq!(problem["code"], code, "{link}");
        let page = follow(server, "GET", &link, &[("accept", "text/html")]).await;
        assert_eq!(page.status, status);
        assert!(page.body.starts_with("<!doctype html>") && page.body.contains(code));
        assert!(!page.body.contains("<script"), "{}", page.body);
    }
}

async fn question(server: &mut Server) {
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    let poll = json!({"name": "Poll", "content": {"kind": "poll", "question": "Which?", "answers": [
        {"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]}});
    let id = register(server, &poll, true).await;
    let overlay = decided(server, "alice").await;
    assert_eq!(overlay["instrument_id"], json!(id));
    assert!(overlay.get("link_url").is_none() && overlay.get("scan_url").is_none());
}

async fn not_allowed_any_more(server: &mut Server) {
    let overlay = offered(server, "alice", "https://shop.example/").await;
    let link = text(&overlay, "link_url").to_owned();
    assert_eq!(follow(server, "GET", &link, &[]).await.status, 302);
    server
        .restart_with(|options| options.events.link_hosts = vec!["*.other.example".to_owned()])
        .await;
    let followed = follow(server, "GET", &link, &[]).await;
    assert_eq!((followed.status, followed.target), (410, None));
    // Nor can anything new lead there.
    let ad = |url: &str| {
        json!({"name": "Boots", "content": {"kind": "ad", "title": "Boots", "link_url": url,
            "link_text": "See", "advertiser": "Shop"}})
    };
    let marketer = server.caller(Role::Marketer, "mia");
    let problem = marketer
        .post("/v1/instruments", &ad("https://shop.example@evil.example/"))
        .await
        .refused(422, "invalid_field");
    assert_eq!(
        (&problem["field"], &problem["bound"]),
        (&json!("content.link_url"), &json!("one of *.other.example"))
    );
    marketer
        .post("/v1/instruments", &ad("https://www.other.example/"))
        .await
        .expect(201);
}

async fn killed(server: &mut Server) {
    let overlay = offered(server, "alice", "https://shop.example/").await;
    let (id, link) = (text(&overlay, "instrument_id"), text(&overlay, "link_url"));
    let receipt = text(&overlay, "receipt");
    send(&server.anonymous(), &[event("impression", receipt)]).await;
    let operator = server.operator();
    for switch in [format!("instrument/{id}"), "advertiser/SHOP".to_owned()] {
        let path = format!("/v1/kill-switches/{switch}");
        operator.put(&path, &json!({})).await.expect(200);
        let told = follow(server, "GET", link, &[]).await;
        assert_eq!((told.status, &told.target), (410, &None), "{switch}");
        assert!(told.body.contains("link_closed"), "{}", told.body);
        let page = follow(server, "GET", link, &[("accept", "text/html")]).await;
        assert_eq!((page.status, page.target), (410, None));
        assert!(page.body.starts_with("<!doctype html>"), "{}", page.body);
        operator.delete(&path).await.expect(204);
    }
    assert_eq!(
        server.outcome(id).await.tally.clicks,
        0,
        "nobody went there"
    );
    let path = format!("/v1/instruments/{id}/state");
    for state in ["paused", "archived"] {
        let marketer = server.caller(Role::Marketer, "mia");
        let moved = marketer.post(&path, &json!({"state": state})).await;
        moved.expect(200);
        let told = follow(server, "GET", link, &[]).await;
        assert_eq!(told.status, 302, "{state}: codes stand in print");
    }
    assert_eq!(server.outcome(id).await.tally.clicks, 1);
}

#[actix_web::test]
async fn links_lead_to_where_the_operator_says_that_it_is_reached() {
    let url = "https://beckon.example";
    let server = Server::start_with(Engine::Sqlite, |options| {
        options.events.public_url = Some(format!("{url}/"));
    });
    let server = server.await.expect("SQLite is always there");
    let overlay = offered(&server, "alice", "https://shop.example/").await;
    let link = text(&overlay, "link_url");
    assert!(link.starts_with(&format!("{url}/r/")), "{link}");
    let scan_url = text(&overlay, "scan_url");
    assert!(
        scan_url.starts_with("HTTPS://BECKON.EXAMPLE/R/"),
        "{scan_url}"
    );
    assert_eq!(follow(&server, "GET", scan_url, &[]).await.status, 302);
    server.finish().await;
}
