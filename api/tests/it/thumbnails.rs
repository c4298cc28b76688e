//! IVS thumbnails: from the notices of S3 to detections and a cue, whatever their order.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::ingest::Outside;
use beckon_api::words::Time;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::cues::{Ears, instrument};
use crate::harness::{Client, Engine, Server, until};
use crate::hooks::signer::{Signer, TOPIC};
use crate::references::{mark, png};
use crate::stored::bucket::Bucket;

/// A picture of 1280 pixels, with the mark or without, as the channel's recording has it.
fn thumbnail(marked: bool) -> Vec<u8> {
    let mut picture = RgbImage::from_fn(1280, 720, |x, y| Rgb([(x / 6) as u8, (y / 4) as u8, 120]));
    if marked {
        let mark =
            image::imageops::resize(&mark(7), 192, 192, image::imageops::FilterType::Triangle);
        image::imageops::overlay(&mut picture, &mark, 600, 200);
    }
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .expect("encoded");
    bytes.into_inner()
}

/// A recording that began at this moment.
struct Recording {
    prefix: String,
    began: Time,
}

impl Recording {
    fn of(began: Time) -> Self {
        // 2026-11-20T19:05 -> 2026/11/20/19/5
        let text = began.to_string();
        let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().expect("a number");
        let parts = [0..4, 5..7, 8..10, 11..13, 14..16].map(number);
        let parts: Vec<String> = parts.iter().map(u32::to_string).collect();
        Self {
            prefix: format!("ivs/v1/123456789012/chan/{}/rec1", parts.join("/")),
            began,
        }
    }

    fn key(&self, number: u32) -> String {
        format!("{}/media/thumbnails/thumb{number}.jpg", self.prefix)
    }

    fn started(&self) -> Value {
        json!({"id": "start", "detail-type": "IVS Recording State Change", "source": "aws.ivs",
            "time": self.began.to_string(), "resources": ["arn:aws:ivs:eu-west-1:1:channel/chan"],
            "detail": {"recording_status": "Recording Start", "recording_s3_bucket_name": "rec",
                "recording_s3_key_prefix": self.prefix}})
    }
}

async fn tally(client: &Client) -> Value {
    client.get("/v1/media/m/ingest").await.expect(200)["segments"].clone()
}

async fn until_done(client: &Client, segments: u64) -> Value {
    until("as many thumbnails", async || {
        let tally = tally(client).await;
        let done = ["analysed", "failed"].map(|key| tally[key].as_u64().expect("a count"));
        (done.iter().sum::<u64>() >= segments).then_some(tally)
    })
    .await
}

#[actix_web::test]
async fn thumbnails_are_looked_at_once_whatever_their_order_and_signal_what_they_show() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (signer, bucket) = (
            Signer::new("sns.amazonaws.com"),
            Arc::new(Bucket::default()),
        );
        let outside = Outside {
            objects: bucket.clone(),
            ..signer.outside()
        };
        let started = Server::start_within(engine, Some(outside), |options| {
            options.hooks.sns_topics = vec![TOPIC.to_owned()];
        });
        let Some(server) = started.await else {
            continue;
        };
        let zero = now().plus_ms(-100_000);
        // The recording began ten seconds before the event: its first thumbnail is not the event's.
        let recording = Recording::of(zero.plus_ms(-10_000));
        let objects = [
            (0, thumbnail(true)),
            (1, thumbnail(true)),
            (2, b"no JPEG".to_vec()),
            (3, thumbnail(false)),
        ];
        for (number, bytes) in objects {
            let place = format!("rec/{}", recording.key(number));
            bucket.0.lock().expect("not poisoned").insert(place, bytes);
        }
        let operator = server.operator();
        let path = "/v1/references?name=Tern%20Coffee";
        operator
            .post_bytes(path, "image/png", png(&mark(7)))
            .await
            .expect(201);
        let source = json!({"kind": "thumbnails", "bucket": "rec", "prefix": "ivs/v1/123456789012/chan/", "every_ms": 30_000});
        let media =
            json!({"media_id": "m", "zero": zero.to_string(), "ingest": {"source": source}});
        operator.post("/v1/media", &media).await.expect(201);
        instrument(&server, json!({"names": ["Tern Coffee"]})).await;
        let mut ears = Ears::open(&server).await;

        let aws = server.caller(Role::Ingest, "aws");
        aws.post("/v1/hooks/eventbridge", &recording.started())
            .await
            .expect(200);
        let notify = async |number: u32| {
            let records = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "rec"},
                "object": {"key": recording.key(number), "size": 10, "eTag": number.to_string()}}}]});
            let message = signer.notification(&records, now());
            server
                .anonymous()
                .post("/v1/hooks/sns", &message)
                .await
                .expect(200);
        };
        // The last comes first, one comes twice, and once more as an event.
        for number in [3, 2, 1, 1, 0] {
            notify(number).await;
        }
        let again = json!({"id": "again", "detail-type": "Object Created", "source": "aws.s3",
            "detail": {"bucket": {"name": "rec"}, "object": {"key": recording.key(1), "size": 10, "etag": "1"}}});
        aws.post("/v1/hooks/eventbridge", &again).await.expect(200);
        let counted = until_done(&operator, 3).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(tally(&operator).await, counted, "none is looked at twice");
        assert_eq!(
            (&counted["analysed"], &counted["failed"]),
            (&json!(2), &json!(1)),
            "{counted}"
        );

        let found = operator
            .get("/v1/media/m/detections?from_ms=0&to_ms=100000")
            .await
            .expect(200);
        let items = found["items"].as_array().expect("a list");
        let seen: Vec<(i64, &str)> = items
            .iter()
            .map(|d| {
                (
                    d["position_ms"].as_i64().expect("ms"),
                    d["name"].as_str().expect("a name"),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [(20_000, "Tern Coffee")],
            "thumb1, 30 s after the recording's start"
        );

        // The mark comes on screen again, in the newest thumbnail.
        let place = format!("rec/{}", recording.key(4));
        bucket
            .0
            .lock()
            .expect("not poisoned")
            .insert(place, thumbnail(true));
        notify(4).await;
        let cue = ears.cue(10_000).await.expect("a cue");
        assert_eq!(cue["kind"], "check", "{cue}");
        assert_eq!(cue["seen_ms"], 110_000, "{cue}");
        server.finish().await;
    }
}
