//! `kill -9` at any moment: a real process is killed amid events, and what it acknowledged is counted once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beckon_api::auth::{Auth, Keys, Role};
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::harness::sealed::{event, overlay, sealer};
use crate::harness::{Client, until};

/// A server in a process of its own; it does not outlive the test.
pub struct Process {
    child: Child,
    pub url: String,
    /// What it wrote to its standard error since.
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[])
    }

    /// One with more arguments, that tells what it does.
    pub fn start_with(data_dir: &Path, more: &[&str]) -> Self {
        Self::start_in(data_dir, more, &[])
    }

    /// One in an environment of its own.
    pub fn start_in(data_dir: &Path, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_beckon"))
            .args(["serve", "--port", "0", "--workers", "1", "--data-dir"])
            .arg(data_dir)
            .args(more)
            .env("BECKON_LOG", "info")
            .env("NO_COLOR", "1")
            .envs(environment.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server is started");
        let mut lines = BufReader::new(child.stderr.take().expect("its standard error")).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let url = line
                    .strip_prefix("Beckon serves ")?
                    .split_whitespace()
                    .next()?;
                Some(url.trim_end_matches('/').to_owned())
            })
            .expect("it says where it serves");
        // Read on, so that it never waits for room to write.
        let told = Arc::new(Mutex::new(Vec::new()));
        let sink = told.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sink.lock().expect("not poisoned").push(line);
            }
        });
        Self {
            child,
            url,
            lines: told,
        }
    }

    /// How many of its lines hold this.
    pub fn said(&self, what: &str) -> usize {
        let lines = self.lines.lock().expect("not poisoned");
        lines.iter().filter(|line| line.contains(what)).count()
    }

    /// SIGKILL: no destructor runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends until the server is gone; what it answered is kept in `told`.
async fn send_until_gone(client: Client, items: Vec<Value>, told: Arc<Mutex<Vec<Value>>>) {
    for batch in items.chunks(4) {
        let request = client
            .request("POST", "/v1/events")
            .header("content-type", "text/plain")
            .body(json!({ "items": batch }).to_string());
        let Ok(answer) = request.send().await else {
            return;
        };
        let Ok(report) = answer.bytes().await else {
            return;
        };
        let report: Value = serde_json::from_slice(&report).expect("a report");
        let items = report["items"].as_array().expect("items").clone();
        told.lock().expect("not poisoned").extend(items);
    }
}

async fn send_all(client: &Client, items: &[Value]) -> BTreeMap<String, String> {
    let mut statuses = BTreeMap::new();
    for batch in items.chunks(50) {
        let report = client
            .post("/v1/events", &json!({ "items": batch }))
            .await
            .expect(200);
        for item in report["items"].as_array().expect("items") {
            let text = |field: &str| item[field].as_str().expect("a text").to_owned();
            statuses.insert(text("event_id"), text("status"));
        }
    }
    statuses
}

const SENDERS: usize = 4;
const OVERLAYS: usize = 40;

#[actix_web::test]
async fn what_a_killed_server_acknowledged_is_counted_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path());
    let keys = Keys::load_or_make(&folder.path().join("keys")).expect("the server's keys");
    let sealer = sealer(&keys);
    let auth = Auth::new(keys);
    let token = |role| auth.issue("x", role, 3600, now()).expect("a token");
    let as_role = |url: &str, role| Client::new(url.to_owned(), Some(token(role)));

    let content = json!({"kind": "ad", "title": "Boots", "link_url": "https://shop.example/", "link_text": "See",
        "advertiser": "Shop"});
    let created = as_role(&process.url, Role::Marketer)
        .post(
            "/v1/instruments",
            &json!({"name": "One", "content": content}),
        )
        .await
        .expect(201);
    let id = created["instrument_id"].as_str().expect("an id");
    let items = |sender: usize| -> Vec<Value> {
        (0..OVERLAYS)
            .map(|_| overlay(id, &format!("v{sender}")).seal(&sealer))
            .flat_map(|receipt| [event("click", &receipt), event("impression", &receipt)])
            .collect()
    };
    let all: Vec<Vec<Value>> = (0..SENDERS).map(items).collect();

    // Killed three times, each a little later, while everything is sent from the start again.
    let mut acknowledged = BTreeSet::new();
    for round in 1..=3 {
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut senders = tokio::task::JoinSet::new();
        for items in &all {
            let client = Client::new(process.url.clone(), None);
            senders.spawn(send_until_gone(client, items.clone(), told.clone()));
        }
        while told.lock().expect("not poisoned").len() < round * 40 && !senders.is_empty() {
            if tokio::time::timeout(Duration::from_millis(2), senders.join_next())
                .await
                .is_ok()
            {
                break;
            }
        }
        process.kill();
        while senders.join_next().await.is_some() {}
        for item in told.lock().expect("not poisoned").iter() {
            assert_ne!(item["status"], "refused", "{item}");
            acknowledged.insert(item["event_id"].as_str().expect("an id").to_owned());
        }
        process = Process::start(folder.path());
    }
    assert!(
        acknowledged.len() >= 40,
        "only {} were acknowledged",
        acknowledged.len()
    );

    let client = Client::new(process.url.clone(), None);
    let statuses = send_all(&client, &all.concat()).await;
    let lost: Vec<&String> = acknowledged
        .iter()
        .filter(|id| statuses[*id] != "duplicate")
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(
        statuses
            .values()
            .all(|status| status == "accepted" || status == "duplicate")
    );

    // Everything is sent by now, so every count is known.
    let operator = as_role(&process.url, Role::Operator);
    for sender in 0..SENDERS {
        let path = format!("/v1/viewers/v{sender}");
        until("what a crash left untold, told after it", async || {
            operator.put(&path, &json!({})).await.expect(200);
            let viewer = operator.get(&path).await.expect(200);
            let exposures = viewer["exposures"].as_array().expect("exposures").len();
            (exposures == OVERLAYS).then_some(())
        })
        .await;
    }
    process.kill();
    let database = format!("sqlite:{}", folder.path().join("beckon.sqlite").display());
    let db = beckon_api::db::Db::open(&database)
        .await
        .expect("the database");
    let row: (i64, i64, i64) = sqlx::query_as("select impressions, clicks, engaged from tally")
        .fetch_one(db.pool())
        .await
        .expect("one tally");
    let every = i64::try_from(SENDERS * OVERLAYS).expect("small");
    assert_eq!(row, (every, every, every));
    println!(
        "killed 3 times: {} of {} events acknowledged before, all counted once",
        acknowledged.len(),
        SENDERS * OVERLAYS * 2
    );
}
