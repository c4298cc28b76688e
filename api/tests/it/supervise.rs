//! Media that are ingested by themselves: by one node at a time, within their timetable, and whoever else is gone.

use std::time::Duration;

use beckon_api::config::now;
use beckon_api::words::Time;
use serde_json::{Value, json};

use crate::harness::{Client, Server, until};
use crate::on_both_engines;
use crate::watch::{Live, in_ledger, segments};

on_both_engines! {
    a_media_that_says_so_is_watched_and_how_it_stands_can_be_read => by_itself;
    a_timetable_opens_and_closes_the_watch => timetable;
    what_cannot_be_watched_says_why => impossible;
    an_ended_stream_is_watched_to_its_end_once => ended;
}

pub fn ingest(url: &str) -> Value {
    json!({"source": {"kind": "hls", "url": url}, "recogniser": {"kind": "images"},
        "frames": {"kind": "per_second", "count": 1.0}, "most_lag_ms": 120_000})
}

fn media(zero: Time, url: &str) -> Value {
    json!({"media_id": "m", "zero": zero.to_string(), "ingest": ingest(url)})
}

pub async fn status(client: &Client) -> Value {
    client.get("/v1/media/m/ingest").await.expect(200)
}

/// Waits until the ingest is in this state.
pub async fn until_it_is(client: &Client, state: &str) -> Value {
    let look = async || Some(status(client).await).filter(|status| status["state"] == state);
    until(state, look).await
}

async fn by_itself(server: &mut Server) {
    let live = Live::start();
    let operator = server.operator();
    operator
        .post("/v1/media", &media(live.zero, &live.url))
        .await
        .expect(201);
    until_it_is(&operator, "watching").await;
    segments(server, 7).await;
    let seen = status(&operator).await;
    assert_eq!(seen["segments"]["failed"], 0, "{seen}");
    let number = |value: &Value| value.as_i64().expect("a number");
    let counts = &seen["segments"];
    assert!(number(&counts["analysed"]) >= 7, "{seen}");
    let parts = ["analysed", "failed", "skipped", "gaps", "waiting"];
    let sum: i64 = parts.iter().map(|part| number(&counts[part])).sum();
    assert_eq!(number(&counts["seen"]), sum);
    assert_eq!(number(&seen["frames"]), 2 * number(&counts["analysed"]));
    assert_eq!(
        (&seen["frames_per_second"], &seen["cost_usd"]),
        (&json!(1.0), &json!(0.0))
    );
    assert!(
        seen["holder"].is_string() && seen["since"].is_string(),
        "{seen}"
    );

    // A change of the title leaves the watch alone; one of the address begins another.
    let mut changed = json!({"title": "Final", "ingest": ingest(&live.url)});
    operator.put("/v1/media/m", &changed).await.expect(200);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(status(&operator).await["holder"], seen["holder"]);
    changed["ingest"]["frames"]["count"] = json!(2.0);
    operator.put("/v1/media/m", &changed).await.expect(200);
    until("another watch", async || {
        let holder = &until_it_is(&operator, "watching").await["holder"];
        (*holder != seen["holder"]).then_some(())
    })
    .await;

    operator
        .put("/v1/media/m", &json!({"title": "Final"}))
        .await
        .expect(200);
    until_it_is(&operator, "idle").await;
    let positions: Vec<i64> = in_ledger(server).await.iter().map(|(_, ms)| *ms).collect();
    let expected: Vec<i64> = (0..positions.len() as i64).map(|n| n * 2000).collect();
    assert_eq!(positions, expected, "each once, and none left out");
    live.handle.stop(false).await;
}

async fn timetable(server: &mut Server) {
    let live = Live::start();
    let operator = server.operator();
    let mut body = media(live.zero, &live.url);
    let hours = |from: i64, to: i64| {
        json!({"starts_at": now().plus_ms(from).to_string(), "ends_at": now().plus_ms(to).to_string(),
            "zone": "Europe/Berlin"})
    };
    body["timetable"] = hours(2_000, 7_000);
    operator.post("/v1/media", &body).await.expect(201);
    let before = until_it_is(&operator, "waiting").await;
    assert!(
        before["reason"]
            .as_str()
            .is_some_and(|why| why.starts_with("it starts at")),
        "{before}"
    );
    assert!(in_ledger(server).await.is_empty());
    until_it_is(&operator, "watching").await;
    let over = until_it_is(&operator, "ended").await;
    assert!(
        over["reason"]
            .as_str()
            .is_some_and(|why| why.contains("timetable")),
        "{over}"
    );
    let count = in_ledger(server).await.len();
    tokio::time::sleep(Duration::from_millis(3_000)).await;
    assert_eq!(
        in_ledger(server).await.len(),
        count,
        "it is watched no more"
    );
    // More time: it goes on where it was.
    let more = json!({"ingest": ingest(&live.url), "timetable": hours(-60_000, 60_000)});
    operator.put("/v1/media/m", &more).await.expect(200);
    segments(server, count + 2).await;
    live.handle.stop(false).await;
}

async fn impossible(server: &mut Server) {
    let operator = server.operator();
    operator
        .post("/v1/media", &media(now(), "http://10.0.0.1/x.m3u8"))
        .await
        .expect(201);
    let failed = until_it_is(&operator, "failed").await;
    assert!(
        failed["reason"]
            .as_str()
            .is_some_and(|why| why.contains("private network")),
        "{failed}"
    );
    operator.get("/v1/media/none/ingest").await.expect(404);
    server
        .caller(beckon_api::auth::Role::Viewer, "v")
        .get("/v1/media/m/ingest")
        .await
        .expect(403);
}

async fn ended(server: &mut Server) {
    let (address, handle) = crate::watch::clip_as_recording();
    let operator = server.operator();
    operator
        .post(
            "/v1/media",
            &media(now(), &format!("http://{address}/x.m3u8")),
        )
        .await
        .expect(201);
    let ended = until_it_is(&operator, "ended").await;
    assert_eq!(ended["segments"]["analysed"], 4, "{ended}");
    assert_eq!(ended["reason"], "the stream has ended");
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(status(&operator).await, ended, "nobody begins it again");
    handle.stop(false).await;
}

#[actix_web::test]
async fn metrics_are_for_operators_and_count_answers_and_segments() {
    let server = Server::start(crate::harness::Engine::Sqlite).await;
    let server = server.expect("SQLite is always at hand");
    let (address, handle) = crate::watch::clip_as_recording();
    let operator = server.operator();
    let mut body = media(now(), &format!("http://{address}/x.m3u8"));
    body["media_id"] = json!("counted");
    operator.post("/v1/media", &body).await.expect(201);
    server.anonymous().get("/metrics").await.expect(401);
    server
        .caller(beckon_api::auth::Role::Marketer, "m")
        .get("/metrics")
        .await
        .expect(403);
    let wanted = [
        "beckon_ingest_segments_total{media=\"counted\",outcome=\"analysed\"} 4",
        "beckon_ingest_frames_total{media=\"counted\"} 8",
        "beckon_ingest_lag_seconds{media=\"counted\"} 0",
    ];
    let mut text = String::new();
    until("what was counted", async || {
        let answer = operator.request("GET", "/metrics").send().await;
        let answer = answer.expect("it answers").error_for_status().expect("200");
        text = answer.text().await.expect("a text");
        let told = |line: &&str| text.lines().any(|found| found == *line);
        wanted.iter().all(told).then_some(())
    })
    .await;
    for line in wanted {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is missing:\n{text}"
        );
    }
    for start in [
        "beckon_requests_total{method=\"GET\",route=\"/metrics\",status=\"401\"}",
        "process_resident_memory_bytes ",
    ] {
        assert!(text.contains(start), "{start} is missing:\n{text}");
    }
    handle.stop(false).await;
    server.finish().await;
}
