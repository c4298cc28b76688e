//! Models of one's own: started before the media that need them, stopped after, charged between.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use beckon_api::config::now;
use beckon_api::ingest::models::{Keeper, Models, Status};
use beckon_api::words::Time;
use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    a_model_runs_from_its_lead_before_the_first_media_to_the_end_of_the_last => two_media;
    what_a_service_refuses_is_tried_again => refused;
    a_deleted_media_leaves_no_model_running => deleted;
}

const ARN: &str = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/one/1587506176";
const LEAD_MS: i64 = 900_000;

/// A service that starts and stops at once, and counts.
#[derive(Debug, Default)]
struct Fake {
    running: Mutex<HashMap<String, bool>>,
    asked: Mutex<Vec<&'static str>>,
    refuses: Mutex<bool>,
}

#[async_trait]
impl Models for Fake {
    async fn start(&self, arn: &str) -> anyhow::Result<()> {
        anyhow::ensure!(
            !*self.refuses.lock().expect("alone"),
            "the limit of running models is reached"
        );
        self.asked.lock().expect("alone").push("start");
        self.running
            .lock()
            .expect("alone")
            .insert(arn.to_owned(), true);
        Ok(())
    }

    async fn stop(&self, arn: &str) -> anyhow::Result<()> {
        self.asked.lock().expect("alone").push("stop");
        self.running
            .lock()
            .expect("alone")
            .insert(arn.to_owned(), false);
        Ok(())
    }

    async fn status(&self, arn: &str) -> anyhow::Result<Status> {
        Ok(match self.running.lock().expect("alone").get(arn) {
            Some(true) => Status::Running,
            _ => Status::Stopped,
        })
    }
}

impl Fake {
    fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().expect("alone").clone()
    }
}

async fn media(server: &Server, id: &str, from: Time, to: Time) {
    let body = json!({"media_id": id, "ingest": {
        "source": {"kind": "hls", "url": "http://127.0.0.1:9/x.m3u8"},
        "recogniser": {"kind": "rekognition", "custom_labels": {"project_version_arn": ARN, "min_confidence": 80}}},
        "timetable": {"starts_at": from.to_string(), "ends_at": to.to_string(), "zone": "Europe/Berlin"}});
    server.operator().post("/v1/media", &body).await.expect(201);
}

/// A keeper as a node has it: another each time, as after a crash.
async fn look(server: &Server, fake: &Arc<Fake>, at: Time) {
    let watching = server.app().watching();
    let keeper = Keeper::new(watching.db.clone(), watching.media, fake.clone(), LEAD_MS);
    keeper.look(at).await.expect("it looks");
    // The next node need not wait for this one's lease.
    sqlx::query("delete from lease where name = 'models'")
        .execute(watching.db.pool())
        .await
        .expect("deleted");
}

async fn two_media(server: &mut Server) {
    let fake = Arc::new(Fake::default());
    let zero = now().plus_ms(24 * 3_600_000);
    let hour = |n: i64| zero.plus_ms(n * 3_600_000);
    media(server, "a", hour(1), hour(2)).await;
    media(server, "b", hour(2), hour(3)).await;
    for (at, expected) in [
        (hour(1).plus_ms(-LEAD_MS - 1), vec![]),
        (hour(1).plus_ms(-LEAD_MS), vec!["start"]),
        (hour(1), vec!["start"]),
        (hour(2), vec!["start"]),
        (hour(3).plus_ms(-1_000), vec!["start"]),
        (hour(3), vec!["start", "stop"]),
        (hour(3).plus_ms(60_000), vec!["start", "stop"]),
        (hour(9), vec!["start", "stop"]),
    ] {
        look(server, &fake, at).await;
        assert_eq!(fake.asked(), expected, "at {at}");
    }
    // The quarter of an hour before a is a's. Then it was looked at on the hour, when b was the one that needed it.
    let cost = async |id: &str| {
        let path = format!("/v1/media/{id}/ingest");
        let status = server.operator().get(&path).await.expect(200);
        status["calls"][0]["count"].as_i64().expect("seconds")
    };
    assert_eq!((cost("a").await, cost("b").await), (900, 7_199));
}

async fn refused(server: &mut Server) {
    let fake = Arc::new(Fake::default());
    *fake.refuses.lock().expect("alone") = true;
    let start = now().plus_ms(3_600_000);
    media(server, "a", start, start.plus_ms(3_600_000)).await;
    look(server, &fake, start).await;
    look(server, &fake, start.plus_ms(15_000)).await;
    *fake.refuses.lock().expect("alone") = false;
    look(server, &fake, start.plus_ms(30_000)).await;
    assert!(fake.asked().is_empty(), "it is not pressed");
    look(server, &fake, start.plus_ms(61_000)).await;
    assert_eq!(fake.asked(), ["start"]);
}

async fn deleted(server: &mut Server) {
    let fake = Arc::new(Fake::default());
    let start = now().plus_ms(3_600_000);
    media(server, "a", start, start.plus_ms(3_600_000)).await;
    look(server, &fake, start).await;
    server.operator().delete("/v1/media/a").await.expect(204);
    look(server, &fake, start.plus_ms(120_000)).await;
    assert_eq!(fake.asked(), ["start", "stop"]);
}
