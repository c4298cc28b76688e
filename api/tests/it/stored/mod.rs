//! Stored video: files that are dropped in a folder or a bucket, to the catalogue and the webhook.

pub mod bucket;
pub mod films;
mod killed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::hmac;
use beckon_api::auth::Role;
use serde_json::{Value, json};

use self::films::{Listener, film, recorded, still};
use crate::harness::{Client, Engine, Server};

/// Runs on both engines, with a folder that is watched.
async fn on_both(webhook: Option<&str>, test: impl AsyncFn(&mut Server, &Path)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let started = Server::start_with(engine, |options| {
            options.videos.watch_folder = Some(path.clone());
            options.videos.webhook_url = webhook.map(str::to_owned);
            options.videos.webhook_secret = Some("secret".to_owned());
        });
        let Some(mut server) = started.await else {
            continue;
        };
        test(&mut server, &path).await;
        server.finish().await;
    }
}

pub async fn catalogue(client: &Client) -> Vec<Value> {
    let list = client.get("/v1/catalogue").await.expect(200);
    list["items"].as_array().expect("a list").clone()
}

/// Waits until a video is over.
pub async fn over(client: &Client, media_id: &str) -> Value {
    for _ in 0..600 {
        let found = catalogue(client).await;
        let item = found.into_iter().find(|item| item["media_id"] == media_id);
        if let Some(item) = item
            && ["done", "failed"].contains(&item["state"].as_str().expect("a state"))
        {
            return item;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{media_id} is not over: {:?}", catalogue(client).await);
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[actix_web::test]
async fn a_dropped_file_is_recognised_once_and_shown() {
    on_both(None, async |server, folder| {
        std::fs::write(
            folder.join("swan_lake.json"),
            recorded("Swan", 3).to_string(),
        )
        .expect("written");
        film(&folder.join("swan_lake.mp4"), 3, 0);
        let operator = server.operator();
        let item = over(&operator, "swan_lake").await;
        assert_eq!(
            (text(&item["state"]), text(&item["title"])),
            ("done", "swan lake"),
            "{item}"
        );
        assert_eq!(
            (&item["duration_ms"], &item["analysed_ms"]),
            (&json!(3000), &json!(3000))
        );
        let swan = json!([{"kind": "label", "name": "Swan", "count": 3, "best_confidence": 92.0}]);
        assert_eq!(item["labels"], swan);
        let detections = operator.get(text(&item["detections_url"])).await;
        let detections = detections.status;
        assert_eq!(detections, 400, "a window is asked for, as for every media");
        let found = operator
            .get("/v1/media/swan_lake/detections?from_ms=0&to_ms=3000")
            .await
            .expect(200);
        let positions: Vec<i64> = found["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|d| d["position_ms"].as_i64().expect("ms"))
            .collect();
        assert_eq!(positions, [5, 1005, 2005]);
        let media = operator.get("/v1/media/swan_lake").await.expect(200);
        assert_eq!(text(&media["poster_url"]), "/v1/media/swan_lake/poster");
        // The same content under another name is the same video, also for a server that knows only the database.
        std::fs::copy(folder.join("swan_lake.mp4"), folder.join("copy.mp4")).expect("copied");
        server.restart().await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        let operator = server.operator();
        let again = catalogue(&operator).await;
        assert_eq!(again.len(), 1);
        assert_eq!(
            again[0]["finished_at"], item["finished_at"],
            "it is not done again"
        );
    })
    .await;
}

#[actix_web::test]
async fn files_are_served_in_ranges_to_whom_they_are_shown() {
    on_both(None, async |server, folder| {
        film(&folder.join("clip.mp4"), 2, 90);
        let operator = server.operator();
        let item = over(&operator, "clip").await;
        let bytes = std::fs::read(folder.join("clip.mp4")).expect("the file");
        let anonymous = server.anonymous();
        let http = reqwest::Client::new();
        let url = |path: &Value| format!("{}{}", server.url(), text(path));
        let get = async |url: String| http.get(url).send().await.expect("an answer");

        // The catalogue's addresses need no token; others do.
        let whole = get(url(&item["file_url"])).await;
        assert_eq!(whole.headers()["content-type"], "video/mp4");
        assert_eq!(whole.headers()["accept-ranges"], "bytes");
        let etag = whole.headers()["etag"].clone();
        assert_eq!(whole.bytes().await.expect("a body"), bytes);
        anonymous
            .get("/v1/media/clip/file")
            .await
            .refused(401, "unauthenticated");
        let forged = format!("{}0", text(&item["file_url"]));
        anonymous.get(&forged).await.refused(401, "unauthenticated");
        let other = text(&item["poster_url"]).replace("poster", "file");
        anonymous.get(&other).await.refused(401, "unauthenticated");

        let part = operator
            .request("GET", "/v1/media/clip/file")
            .header("range", "bytes=10-19");
        let part = part.send().await.expect("an answer");
        assert_eq!(part.status().as_u16(), 206);
        let total = bytes.len();
        assert_eq!(
            part.headers()["content-range"],
            format!("bytes 10-19/{total}")
        );
        assert_eq!(part.bytes().await.expect("a body"), &bytes[10..20]);
        let beyond = operator
            .request("GET", "/v1/media/clip/file")
            .header("range", format!("bytes={total}-"));
        assert_eq!(
            beyond.send().await.expect("an answer").status().as_u16(),
            416
        );
        let known = operator
            .request("GET", "/v1/media/clip/file")
            .header("if-none-match", etag);
        assert_eq!(
            known.send().await.expect("an answer").status().as_u16(),
            304
        );
        let head = operator
            .request("HEAD", "/v1/media/clip/file")
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            (head.status().as_u16(), &head.headers()["content-length"]),
            (200, &total.into())
        );

        let poster = get(url(&item["poster_url"])).await;
        assert_eq!(poster.headers()["content-type"], "image/jpeg");
        assert!(
            poster
                .bytes()
                .await
                .expect("a body")
                .starts_with(&[0xff, 0xd8])
        );
        let preview = get(url(&item["preview_url"])).await;
        assert_eq!(preview.headers()["content-type"], "image/webp");
        let preview = preview.bytes().await.expect("a body");
        let decoded =
            image::codecs::webp::WebPDecoder::new(std::io::Cursor::new(&preview)).expect("WebP");
        assert_eq!(image::ImageDecoder::dimensions(&decoded), (266, 150));
        let frames = image::AnimationDecoder::into_frames(decoded).collect_frames();
        assert_eq!(frames.expect("frames").len(), 20);

        let viewer = server.caller(Role::Viewer, "alice");
        viewer.get("/v1/catalogue").await.refused(403, "forbidden");
        operator
            .get("/v1/media/nowhere/file")
            .await
            .refused(404, "media_not_found");
        operator.delete("/v1/media/clip").await.expect(204);
        get(url(&item["file_url"]))
            .await
            .error_for_status()
            .expect_err("it is gone");
        assert!(catalogue(&operator).await.is_empty());
    })
    .await;
}

#[actix_web::test]
async fn what_is_seen_in_a_file_stands_at_its_own_time() {
    on_both(None, async |server, folder| {
        let operator = server.operator();
        let mark = crate::references::mark(7);
        let path = "/v1/references?name=Tern%20Coffee";
        let png = crate::references::png(&mark);
        operator
            .post_bytes(path, "image/png", png)
            .await
            .expect(201);
        let mut picture = image::RgbImage::from_fn(640, 360, |x, y| {
            image::Rgb([(x / 3) as u8, (y / 2) as u8, 120])
        });
        image::imageops::overlay(&mut picture, &mark, 300, 100);
        let drawn: PathBuf = folder.join("drawn.png");
        picture.save(&drawn).expect("saved");
        still(&folder.join("ad.mp4"), &drawn, 23);
        let item = over(&operator, "ad").await;
        assert_eq!(text(&item["state"]), "done", "{item}");
        let found = operator
            .get("/v1/media/ad/detections?from_ms=0&to_ms=30000")
            .await
            .expect(200);
        let positions: Vec<i64> = found["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|d| d["position_ms"].as_i64().expect("ms"))
            .collect();
        let expected: Vec<i64> = (0..23).map(|n| n * 1000).collect();
        assert_eq!(
            positions, expected,
            "one picture a second, across the stretches too"
        );
        assert_eq!(item["labels"][0]["name"], "Tern Coffee");
    })
    .await;
}

#[actix_web::test]
async fn success_and_failure_are_kept_and_told_until_they_are_heard() {
    let listener = Listener::start(1);
    on_both(Some(&listener.url), async |server, folder| {
        let before = listener.heard().len();
        std::fs::write(folder.join("broken.mp4"), "no film at all").expect("written");
        let operator = server.operator();
        let failed = over(&operator, "broken").await;
        assert_eq!(failed["state"], "failed");
        assert!(
            text(&failed["error"]).contains("cannot be read"),
            "{failed}"
        );
        film(&folder.join("good.mp4"), 1, 180);
        over(&operator, "good").await;
        for _ in 0..100 {
            let bodies: Vec<(String, String)> = listener.heard().split_off(before);
            let events: std::collections::BTreeSet<String> = bodies
                .iter()
                .map(|(_, body)| {
                    let told: Value = serde_json::from_str(body).expect("JSON");
                    format!("{} {}", text(&told["event"]), text(&told["media_id"]))
                })
                .collect();
            if events.len() == 2 {
                let expected = ["ingest.failed broken", "ingest.succeeded good"];
                assert!(events.iter().map(String::as_str).eq(expected), "{events:?}");
                bodies
                    .iter()
                    .for_each(|(signature, body)| assert!(is_signed(signature, body)));
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("not heard: {:?}", listener.heard());
    })
    .await;
    let first = listener.heard();
    assert_eq!(
        first[0].1, first[1].1,
        "what was answered with 500 is told again"
    );
    listener.stop().await;
}

/// As a receiver checks it.
pub fn is_signed(signature: &str, body: &str) -> bool {
    is_signed_with("secret", signature, body)
}

/// The same with a secret of its own; one of the signatures is enough.
pub fn is_signed_with(secret: &str, signature: &str, body: &str) -> bool {
    let mut parts = signature.split(',');
    let time = parts.next().and_then(|part| part.strip_prefix("t="));
    let time = time.expect("a time");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{time}.{body}").as_bytes());
    let expected: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    parts.any(|part| part.strip_prefix("v1=") == Some(expected.as_str()))
}
