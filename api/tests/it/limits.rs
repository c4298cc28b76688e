//! What bounds an ingest: its lag, and its money.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use beckon_api::config::Switch;
use beckon_api::ingest::recogniser::{Recognised, Recogniser, Recognisers, Stretch};
use beckon_api::ingest::spend::{Calls, Operation};
use beckon_api::ingest::{Supervisor, account};
use beckon_api::media::Media;
use beckon_api::words::{MediaId, Time};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::harness::{Client, Engine, Server};
use crate::supervise::{status, until_it_is};
use crate::watch::{Live, in_ledger, segments};

/// A recogniser that takes its time for each picture, and charges it.
#[derive(Debug, Default)]
struct Slow {
    per_stretch: Duration,
    per_frame: Duration,
    price: Option<Operation>,
    /// It makes so many calls fewer than it announces.
    spares: u32,
    called: AtomicU32,
}

#[async_trait]
impl Recogniser for Slow {
    fn source(&self) -> &'static str {
        "test"
    }

    fn needs_frames(&self) -> bool {
        true
    }

    fn most_calls(&self, frames: usize) -> Calls {
        let count = u32::try_from(frames).expect("few");
        self.price.map(|price| (price, count)).into_iter().collect()
    }

    async fn recognise(&self, stretch: Stretch, _: Time) -> anyhow::Result<Recognised> {
        let count = u32::try_from(stretch.frames.len()).expect("few");
        tokio::time::sleep(self.per_stretch + self.per_frame * count).await;
        let made = count - self.spares.min(count);
        self.called.fetch_add(made, Ordering::Relaxed);
        Ok(Recognised {
            calls: self.price.map(|price| (price, made)).into_iter().collect(),
            ..Recognised::default()
        })
    }
}

#[derive(Debug)]
struct Always(Arc<Slow>);

#[async_trait]
impl Recognisers for Always {
    async fn of(&self, _: &Media) -> anyhow::Result<Arc<dyn Recogniser>> {
        Ok(self.0.clone())
    }
}

/// A server that leaves watching to a supervisor with this recogniser.
async fn supervised(slow: Slow) -> (Server, Arc<Slow>, oneshot::Sender<()>) {
    let server = Server::start_with(Engine::Sqlite, |options| options.ingest = Switch::Off);
    let server = server.await.expect("SQLite is always at hand");
    let slow = Arc::new(slow);
    let recognisers = Arc::new(Always(slow.clone()));
    let (stop, stopped) = oneshot::channel::<()>();
    let supervisor = Supervisor::new(server.app().watching(), recognisers, 4);
    tokio::spawn(supervisor.run(async move { drop(stopped.await) }));
    (server, slow, stop)
}

async fn register(operator: &Client, live: &Live, fps: f64, change: impl FnOnce(&mut Value)) {
    let mut body = json!({"media_id": "m", "zero": live.zero.to_string(), "ingest":
        {"source": {"kind": "hls", "url": live.url}, "frames": {"kind": "per_second", "count": fps}}});
    change(&mut body);
    operator.post("/v1/media", &body).await.expect(201);
}

/// Looks at the lag for so long, and gives the last status and the largest lag from when the backlog of the start was made up.
async fn observe(operator: &Client, seconds: u64) -> (Value, i64) {
    until_it_is(operator, "watching").await;
    let (mut most, mut settled) = (0, false);
    for _ in 0..seconds * 5 {
        let seen = status(operator).await;
        let lag = seen["lag_ms"].as_i64().expect("a lag");
        settled |= lag <= 4_000 && !seen["updated_at"].is_null();
        if settled {
            most = most.max(lag);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(settled, "the backlog was never made up");
    (status(operator).await, most)
}

#[actix_web::test]
async fn a_slow_recogniser_sees_fewer_pictures_and_stays_near_the_edge() {
    let slow = Slow {
        per_frame: Duration::from_millis(600),
        ..Slow::default()
    };
    let (server, _, stop) = supervised(slow).await;
    let live = Live::start();
    let operator = server.operator();
    // Four pictures a second, of which each takes 0.6 s: 4.8 s for a segment of 2 s.
    register(&operator, &live, 4.0, |body| {
        body["ingest"]["most_lag_ms"] = json!(6_000)
    })
    .await;
    let (seen, most) = observe(&operator, 24).await;
    println!("slow: largest lag {most} ms of 6000; {}", seen["segments"]);
    assert!(most <= 6_000 + 2_000, "{most}: {seen}");
    assert!(seen["thinning"].as_i64() >= Some(2), "{seen}");
    assert!(seen["frames_per_second"].as_f64() < Some(4.0), "{seen}");
    assert!(seen["segments"]["analysed"].as_i64() >= Some(5), "{seen}");
    drop(stop);
    live.handle.stop(false).await;
    server.finish().await;
}

#[actix_web::test]
async fn one_that_thinning_does_not_help_passes_segments_over_and_says_so() {
    let slow = Slow {
        per_stretch: Duration::from_millis(3_500),
        ..Slow::default()
    };
    let (server, _, stop) = supervised(slow).await;
    let live = Live::start();
    let operator = server.operator();
    register(&operator, &live, 1.0, |body| {
        body["ingest"]["most_lag_ms"] = json!(6_000)
    })
    .await;
    let (seen, most) = observe(&operator, 45).await;
    println!(
        "too slow: largest lag {most} ms of 6000; {}",
        seen["segments"]
    );
    assert!(most <= 6_000 + 2_000, "{most}: {seen}");
    let count = |what: &str| seen["segments"][what].as_i64().expect("a count");
    assert!(count("skipped") >= 2 && count("analysed") >= 3, "{seen}");
    let known = in_ledger(&server).await;
    let positions: Vec<i64> = known.iter().map(|(_, ms)| *ms).collect();
    let expected: Vec<i64> = (0..known.len() as i64).map(|n| n * 2_000).collect();
    assert_eq!(
        positions, expected,
        "those that were passed over stand in the ledger too"
    );
    drop(stop);
    live.handle.stop(false).await;
    server.finish().await;
}

#[actix_web::test]
async fn recognition_stops_at_the_spend_limit_and_goes_on_when_it_is_raised() {
    let slow = Slow {
        price: Some(Operation::DetectLabels),
        ..Slow::default()
    };
    let (server, slow, stop) = supervised(slow).await;
    let live = Live::start();
    let operator = server.operator();
    // Two pictures a segment at a tenth of a cent: nine pictures' worth is enough for four segments.
    register(&operator, &live, 1.0, |body| {
        body["ingest"]["max_spend_usd"] = json!(0.009)
    })
    .await;
    let spent = until_it_is(&operator, "spent").await;
    assert_eq!(
        spent["cost_usd"], 0.008,
        "never more than the limit: {spent}"
    );
    assert_eq!(
        spent["calls"],
        json!([{"operation": "DetectLabels", "count": 8}])
    );
    assert_eq!(
        (&spent["segments"]["analysed"], &spent["max_spend_usd"]),
        (&json!(4), &json!(0.009))
    );
    assert_eq!(slow.called.load(Ordering::Relaxed), 8);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(status(&operator).await, spent, "and it stays so");

    let more =
        json!({"ingest": {"source": {"kind": "hls", "url": live.url}, "max_spend_usd": 1.0}});
    operator.put("/v1/media/m", &more).await.expect(200);
    segments(&server, 7).await;
    assert_eq!(
        until_it_is(&operator, "watching").await["segments"]["failed"],
        0
    );
    drop(stop);
    live.handle.stop(false).await;
    server.finish().await;
}

#[actix_web::test]
async fn what_was_reserved_and_not_called_is_given_back() {
    let slow = Slow {
        price: Some(Operation::RecognizeCelebrities),
        spares: 1,
        ..Slow::default()
    };
    let (server, slow, stop) = supervised(slow).await;
    let live = Live::start();
    let operator = server.operator();
    register(&operator, &live, 1.0, |_| ()).await;
    segments(&server, 4).await;
    drop(stop);
    // Until the watch is gone, and nothing is reserved and not yet made.
    until_it_is(&operator, "waiting").await;
    let media_id = MediaId::parse("m").expect("an id");
    let db = server.database().await;
    let tally = account::tally(&db, &media_id).await.expect("a tally");
    let spend = account::spend(&db, &media_id).await.expect("a spend");
    let made = i64::from(slow.called.load(Ordering::Relaxed));
    // A segment that was broken off by the end keeps its reservation: its calls may have been made.
    let broken_off = spend.calls[0].1 - tally.analysed;
    assert!((0..=2).contains(&broken_off), "{spend:?} {tally:?}");
    assert!(made >= tally.analysed, "{made} {tally:?}");
    assert_eq!(spend.micro_usd, spend.calls[0].1 * 1_000);
    live.handle.stop(false).await;
    server.finish().await;
}
