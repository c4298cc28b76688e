//! Images over HTTP: taken, made small, shown to everybody, refused; and the offers that speak of them.

use std::io::Cursor;

use beckon_api::auth::Role;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::on_both_engines;
use crate::streams::shelf::{Parts, Shelf};

on_both_engines! {
    an_image_is_made_small_kept_once_and_shown_to_everybody => shown;
    what_is_no_usable_image_is_refused => refused;
    an_image_by_its_address_is_taken_as_if_it_were_uploaded => fetched;
    an_offer_shows_an_image_that_is_there => offered;
    an_upsell_follows_an_instrument_that_is_there => followed;
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x / 9) as u8, (y / 7) as u8, 120])
    });
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("encoded");
    bytes.into_inner()
}

fn marketer(server: &Server) -> Client {
    server.caller(Role::Marketer, "mia")
}

async fn shown(server: &mut Server) {
    let mia = marketer(server);
    let image = mia
        .post_bytes("/v1/images", "image/png", png(2_000, 500))
        .await
        .expect(201);
    assert_eq!(
        (&image["width"], &image["height"]),
        (&json!(1280), &json!(320))
    );
    let again = mia
        .post_bytes("/v1/images", "image/png", png(2_000, 500))
        .await
        .expect(201);
    assert_eq!(again, image, "the same picture is the same image");
    server.restart().await;
    let url = image["url"].as_str().expect("a URL").to_owned();
    let everybody = server.anonymous();
    let response = everybody
        .request("GET", &url)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), image["content_type"]);
    assert_eq!(
        header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    let tag = header("etag");
    assert_eq!(
        tag,
        format!("\"{}\"", image["image_id"].as_str().expect("an id"))
    );
    let bytes = response.bytes().await.expect("a body");
    assert_eq!(json!(bytes.len()), image["bytes"]);
    let shown = image::load_from_memory(&bytes).expect("an image");
    assert_eq!((shown.width(), shown.height()), (1280, 320));
    let fresh = everybody.request("GET", &url).header("if-none-match", &tag);
    let fresh = everybody.send(fresh).await;
    assert_eq!((fresh.status, fresh.text.as_str()), (304, ""));
    let head = everybody.send(everybody.request("HEAD", &url)).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    everybody
        .get("/v1/images/0000")
        .await
        .refused(404, "image_not_found");
}

async fn refused(server: &mut Server) {
    let mia = marketer(server);
    for body in [
        b"<svg onload='alert(1)'/>".to_vec(),
        Vec::new(),
        png(64, 64)[..90].to_vec(),
    ] {
        mia.post_bytes("/v1/images", "image/png", body)
            .await
            .refused(422, "malformed_image");
    }
    mia.post_bytes("/v1/images", "image/png", png(4_097, 1))
        .await
        .refused(422, "malformed_image");
    mia.post_bytes("/v1/images", "image/svg+xml", png(64, 64))
        .await
        .refused(415, "unsupported_media_type");
    mia.post_bytes("/v1/images", "image/png", vec![0; 5 * 1024 * 1024 + 1])
        .await
        .refused(413, "body_too_large");
    for role in [Role::Viewer, Role::Operator, Role::Scientist] {
        server
            .caller(role, "x")
            .post_bytes("/v1/images", "image/png", png(64, 64))
            .await
            .refused(403, "forbidden");
    }
    server
        .anonymous()
        .post_bytes("/v1/images", "image/png", png(64, 64))
        .await
        .refused(401, "unauthenticated");
}

async fn fetched(server: &mut Server) {
    let mia = marketer(server);
    let elsewhere = Shelf::new(Parts::Given);
    elsewhere
        .put("/kettle.png", png(2_000, 500))
        .put("/page.html", "<html></html>")
        .put("/huge.png", vec![0; 5 * 1024 * 1024 + 1])
        .redirect("/moved.png", "/kettle.png");
    let fetch = async |url: &str| mia.post("/v1/images/fetch", &json!({ "url": url })).await;
    let image = fetch(&elsewhere.url("/kettle.png")).await.expect(201);
    let uploaded = mia
        .post_bytes("/v1/images", "image/png", png(2_000, 500))
        .await
        .expect(201);
    assert_eq!(image, uploaded);
    let moved = fetch(&elsewhere.url("/moved.png")).await.expect(201);
    assert_eq!(moved, image);
    // It is kept here: viewers get it without a word to where it came from.
    let asked = elsewhere.asked().len();
    let url = image["url"].as_str().expect("a URL");
    let everybody = server.anonymous();
    let shown = everybody.send(everybody.request("HEAD", url)).await;
    assert_eq!((shown.status, elsewhere.asked().len()), (200, asked));
    for path in ["/none.png", "/huge.png"] {
        let problem = fetch(&elsewhere.url(path)).await;
        let problem = problem.refused(422, "image_unreachable");
        assert_eq!(problem["field"], "url", "{path}");
    }
    // Only loopback is within reach of the tests' server: nothing is asked of these.
    for url in [
        "ftp://127.0.0.1/kettle.png",
        "http://169.254.169.254/latest",
        "kettle.png",
    ] {
        fetch(url).await.refused(422, "image_unreachable");
    }
    let page = fetch(&elsewhere.url("/page.html")).await;
    page.refused(422, "malformed_image");
    let viewer = server.caller(Role::Viewer, "alice");
    let body = json!({"url": elsewhere.url("/kettle.png")});
    viewer
        .post("/v1/images/fetch", &body)
        .await
        .refused(403, "forbidden");
    elsewhere.stop().await;
}

fn offer(kind: &str) -> Value {
    json!({"name": "Kettle", "content": {"kind": kind, "title": "Home before the whistle", "link_url": "https://hob.example/kettle",
        "link_text": "Look", "advertiser": "Hob & Hearth"}})
}

async fn offered(server: &mut Server) {
    let mia = marketer(server);
    let image = mia
        .post_bytes("/v1/images", "image/png", png(64, 64))
        .await
        .expect(201);
    let mut body = offer("ad");
    body["content"]["image_text"] = json!("A steel kettle");
    body["content"]["image_id"] = json!("0000");
    let problem = mia
        .post("/v1/instruments", &body)
        .await
        .refused(422, "invalid_field");
    assert_eq!(problem["field"], "content.image_id");
    body["content"]["image_id"] = image["image_id"].clone();
    let id = crate::decisions::register(server, &body, true).await;
    let path = format!("/v1/instruments/{id}");
    let told = mia.get(&path).await.expect(200);
    assert_eq!(told["content"]["image_id"], image["image_id"]);
    let mut worse = body.clone();
    worse["content"]["image_id"] = json!("0001");
    mia.put(&path, &worse).await.refused(422, "invalid_field");
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    let viewer = server.caller(Role::Viewer, "alice");
    let decision = viewer
        .post("/v1/media/m/decisions", &json!({"position_ms": 0}))
        .await
        .expect(200);
    let content = &decision["overlays"][0]["content"];
    assert_eq!(content["image_url"], image["url"], "{decision}");
    assert_eq!(content["link_host"], "hob.example");
}

async fn followed(server: &mut Server) {
    let mia = marketer(server);
    let mut body = offer("upsell");
    body["content"]["follows"] = json!("nobody");
    let problem = mia
        .post("/v1/instruments", &body)
        .await
        .refused(422, "invalid_field");
    assert_eq!(problem["field"], "content.follows");
    let first = crate::decisions::register(server, &offer("product"), true).await;
    body["content"]["follows"] = json!(first);
    let told = mia.post("/v1/instruments", &body).await.expect(201);
    assert_eq!(told["content"]["follows"], json!(first));
}
