//! `kill -9` amid a stored video: each successor goes on where it stood, and what is told in the end is what one run tells.

use std::collections::BTreeSet;
use std::time::Duration;

use beckon_api::auth::{Auth, Keys, Role};
use beckon_api::config::now;
use serde_json::{Value, json};

use super::films::{Listener, still};
use super::{over, text};
use crate::crash::Process;
use crate::harness::Client;
use crate::references::{mark, png};

const SECONDS: u32 = 85;

/// The one video, once it is as far as `far` says; `None` where it is over before.
async fn until(client: &Client, far: impl Fn(&Value) -> bool) -> Option<Value> {
    for _ in 0..6000 {
        let request = client.request("GET", "/v1/catalogue");
        let list: Value = client.send(request).await.expect(200);
        let item = list["items"][0].clone();
        if !item.is_null() && far(&item) {
            return Some(item);
        }
        if ["done", "failed"].contains(&item["state"].as_str().unwrap_or_default()) {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the video stands still");
}

#[actix_web::test]
async fn a_video_whose_worker_is_killed_is_recognised_to_the_end_and_told_once() {
    let (data, drop) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let listener = Listener::start(0);
    let arguments = [
        "--watch-folder",
        drop.path().to_str().expect("a name"),
        "--reach",
        "loopback",
        "--webhook-url",
        &listener.url,
        "--webhook-secret",
        "secret",
    ];
    let start = || Process::start_with(data.path(), &arguments);
    let mut process = start();
    let auth = Auth::new(Keys::load_or_make(&data.path().join("keys")).expect("the server's keys"));
    let token = auth
        .issue("olga", Role::Operator, 3600, now())
        .expect("a token");
    let client = |process: &Process| Client::new(process.url.clone(), Some(token.clone()));

    let operator = client(&process);
    let path = "/v1/references?name=Tern%20Coffee";
    operator
        .post_bytes(path, "image/png", png(&mark(7)))
        .await
        .expect(201);
    let mut picture = image::RgbImage::from_fn(640, 360, |x, y| {
        image::Rgb([(x / 3) as u8, (y / 2) as u8, 120])
    });
    image::imageops::overlay(&mut picture, &mark(7), 300, 100);
    let drawn = drop.path().join("drawn.png");
    picture.save(&drawn).expect("saved");
    still(&drop.path().join("ad.mp4"), &drawn, SECONDS);

    // As soon as it was found, amid the recognising, and amid the making of its pictures.
    let moments: [fn(&Value) -> bool; 3] = [
        |_| true,
        |item| item["analysed_ms"].as_u64() >= Some(40_000),
        |item| item["state"] == "storing",
    ];
    let mut killed = 0;
    for moment in moments {
        if until(&client(&process), moment).await.is_some() {
            killed += 1;
        }
        process.kill();
        process = start();
    }
    assert!(killed >= 2, "it was over before it could be killed");

    let operator = client(&process);
    let item = over(&operator, "ad").await;
    assert_eq!(text(&item["state"]), "done", "{item}");
    let label = json!([{"kind": "custom_label", "name": "Tern Coffee", "count": SECONDS, "best_confidence": item["labels"][0]["best_confidence"]}]);
    assert_eq!(item["labels"], label, "each second once, none left out");
    let told = async || -> BTreeSet<String> {
        let heard = listener.heard();
        heard
            .iter()
            .map(|(_, body)| {
                let told: Value = serde_json::from_str(body).expect("JSON");
                text(&told["delivery_id"]).to_owned()
            })
            .collect()
    };
    for _ in 0..300 {
        if !told().await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(told().await.len(), 1, "whatever is told again has one name");
    process.kill();
    listener.stop().await;
}
