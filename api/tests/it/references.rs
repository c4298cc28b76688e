//! Reference images over HTTP.

use std::io::Cursor;

use beckon_api::auth::Role;
use beckon_api::ingest::frames::Frame;
use beckon_api::ingest::recogniser::{Image, Recogniser, Stretch};
use beckon_api::words::{Position, Time};
use image::{Rgb, RgbImage};

use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    a_reference_is_registered_listed_and_replaced => registered;
    what_is_no_usable_image_is_refused_and_nothing_is_stored => refused;
    a_node_takes_fifty_references => fifty;
    a_reference_is_found_in_a_picture_by_its_name => found;
}

/// A mark that no other seed looks like, so that it is found.
pub fn mark(seed: u32) -> RgbImage {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let cells: Vec<[u8; 3]> = (0..36)
        .map(|_| [next() as u8, (next() >> 8) as u8, (next() >> 16) as u8])
        .collect();
    RgbImage::from_fn(96, 96, |x, y| Rgb(cells[(y / 16 * 6 + x / 16) as usize]))
}

pub fn png(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("encoded");
    bytes.into_inner()
}

async fn listed(client: &Client) -> Vec<serde_json::Value> {
    let list = client.get("/v1/references?limit=500").await.expect(200);
    list["items"].as_array().expect("a list").clone()
}

async fn registered(server: &mut Server) {
    let operator = server.operator();
    let path = "/v1/references?name=Tern%20Coffee&external_id=tern-coffee";
    let first = operator
        .post_bytes(path, "image/png", png(&mark(1)))
        .await
        .expect(201);
    assert_eq!(
        (&first["width"], &first["name"]),
        (&96.into(), &"Tern Coffee".into())
    );
    assert_eq!(first["warnings"], serde_json::json!([]));
    let second = operator
        .post_bytes(path, "image/png", png(&mark(2)))
        .await
        .expect(201);
    assert_eq!(
        first["reference_id"], second["reference_id"],
        "it is replaced"
    );
    let flat = RgbImage::from_pixel(64, 64, Rgb([90, 90, 90]));
    let weak = operator
        .post_bytes("/v1/references?name=Flat", "image/png", png(&flat))
        .await
        .expect(201);
    assert_eq!(weak["warnings"].as_array().map(Vec::len), Some(1), "{weak}");
    assert_eq!(weak["external_id"], serde_json::Value::Null);
    server.restart().await;
    assert_eq!(listed(&server.operator()).await, [second, weak]);
}

async fn refused(server: &mut Server) {
    let ingest = server.caller(Role::Ingest, "watcher");
    let path = "/v1/references?name=A";
    let not_image = ingest.post_bytes(path, "image/png", "<svg/>").await;
    not_image.refused(422, "malformed_image");
    let small = RgbImage::from_pixel(8, 8, Rgb([1, 2, 3]));
    ingest
        .post_bytes(path, "image/png", png(&small))
        .await
        .refused(422, "malformed_image");
    let text = ingest.post_bytes(path, "text/plain", png(&mark(1))).await;
    text.refused(415, "unsupported_media_type");
    let large = ingest
        .post_bytes(path, "image/png", vec![0; 4 * 1024 * 1024 + 1])
        .await;
    large.refused(413, "body_too_large");
    let unnamed = ingest
        .post_bytes("/v1/references?name=%20", "image/png", png(&mark(1)))
        .await;
    assert_eq!(unnamed.refused(422, "invalid_field")["field"], "name");
    ingest
        .post_bytes("/v1/references", "image/png", png(&mark(1)))
        .await
        .refused(400, "malformed_parameter");
    let viewer = server.caller(Role::Viewer, "alice");
    viewer
        .post_bytes(path, "image/png", png(&mark(1)))
        .await
        .refused(403, "forbidden");
    assert!(listed(&ingest).await.is_empty());
}

async fn fifty(server: &mut Server) {
    let operator = server.operator();
    // Weak ones: fifty real marks would only make this slow.
    let flat = |n: u8| png(&RgbImage::from_pixel(32, 32, Rgb([n, 90, 90])));
    for n in 0..50 {
        let path = format!("/v1/references?name=R{n}");
        operator
            .post_bytes(&path, "image/png", flat(n))
            .await
            .expect(201);
    }
    let more = operator
        .post_bytes("/v1/references?name=More", "image/png", flat(99))
        .await;
    more.refused(409, "too_many_references");
    operator
        .post_bytes("/v1/references?name=R7", "image/png", flat(77))
        .await
        .expect(201);
    assert_eq!(listed(&operator).await.len(), 50);
}

async fn found(server: &mut Server) {
    let operator = server.operator();
    for (name, seed) in [("One", 11), ("Two", 22)] {
        let path = format!("/v1/references?name={name}&external_id=id-{name}");
        operator
            .post_bytes(&path, "image/png", png(&mark(seed)))
            .await
            .expect(201);
    }
    let mut picture = RgbImage::from_fn(640, 360, |x, y| Rgb([(x / 3) as u8, (y / 2) as u8, 120]));
    image::imageops::overlay(&mut picture, &mark(22), 300, 100);
    let position = Position::parse(7_340).expect("a position");
    let frame = Frame {
        position,
        width: 640,
        height: 360,
        rgb: picture.into_raw().into(),
    };
    let stretch = Stretch {
        from: position,
        to: position.forward(2000),
        frames: vec![frame],
    };
    let recogniser = Image::new(server.app().references());
    let seen = recogniser
        .recognise(stretch, Time::from_ms(5))
        .await
        .expect("looked")
        .detections;
    let names: Vec<&str> = seen.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(names, ["Two"]);
    assert_eq!(
        (seen[0].external_id.as_deref(), seen[0].position),
        (Some("id-Two"), position)
    );
    assert_eq!((seen[0].source.as_str(), seen[0].boxes.len()), ("image", 1));
    assert!(
        (seen[0].boxes[0].left - 300.0 / 640.0).abs() < 0.01,
        "{:?}",
        seen[0].boxes
    );
}
