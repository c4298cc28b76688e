//! A video in a bucket, from S3's notice to the webhook, with the real clients on the wire: S3 and Rekognition are
//! stood in for on loopback, what they are asked and what they answer crosses it as in service.

use beckon_api::auth::{Auth, Keys, Role};
use beckon_api::aws::Aws;
use beckon_api::blobs::s3::Buckets;
use beckon_api::config::{RekognitionOptions, now};
use beckon_api::ingest::Outside;
use beckon_api::ingest::recogniser::rekognition::Rekognition;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::crash::Process;
use crate::harness::{Client, Engine, Server, until};
use crate::hooks::signer::{Signer, TOPIC};
use crate::standins::rekognition::{Answer, Call, Standin};
use crate::standins::s3::S3;
use crate::stored::films::{Listener, film};
use crate::stored::{catalogue, is_signed, over, text};

const JOBS: &str = "arn:aws:sns:eu-west-1:123456789012:jobs";
const ROLE: &str = "arn:aws:iam::123456789012:role/jobs";

fn bytes_of(folder: &Path) -> Vec<u8> {
    let file = folder.join("film.mp4");
    film(&file, 1, 60);
    std::fs::read(file).expect("the film")
}

/// A node in a process of its own, and who talks to it: its operator, and EventBridge with a token for ingest.
struct Node {
    _process: Process,
    operator: Client,
    eventbridge: Client,
}

impl Node {
    fn start(folder: &Path, rekognition: &Standin, s3: &S3, webhook: &str) -> Self {
        let environment = [
            ("AWS_ENDPOINT_URL_REKOGNITION", rekognition.url()),
            ("AWS_ENDPOINT_URL_S3", s3.url()),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "stand-in"),
            ("AWS_SECRET_ACCESS_KEY", "stand-in"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("BECKON_REACH", "loopback"),
            ("BECKON_VIDEO_BUCKETS", "clips/in/"),
            ("BECKON_REKOGNITION_TOPIC", JOBS),
            ("BECKON_REKOGNITION_ROLE", ROLE),
            ("BECKON_WEBHOOK_URL", webhook),
            ("BECKON_WEBHOOK_SECRET", "secret"),
        ];
        let process = Process::start_in(folder, &[], &environment);
        let auth = Auth::new(Keys::load_or_make(&folder.join("keys")).expect("the node's keys"));
        let caller = |role| {
            let token = auth.issue("x", role, 3600, now()).expect("a token");
            Client::new(process.url.clone(), Some(token))
        };
        Self {
            operator: caller(Role::Operator),
            eventbridge: caller(Role::Ingest),
            _process: process,
        }
    }

    async fn tell(&self, event: &Value) -> Value {
        let answer = self.eventbridge.post("/v1/hooks/eventbridge", event).await;
        answer.expect(200)["status"].clone()
    }
}

fn event(id: &str, source: &str, kind: &str, detail: Value) -> Value {
    json!({"version": "0", "id": id, "detail-type": kind, "source": source, "account": "123456789012",
        "time": now().to_string(), "region": "eu-west-1", "resources": [], "detail": detail})
}

/// What Rekognition publishes when a job is over.
fn completion(job_id: &str, status: &str, key: &str) -> Value {
    json!({"JobId": job_id, "Status": status, "API": "StartLabelDetection", "Timestamp": now().ms(),
        "Video": {"S3ObjectName": key, "S3Bucket": "clips"}})
}

async fn recognising(client: &Client, media_id: &str) -> Option<()> {
    let items = catalogue(client).await;
    let mut of_it = items.iter().filter(|item| item["media_id"] == media_id);
    of_it
        .any(|item| item["state"] == "recognising")
        .then_some(())
}

/// What the webhook was told, each with its signature checked.
fn told(listener: &Listener) -> Vec<Value> {
    let heard = listener.heard();
    heard
        .iter()
        .map(|(signature, body)| {
            assert!(is_signed(signature, body), "{signature}");
            serde_json::from_str(body).expect("JSON")
        })
        .collect()
}

fn label(ms: i64, name: &str, sure: f64) -> Value {
    json!({"Timestamp": ms, "Label": {"Name": name, "Confidence": sure, "Parents": [{"Name": "Outdoors"}],
        "Instances": [{"Confidence": 90.5, "BoundingBox": {"Left": 0.25, "Top": 0.5, "Width": 0.125, "Height": 0.25}}]}})
}

fn star(ms: i64) -> Value {
    json!({"Timestamp": ms, "Celebrity": {"Id": "1aB2cD", "Name": "A Star", "Confidence": 97.5,
        "KnownGender": {"Type": "Female"}, "Face": {"BoundingBox": {"Left": 0.5, "Top": 0.25, "Width": 0.125, "Height": 0.25}}}})
}

/// Labels in three pages, the moment 500 on all of them. A celebrity's pages break between the two moments.
fn pages(call: &Call) -> Answer {
    let next = call.body["NextToken"].as_str();
    let mut said = match (call.operation.as_str(), next) {
        ("GetLabelDetection", None) => {
            json!({"NextToken": "two", "Labels": [label(0, "Sea", 94.5), label(500, "Sea", 88.0)]})
        }
        ("GetLabelDetection", Some("two")) => {
            json!({"NextToken": "three/+=", "Labels": [label(500, "Boat", 91.25), label(500, "Fog", 60.0)]})
        }
        ("GetLabelDetection", Some("three/+=")) => {
            json!({"Labels": [label(500, "Sail", 76.0), label(900, "Sea", 90.0)]})
        }
        ("GetCelebrityRecognition", None) => {
            json!({"NextToken": "people", "Celebrities": [star(0)]})
        }
        ("GetCelebrityRecognition", Some("people")) => json!({"Celebrities": [star(500)]}),
        _ => return Answer::Fails(400, "InvalidPaginationTokenException"),
    };
    said["JobStatus"] = json!("SUCCEEDED");
    Answer::Says(said)
}

#[actix_web::test]
async fn a_video_of_s3_is_recognised_by_jobs_of_rekognition_and_stored_to_the_last_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = "in/Harbour Cup+1.mp4";
    let s3 = S3::start([(format!("/clips/{key}"), bytes_of(folder.path()))].into());
    let (over_now, room) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    let (is_over, has_room) = (over_now.clone(), room.clone());
    let standin = Standin::start(move |call| match call.operation.as_str() {
        "StartLabelDetection" => {
            // There is room for the second job once the first was asked for again.
            has_room.store(call.nth > 0, Ordering::SeqCst);
            Answer::Says(json!({"JobId": "labels-1"}))
        }
        "StartCelebrityRecognition" if has_room.load(Ordering::SeqCst) => {
            Answer::Says(json!({"JobId": "people-1"}))
        }
        "StartCelebrityRecognition" => Answer::Fails(400, "LimitExceededException"),
        _ if !is_over.load(Ordering::SeqCst) => Answer::Says(json!({"JobStatus": "IN_PROGRESS"})),
        _ => pages(call),
    });
    let listener = Listener::start(0);
    let data = tempfile::tempdir().expect("a folder");
    let node = Node::start(data.path(), &standin, &s3, &listener.url);
    // Registered beforehand with a legal basis: so people are asked for too.
    let media_id = "Harbour-Cup-1";
    let media = json!({"media_id": media_id, "title": "Harbour Cup", "people_basis": "contract"});
    node.operator.post("/v1/media", &media).await.expect(201);

    let object =
        json!({"bucket": {"name": "clips"}, "object": {"key": key, "size": 7, "etag": "e1"}});
    let created = event("e-1", "aws.s3", "Object Created", object);
    assert_eq!(node.tell(&created).await, "accepted");
    assert_eq!(node.tell(&created).await, "known");
    until("a job that is not over", async || {
        let asked = !standin.calls("GetLabelDetection").is_empty();
        let running = recognising(&node.operator, media_id).await;
        running.filter(|()| asked)
    })
    .await;
    assert!(told(&listener).is_empty(), "nothing is over yet");
    over_now.store(true, Ordering::SeqCst);
    let done = completion("labels-1", "SUCCEEDED", key);
    let done = event("e-2", "beckon.jobs", "Rekognition job", done);
    assert_eq!(node.tell(&done).await, "accepted");
    let item = over(&node.operator, media_id).await;
    assert_eq!(
        (&item["state"], &item["error"]),
        (&json!("done"), &json!(null)),
        "{item}"
    );
    assert_eq!(
        (&item["title"], &item["duration_ms"]),
        (&media["title"], &json!(1000))
    );

    each_job_was_started_with_its_own_token(&standin, key);
    let asked: Vec<Value> = standin
        .calls("GetLabelDetection")
        .into_iter()
        .map(|c| c.body)
        .collect();
    assert!(asked.iter().all(|body| body["JobId"] == "labels-1"));
    let nexts: Vec<_> = asked
        .iter()
        .filter_map(|body| body["NextToken"].as_str())
        .collect();
    assert_eq!(
        nexts,
        ["two", "three/+="],
        "each page is read once, to the last one"
    );

    let path = format!("/v1/media/{media_id}/detections?from_ms=0&to_ms=1000");
    let found = node.operator.get(&path).await.expect(200);
    let found = found["items"].as_array().expect("a list");
    let seen = |d: &Value| (d["position_ms"].as_i64(), text(&d["name"]).to_owned());
    let mut seen: Vec<_> = found
        .iter()
        .map(|d| (seen(d), d["confidence"].as_f64()))
        .collect();
    seen.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        (0, "A Star", 97.5),
        (0, "Sea", 94.5),
        (500, "A Star", 97.5),
        (500, "Boat", 91.25),
        (500, "Sail", 76.0),
        (500, "Sea", 88.0),
        (900, "Sea", 90.0),
    ]
    .map(|(ms, name, sure)| ((Some(ms), name.to_owned()), Some(sure)));
    assert_eq!(
        seen, expected,
        "what is under 75 % is left out, and nothing that shares its moment"
    );
    assert!(found.iter().all(|d| d["source"] == "rekognition" && d["boxes"].as_array().map(Vec::len) == Some(1)));
    assert!(!format!("{found:?}").contains("Female"));
    assert_eq!(
        item["labels"][0],
        json!({"kind": "label", "name": "Sea", "count": 3, "best_confidence": 94.5})
    );
    assert_eq!(item["labels"].as_array().map(Vec::len), Some(4), "{item}");

    let heard = until("the webhook", async || {
        Some(told(&listener)).filter(|h| !h.is_empty())
    })
    .await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(
        (&heard[0]["event"], &heard[0]["media_id"]),
        (&json!("ingest.succeeded"), &json!(media_id))
    );
    assert_eq!(
        (&heard[0]["labels"], &heard[0]["error"]),
        (&item["labels"], &json!(null))
    );
    drop(node);
    listener.stop().await;
    standin.stop().await;
    s3.stop().await;
}

/// Asked for again after the second found no room, the first is the same job.
fn each_job_was_started_with_its_own_token(standin: &Standin, key: &str) {
    let labels = standin.calls("StartLabelDetection");
    assert_eq!(labels.len(), 2);
    assert_eq!(labels[0].body, labels[1].body);
    let token = text(&labels[0].body["ClientRequestToken"]);
    let channel = json!({"SNSTopicArn": JOBS, "RoleArn": ROLE});
    let video = json!({"S3Object": {"Bucket": "clips", "Name": key}});
    assert_eq!(
        labels[0].body,
        json!({"Video": video, "MinConfidence": 75.0, "ClientRequestToken": token, "NotificationChannel": channel})
    );
    let people = standin.calls("StartCelebrityRecognition");
    let last = &people.last().expect("it was started").body;
    assert!(people.len() > 1 && people.iter().all(|call| call.body == *last));
    assert_eq!(
        (&last["Video"], &last["NotificationChannel"]),
        (&video, &channel)
    );
    assert_ne!(text(&last["ClientRequestToken"]), token);
}

/// A server in this process whose clients of S3 and Rekognition are the real ones, and SNS is the signer.
async fn server(
    engine: Engine,
    signer: &Signer,
    rekognition: &Standin,
    s3: &S3,
    webhook: &str,
) -> Option<Server> {
    let options = RekognitionOptions {
        topic_arn: Some(JOBS.to_owned()),
        role_arn: Some(ROLE.to_owned()),
        ..RekognitionOptions::default()
    };
    let config = rekognition.config();
    let videos = Rekognition::new(&config, &options);
    let of_s3 = config.into_builder().endpoint_url(s3.url()).build();
    let outside = Outside {
        objects: Arc::new(Buckets::new(Aws::from(of_s3))),
        videos: Some(Arc::new(videos)),
        ..signer.outside()
    };
    let started = Server::start_within(engine, Some(outside), |options| {
        options.hooks.sns_topics = vec![TOPIC.to_owned()];
        options.videos.video_buckets = vec!["clips".to_owned()];
        options.videos.webhook_url = Some(webhook.to_owned());
        options.videos.webhook_secret = Some("secret".to_owned());
    });
    started.await
}

#[actix_web::test]
async fn a_job_that_fails_is_told_with_its_reason_and_not_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = bytes_of(folder.path());
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let stock =
            ["/clips/broken.mp4", "/clips/odd.mp4"].map(|path| (path.to_owned(), bytes.clone()));
        let s3 = S3::start(stock.into());
        let failed = Arc::<AtomicBool>::default();
        let has_failed = failed.clone();
        let standin = Standin::start(move |call| match call.operation.as_str() {
            // One that it does not even begin with, and one on which it gives up.
            "StartLabelDetection" if call.body["Video"]["S3Object"]["Name"] == "odd.mp4" => {
                Answer::Fails(400, "InvalidS3ObjectException")
            }
            "StartLabelDetection" => Answer::Says(json!({"JobId": "labels-1"})),
            "GetLabelDetection" if has_failed.load(Ordering::SeqCst) => Answer::Says(
                json!({"JobStatus": "FAILED", "StatusMessage": "the codec is not supported"}),
            ),
            _ => Answer::Says(json!({"JobStatus": "IN_PROGRESS"})),
        });
        let (signer, listener) = (Signer::new("sns.amazonaws.com"), Listener::start(0));
        let Some(server) = server(engine, &signer, &standin, &s3, &listener.url).await else {
            continue;
        };
        let publish = async |message: Value| {
            let signed = signer.notification(&message, now());
            let answer = server.anonymous().post("/v1/hooks/sns", &signed).await;
            assert_eq!(answer.expect(200)["status"], "accepted");
        };
        for key in ["broken.mp4", "odd.mp4"] {
            publish(json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "clips"},
                "object": {"key": key, "size": 10, "eTag": "e1"}}}]})).await;
        }
        let operator = server.operator();
        until("a job", async || recognising(&operator, "broken").await).await;
        failed.store(true, Ordering::SeqCst);
        publish(completion("labels-1", "FAILED", "broken.mp4")).await;
        let reasons = [
            ("broken", "the codec is not supported"),
            ("odd", "InvalidS3ObjectException"),
        ];
        for (media_id, why) in reasons {
            let item = over(&operator, media_id).await;
            assert_eq!(item["state"], "failed", "{item}");
            assert!(text(&item["error"]).contains(why), "{item}");
            assert!(
                item["finished_at"].is_string() && item["labels"] == json!([]),
                "{item}"
            );
            let path = format!("/v1/media/{media_id}/detections?from_ms=0&to_ms=1000");
            assert_eq!(operator.get(&path).await.expect(200)["items"], json!([]));
        }
        let heard = until("the webhook", async || {
            Some(told(&listener)).filter(|h| h.len() == 2)
        })
        .await;
        for (media_id, why) in reasons {
            let one = heard
                .iter()
                .find(|one| one["media_id"] == media_id)
                .expect("it was told");
            assert_eq!(one["event"], "ingest.failed");
            assert!(text(&one["error"]).contains(why), "{one}");
        }
        let started = standin.calls("StartLabelDetection");
        assert_eq!(started.len(), 2, "each is started once: {started:?}");
        assert!(
            standin.calls("StartCelebrityRecognition").is_empty(),
            "there is no legal basis"
        );
        server.finish().await;
        listener.stop().await;
        standin.stop().await;
        s3.stop().await;
    }
}
