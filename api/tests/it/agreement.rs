//! SQLite, PostgreSQL and DynamoDB say the same of the same detections, item by item; and DynamoDB's ways of taking
//! only a part lose nothing.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::db::{Along, Write};
use beckon_api::detections::{BoundingBox, Cut, Detection, Detections, Forget, Kind, Wanted};
use beckon_api::media::Media;
use beckon_api::words::{Confidence, MediaId, Position, Time, Window};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::harness::dynamo::{self, Table};
use crate::harness::{Engine, Server};

async fn with_media(server: &Server, id: &str) -> Arc<Media> {
    let media = json!({"media_id": id, "people_basis": "contract 17"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let id = MediaId::parse(id).expect("an id");
    server.app().media().get(&id).expect("the media")
}

fn confidence() -> impl Strategy<Value = Confidence> {
    let any = prop_oneof![0.0..=100.0, Just(0.0), Just(100.0), Just(1e-9)];
    any.prop_map(|percent| Confidence::parse(percent).expect("a percentage"))
}

/// Few names and positions, so that keys meet; some that a key must write otherwise, or order with care.
fn detection() -> impl Strategy<Value = Detection> {
    let names = [
        "Bird", "Bird 2", "Bird#a", "Bird%23a", "bird", "Ähre", "B", "Bird!",
    ];
    let ids = [None, None, Some("a"), Some("b#c"), Some("1SK7cR8M")];
    let boxes = (
        -0.5..1.5_f64,
        -0.5..1.5_f64,
        proptest::option::of(confidence()),
    );
    let boxes = boxes.prop_map(|(left, top, confidence)| BoundingBox {
        left,
        top,
        width: 0.25,
        height: top / 3.0,
        confidence,
    });
    (
        0..12_i64,
        proptest::sample::select(Kind::ALL.to_vec()),
        proptest::sample::select(names.to_vec()),
        proptest::sample::select(ids.to_vec()),
        confidence(),
        proptest::collection::vec(boxes, 0..3),
        proptest::collection::vec("[a-zA-Z\" ]{1,8}", 0..3),
        any::<u32>(),
    )
        .prop_map(
            |(at, kind, name, id, confidence, boxes, texts, seen)| Detection {
                position: Position::parse(at * 500).expect("a position"),
                kind,
                name: name.to_owned(),
                external_id: id.map(str::to_owned),
                confidence,
                boxes,
                parents: texts.clone(),
                categories: texts,
                source: "import".to_owned(),
                seen_at: Time::from_ms(1_760_000_000_000 + i64::from(seen)),
            },
        )
}

fn wanted() -> impl Strategy<Value = Wanted> {
    (
        0..12_i64,
        0..12_i64,
        proptest::option::of(proptest::sample::select(Kind::ALL.to_vec())),
        proptest::option::of(proptest::sample::select(vec!["Bird", "Bird#a"])),
        prop_oneof![Just(Confidence::ANY), confidence()],
    )
        .prop_map(|(a, b, kind, name, min_confidence)| Wanted {
            window: Window::parse(a.min(b) * 500, a.max(b) * 500, 10_000).expect("a window"),
            kind,
            name: name.map(str::to_owned),
            min_confidence,
        })
}

/// What a store says of what is wanted, read in pages of this length.
async fn told(store: &Detections, id: &MediaId, wanted: &Wanted, page: u32) -> String {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let found = store
            .range(id, wanted, after.as_deref(), page)
            .await
            .expect("a page");
        after = found.last().map(Detection::sort_key);
        let last = found.len() < page as usize;
        all.extend(found);
        if last {
            break;
        }
    }
    let names = store.names(id, wanted, None).await.expect("names");
    let line = store.timeline(id, wanted, Cut::Every(1500), 5).await;
    let cut = store.timeline(id, wanted, Cut::Into(4), 3).await;
    format!(
        "{all:#?}\n{names:#?}\n{:#?}\n{:#?}",
        line.expect("a timeline"),
        cut.expect("a timeline")
    )
}

#[actix_web::test]
async fn the_three_stores_agree_item_by_item_over_random_batches() {
    let mut servers = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::Dynamo] {
        match Server::start(engine).await {
            Some(server) => servers.push(server),
            None => eprintln!("left out: agreement with {engine:?}"),
        }
    }
    let mut runner = TestRunner::deterministic();
    let mut draw_batch = |most: usize| -> Vec<Detection> {
        let batch = proptest::collection::vec(detection(), 1..most);
        batch.new_tree(&mut runner).expect("a batch").current()
    };
    let mut asking = TestRunner::deterministic();
    let (mut compared, mut items) = (0, 0);
    for round in 0..6 {
        let id = format!("m{round}");
        let mut media = Vec::new();
        for server in &servers {
            media.push(with_media(server, &id).await);
        }
        let id = MediaId::parse(&id).expect("an id");
        let batches: Vec<_> = (0..3).map(|_| draw_batch(80)).collect();
        let mut questions: Vec<Wanted> = (0..5)
            .map(|_| {
                wanted()
                    .new_tree(&mut asking)
                    .expect("a question")
                    .current()
            })
            .collect();
        questions.push(Wanted::all(Window::WHOLE));
        let erase = [
            Forget::ExternalId("a".to_owned()),
            Forget::Celebrity("Bird".to_owned()),
            Forget::Media(id.clone()),
        ];
        for step in 0..6 {
            let mut said: Vec<Vec<String>> = Vec::new();
            for (server, media) in servers.iter().zip(&media) {
                let store = server.app().detections();
                let mut lines = Vec::new();
                if step < 3 {
                    let stored = store.put(media, batches[step].clone(), now()).await;
                    lines.push(format!("{:?}", stored.expect("stored")));
                    items += batches[step].len();
                } else {
                    let erased = store.erase(&erase[step - 3], now()).await;
                    lines.push(format!("{:?}", erased.expect("erased")));
                }
                for (i, question) in questions.iter().enumerate() {
                    let page = [4, 17, 100, 500][i % 4];
                    lines.push(told(store, &id, question, page).await);
                    compared += 1;
                }
                said.push(lines);
            }
            for other in &said[1..] {
                for (first, other) in said[0].iter().zip(other) {
                    assert_eq!(first, other, "round {round}, step {step}");
                }
            }
        }
    }
    eprintln!(
        "{} stores, {items} items stored, {compared} answers compared",
        servers.len()
    );
    for server in servers {
        server.finish().await;
    }
}

/// Stands between a client and the table: of every other write it hands on a part, or nothing at all.
struct Stingy {
    url: String,
    calls: AtomicUsize,
    left_out: AtomicUsize,
}

async fn stingy(state: web::Data<Stingy>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let target = request.headers().get("x-amz-target").expect("a target");
    let target = target.to_str().expect("text").to_owned();
    let signed = request.headers().get("authorization").expect("a signature");
    let signed = signed.to_str().expect("text").to_owned();
    let mut asked: Value = serde_json::from_slice(&body).expect("JSON");
    let mut kept_back = json!({});
    if target.ends_with("BatchWriteItem") {
        match state.calls.fetch_add(1, Ordering::Relaxed) % 4 {
            0 => {
                let error = json!({"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
                    "message": "slow down"});
                return HttpResponse::BadRequest()
                    .content_type("application/x-amz-json-1.0")
                    .body(error.to_string());
            }
            1 | 2 => {
                let tables = asked["RequestItems"].as_object_mut().expect("tables");
                let (table, items) = tables.iter_mut().next().expect("a table");
                let items = items.as_array_mut().expect("items");
                let rest = items.split_off(items.len().div_ceil(3));
                state.left_out.fetch_add(rest.len(), Ordering::Relaxed);
                if !rest.is_empty() {
                    kept_back = json!({table.as_str(): rest});
                }
            }
            _ => {}
        }
    }
    let answer = reqwest::Client::new()
        .post(&state.url)
        .header("x-amz-target", target)
        .header("content-type", "application/x-amz-json-1.0")
        .header("authorization", signed)
        .header("x-amz-date", "20261120T000000Z")
        .body(asked.to_string())
        .send()
        .await
        .expect("the table answers");
    let status = answer.status().as_u16();
    let mut told: Value =
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
    if kept_back
        .as_object()
        .is_some_and(|tables| !tables.is_empty())
    {
        told["UnprocessedItems"] = kept_back;
    }
    HttpResponse::build(status.try_into().expect("a status"))
        .content_type("application/x-amz-json-1.0")
        .body(told.to_string())
}

#[actix_web::test]
async fn what_the_table_does_not_take_is_written_again_until_it_has_all() {
    let Some(table) = Table::create().await else {
        return;
    };
    let state = web::Data::new(Stingy {
        url: dynamo::url().expect("it was there"),
        calls: AtomicUsize::new(0),
        left_out: AtomicUsize::new(0),
    });
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let shared = state.clone();
    let proxy = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::PayloadConfig::new(16 * 1024 * 1024))
            .default_service(web::to(stingy))
    })
    .workers(1)
    .listen(listener)
    .expect("a listener")
    .run();
    let handle = proxy.handle();
    let running = tokio::spawn(proxy);

    let server = Server::start(Engine::Sqlite).await.expect("SQLite");
    let media = with_media(&server, "m").await;
    let db = server.database().await;
    let config = dynamo::config(&url).await;
    let store = Detections::in_dynamo(&config, table.name.clone(), db.clone(), None);
    let mut runner = TestRunner::deterministic();
    let batch = proptest::collection::vec(detection(), 300..301);
    let batch = batch.new_tree(&mut runner).expect("a batch").current();
    let mut keys: Vec<String> = batch.iter().map(Detection::sort_key).collect();
    keys.sort();
    keys.dedup();
    store.put(&media, batch, now()).await.expect("all of it");
    let all = Wanted::all(Window::WHOLE);
    let found = store.range(&media.media_id, &all, None, 1000).await;
    let found: Vec<String> = found
        .expect("read")
        .iter()
        .map(Detection::sort_key)
        .collect();
    assert_eq!(found, keys);
    let left_out = state.left_out.load(Ordering::Relaxed);
    assert!(
        left_out > 25,
        "only {left_out} were kept back: the proxy does not work"
    );
    // Erasing is made of such writes too.
    let erased = store
        .erase(&Forget::Media(media.media_id.clone()), now())
        .await
        .expect("erased");
    assert_eq!(erased.detections, keys.len() as u64);
    assert!(!table.text().await.contains("sort_key"));
    db.close().await;
    server.finish().await;
    handle.stop(false).await;
    running.await.expect("no panic").expect("it ended well");
}

/// A record that stands there already from the second time on.
struct Once(AtomicUsize);

#[async_trait::async_trait]
impl Along for Once {
    async fn write(&self, _: &mut Write) -> anyhow::Result<bool> {
        Ok(self.0.fetch_add(1, Ordering::Relaxed) == 0)
    }
}

#[actix_web::test]
async fn an_analysis_is_recorded_once_and_its_detections_are_there_by_then() {
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::Dynamo] {
        let Some(server) = Server::start(engine).await else {
            continue;
        };
        let media = with_media(&server, "m").await;
        let store = server.app().detections();
        let mut runner = TestRunner::deterministic();
        let batch = proptest::collection::vec(detection(), 40..41);
        let batch = batch.new_tree(&mut runner).expect("a batch").current();
        let to = Position::parse(6000).expect("a position");
        let along = Once(AtomicUsize::new(0));
        let mut stored = Vec::new();
        for _ in 0..2 {
            let put = store.put_analysed(&media, batch.clone(), to, &along, now());
            stored.push(put.await.expect("put").map(|stored| stored.stored));
        }
        assert_eq!(stored, [Some(40), None], "{engine:?}");
        let mark = store.analysed(&media.media_id).await.expect("a mark");
        assert_eq!(mark.map(|mark| mark.to), Some(to));
        server.finish().await;
    }
}

#[actix_web::test]
async fn what_has_expired_is_read_nowhere_although_it_still_lies_there() {
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::Dynamo] {
        let started = Server::start_with(engine, |options| {
            options.store.keep_detections_days = Some(1);
        });
        let Some(server) = started.await else {
            continue;
        };
        let media = with_media(&server, "m").await;
        let store = server.app().detections();
        let mut runner = TestRunner::deterministic();
        let mut one = detection().new_tree(&mut runner).expect("one").current();
        one.position = Position::ZERO;
        let mut other = one.clone();
        other.position = Position::parse(1).expect("a position");
        let old = now().plus_ms(-86_400_000 - 2_000);
        store.put(&media, vec![one], old).await.expect("stored");
        store
            .put(&media, vec![other.clone()], now())
            .await
            .expect("stored");
        let all = Wanted::all(Window::WHOLE);
        let id = &media.media_id;
        let found = store.range(id, &all, None, 10).await.expect("read");
        assert_eq!(found, [other], "{engine:?}");
        let names = store.names(id, &all, None).await.expect("names");
        assert_eq!(names.iter().map(|name| name.count).sum::<u64>(), 1);
        let pages = store
            .pages()
            .touching(id, Window::parse(0, 9, 10).expect("a window"));
        let hits: usize = pages
            .await
            .expect("pages")
            .iter()
            .map(|page| page.within(Window::WHOLE).len())
            .sum();
        assert_eq!(hits, 1);
        let gone = store
            .erase(&Forget::Expired(now()), now())
            .await
            .expect("erased");
        // DynamoDB lets go of it by itself, within days.
        let by_us = u64::from(engine != Engine::Dynamo);
        assert!(gone.detections <= by_us, "{engine:?} erased {gone:?}");
        server.finish().await;
    }
}

#[actix_web::test]
async fn a_node_whose_table_cannot_be_reached_says_so_and_is_not_ready() {
    let Some(server) = Server::start(Engine::Dynamo).await else {
        return;
    };
    let ready = server.anonymous().get("/readyz").await.expect(200);
    assert!(
        ready["stores"]
            .as_array()
            .expect("stores")
            .contains(&json!("detections"))
    );
    server.finish().await;
    let elsewhere = Server::start_with(Engine::Sqlite, |options| {
        options.store.detections_table = Some("no-such-table".to_owned());
    });
    let server = elsewhere.await.expect("it starts");
    server
        .anonymous()
        .get("/readyz")
        .await
        .refused(503, "unavailable");
    let media = with_media(&server, "m").await;
    drop(media);
    let ingest = server.caller(Role::Ingest, "watcher");
    let items =
        json!({"items": [{"position_ms": 1, "kind": "label", "name": "A", "confidence": 9}]});
    let answer = ingest.post("/v1/media/m/detections", &items).await;
    assert!(answer.status >= 500, "{}", answer.text);
    server.finish().await;
}
