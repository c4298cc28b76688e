//! Videos in a bucket: a notice brings them, an account's recogniser looks at them, and its answer comes page by page.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use async_trait::async_trait;
use beckon_api::blobs::Objects;
use beckon_api::config::now;
use beckon_api::detections::{Detection, Kind};
use beckon_api::ingest::Outside;
use beckon_api::ingest::stored::{Job, JobPage, VideoRecogniser, Want};
use beckon_api::words::{Confidence, Position, Time};
use bytes::Bytes;
use serde_json::json;

use super::{catalogue, film, over, text};
use crate::harness::{Engine, Server};
use crate::hooks::signer::{Signer, TOPIC};

/// A bucket in memory.
#[derive(Debug, Default)]
pub struct Bucket(pub Mutex<HashMap<String, Vec<u8>>>);

#[async_trait]
impl Objects for Bucket {
    async fn get(&self, bucket: &str, key: &str, largest: usize) -> anyhow::Result<Bytes> {
        let objects = self.0.lock().expect("not poisoned");
        let found = objects
            .get(&format!("{bucket}/{key}"))
            .context("no such object")?;
        anyhow::ensure!(found.len() <= largest, "too large");
        Ok(found.clone().into())
    }

    async fn save(&self, bucket: &str, key: &str, to: &Path) -> anyhow::Result<()> {
        let bytes = self.get(bucket, key, usize::MAX).await?;
        Ok(std::fs::write(to, bytes)?)
    }
}

/// Answers two pages that break inside one timestamp, once it was told to.
#[derive(Debug, Default)]
struct Rekognition {
    started: Mutex<Vec<(String, Want, String)>>,
    done: Mutex<bool>,
}

fn seen(ms: i64, name: &str) -> Detection {
    Detection {
        position: Position::parse(ms).expect("a position"),
        kind: Kind::Label,
        name: name.to_owned(),
        external_id: None,
        confidence: Confidence::parse(88.0).expect("a confidence"),
        boxes: Vec::new(),
        parents: Vec::new(),
        categories: Vec::new(),
        source: "rekognition".to_owned(),
        seen_at: Time::from_ms(0),
    }
}

#[async_trait]
impl VideoRecogniser for Rekognition {
    async fn start(
        &self,
        bucket: &str,
        key: &str,
        want: Want,
        token: &str,
    ) -> anyhow::Result<String> {
        let mut started = self.started.lock().expect("not poisoned");
        started.push((format!("{bucket}/{key}"), want, token.to_owned()));
        // The same token is the same job.
        Ok(format!("job-{token}"))
    }

    async fn page(&self, job: &Job, next: Option<&str>) -> anyhow::Result<JobPage> {
        assert!(job.job_id.starts_with("job-"));
        if !*self.done.lock().expect("not poisoned") {
            return Ok(JobPage::Running);
        }
        let (detections, next) = match next {
            None => (
                vec![seen(0, "Sea"), seen(500, "Boat")],
                Some("two".to_owned()),
            ),
            Some("two") => (vec![seen(500, "Sail"), seen(900, "Sea")], None),
            Some(other) => anyhow::bail!("no page {other}"),
        };
        Ok(JobPage::Page { detections, next })
    }
}

#[actix_web::test]
async fn a_video_in_a_bucket_goes_from_its_notice_to_the_catalogue() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.mp4");
    film(&file, 1, 30);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (signer, bucket) = (
            Signer::new("sns.amazonaws.com"),
            Arc::new(Bucket::default()),
        );
        let bytes = std::fs::read(&file).expect("the film");
        bucket
            .0
            .lock()
            .expect("not poisoned")
            .insert("clips/in/Harbour Cup+1.mp4".to_owned(), bytes);
        let rekognition = Arc::new(Rekognition::default());
        let outside = Outside {
            objects: bucket,
            videos: Some(rekognition.clone()),
            ..signer.outside()
        };
        let started = Server::start_within(engine, Some(outside), |options| {
            options.hooks.sns_topics = vec![TOPIC.to_owned()];
            options.videos.video_buckets = vec!["clips/in/".to_owned()];
            options.videos.cdn_url = Some("https://d1.cloudfront.net/".to_owned());
        });
        let Some(server) = started.await else {
            continue;
        };
        let created = |key: &str| {
            json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "clips"},
            "object": {"key": key, "size": 10, "eTag": "e1"}}}]})
        };
        // Twice, as S3 may, beside what lies elsewhere and what is no video.
        for key in [
            "in/Harbour+Cup%2B1.mp4",
            "in/Harbour+Cup%2B1.mp4",
            "out/a.mp4",
            "in/a.txt",
        ] {
            let message = signer.notification(&created(key), now());
            let answer = server.anonymous().post("/v1/hooks/sns", &message).await;
            assert_eq!(answer.expect(200)["status"], "accepted");
        }
        let operator = server.operator();
        for _ in 0..100 {
            if catalogue(&operator)
                .await
                .iter()
                .any(|item| item["state"] == "recognising")
            {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        *rekognition.done.lock().expect("not poisoned") = true;
        let started = rekognition.started.lock().expect("not poisoned").clone();
        assert_eq!(
            started.len(),
            1,
            "faces are not asked for without a legal basis: {started:?}"
        );
        assert_eq!(started[0].0, "clips/in/Harbour Cup+1.mp4");
        assert!(matches!(started[0].1, Want::Labels(min) if min.percent() == 75.0));
        let job_id = format!("job-{}", started[0].2);
        let over_now =
            json!({"JobId": job_id, "Status": "SUCCEEDED", "API": "StartLabelDetection"});
        let message = signer.notification(&over_now, now());
        server
            .anonymous()
            .post("/v1/hooks/sns", &message)
            .await
            .expect(200);
        let item = over(&operator, "Harbour-Cup-1").await;
        assert_eq!(item["state"], "done", "{item}");
        assert_eq!(
            text(&item["file_url"]),
            "https://d1.cloudfront.net/in/Harbour%20Cup%2B1.mp4"
        );
        assert_eq!(
            item["labels"][0],
            json!({"kind": "label", "name": "Sea", "count": 2, "best_confidence": 88.0})
        );
        let found = operator
            .get("/v1/media/Harbour-Cup-1/detections?from_ms=0&to_ms=1000")
            .await
            .expect(200);
        assert_eq!(found["items"].as_array().map(Vec::len), Some(4));
        assert_eq!(catalogue(&operator).await.len(), 1);
        let moved = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let link = format!("{}/v1/media/Harbour-Cup-1/poster", server.url());
        assert_eq!(
            moved
                .get(link)
                .send()
                .await
                .expect("an answer")
                .status()
                .as_u16(),
            401
        );
        let copies = server.data_dir().join("videos");
        for _ in 0..40 {
            if copies.read_dir().expect("the folder").next().is_none() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let left = copies.read_dir().expect("the folder").count();
        assert_eq!(left, 0, "what the network serves is not kept twice");
        server.finish().await;
    }
}
