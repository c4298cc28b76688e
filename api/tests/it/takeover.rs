//! Two workers race for one media; the one that watches is killed, and the other takes over.

use std::collections::BTreeSet;
use std::time::Instant;

use beckon_api::auth::{Auth, Keys, Role};
use beckon_api::config::now;
use beckon_api::db::Db;
use serde_json::json;

use crate::crash::Process;
use crate::harness::{Client, postgres, until};
use crate::supervise::{ingest, until_it_is};
use crate::watch::{Live, a_mark_of_the_clip};

const BEGUN: &str = "this node watches a media";

/// Waits until one of them has said that it watches; which, and in how many of its lines.
async fn holder(workers: &[Option<Process>], before: usize) -> usize {
    let said = |process: &Option<Process>| process.as_ref().map_or(0, |p| p.said(BEGUN));
    until("somebody who watches", async || {
        let begun = workers.iter().map(said).sum::<usize>() > before;
        let found = begun.then(|| workers.iter().position(|worker| said(worker) > 0));
        found.flatten()
    })
    .await
}

async fn analysed(db: &Db) -> i64 {
    let row: (i64,) = sqlx::query_as("select count(*) from segment where outcome = 'analysed'")
        .fetch_one(db.pool())
        .await
        .expect("a count");
    row.0
}

async fn at_least(db: &Db, count: i64) {
    let enough = async || (analysed(db).await >= count).then_some(());
    until("enough analysed segments", enough).await;
}

#[actix_web::test]
async fn a_killed_worker_is_followed_by_another_and_every_segment_is_analysed_once() {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    // The window outlasts the lease by far, however slow the machine.
    let live = Live::with_window(60);
    let start = || {
        let arguments = ["--reach", "loopback", "--database-url", &database.url];
        Some(Process::start_with(folder.path(), &arguments))
    };
    // The first brings the tables up to date and makes the keys; then both race.
    let mut workers = [start(), start()];
    let auth = Auth::new(Keys::load_or_make(&folder.path().join("keys")).expect("the keys"));
    let token = |role| auth.issue("x", role, 3600, now()).expect("a token");
    let url = |worker: &Option<Process>| worker.as_ref().expect("it runs").url.clone();
    let operator = Client::new(url(&workers[0]), Some(token(Role::Operator)));
    operator
        .request("POST", "/v1/references?name=Mark")
        .header("content-type", "image/png")
        .body(a_mark_of_the_clip())
        .send()
        .await
        .expect("it answers")
        .error_for_status()
        .expect("a reference");
    let mut ingest = ingest(&live.url);
    ingest["frames"]["count"] = json!(2.0);
    let media = json!({"media_id": "m", "zero": live.zero.to_string(), "ingest": ingest});
    operator.post("/v1/media", &media).await.expect(201);

    let db = Db::open(&database.url).await.expect("the database");
    let first = holder(&workers, 0).await;
    at_least(&db, 8).await;
    let killed = Instant::now();
    workers[first].take().expect("it runs").kill();
    let second = holder(&workers, 0).await;
    let took = killed.elapsed();
    assert_ne!(first, second);
    at_least(&db, 24).await;
    let operator = Client::new(url(&workers[second]), Some(token(Role::Operator)));
    let seen = until_it_is(&operator, "watching").await;
    drop(workers);

    let rows: Vec<(i64, i64, i64, String)> =
        sqlx::query_as("select run, sequence, position_ms, outcome from segment order by sequence")
            .fetch_all(db.pool())
            .await
            .expect("the ledger");
    let count = i64::try_from(rows.len()).expect("few");
    let expected: Vec<_> = (0..count).map(|n| n * 2_000).collect();
    let positions: Vec<_> = rows.iter().map(|(_, _, ms, _)| *ms).collect();
    assert_eq!(positions, expected, "each once, and none left out");
    assert!(
        rows.iter()
            .all(|(run, _, _, outcome)| *run == 0 && outcome == "analysed"),
        "{rows:?}"
    );
    let tally: (i64, i64) = sqlx::query_as("select analysed, detections from ingest_tally")
        .fetch_one(db.pool())
        .await
        .expect("a tally");
    let stored: Vec<(i64, String)> =
        sqlx::query_as("select position_ms, name from detection order by position_ms")
            .fetch_all(db.pool())
            .await
            .expect("detections");
    let found = i64::try_from(stored.len()).expect("few");
    assert_eq!(
        tally,
        (count, found),
        "the counts survive the crash: {seen}"
    );
    // The clip loops every 8 s: every whole round shows the same, whoever watched it.
    let rounds = count / 4;
    let round = |n: i64| -> BTreeSet<i64> {
        let within = stored.iter().map(|(ms, _)| ms - n * 8_000);
        within.filter(|ms| (0..8_000).contains(ms)).collect()
    };
    assert!(!round(0).is_empty(), "the mark is seen");
    for n in 1..rounds {
        assert_eq!(round(n), round(0), "round {n}");
    }
    println!(
        "taken over after {} ms; {count} segments and {found} detections, each once",
        took.as_millis()
    );
    live.handle.stop(false).await;
}
