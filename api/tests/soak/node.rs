//! One node in a process of its own, and what it takes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use beckon_api::auth::{Auth, Keys, Role};
use beckon_api::config::now;
use beckon_api::words::Time;
use serde_json::json;

/// Ticks of the clock in a second, as Linux counts a process's time.
const TICKS: f64 = 100.0;

/// The node.
#[derive(Debug)]
pub struct Node {
    child: Child,
    url: String,
    token: String,
    client: reqwest::Client,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Node {
    /// Starts one.
    pub fn start(data_dir: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_beckon"))
            .args([
                "serve",
                "--port",
                "0",
                "--workers",
                "1",
                "--reach",
                "loopback",
                "--data-dir",
            ])
            .arg(data_dir)
            .stderr(Stdio::piped())
            .spawn()
            .context("the program cannot be started")?;
        let mut lines = BufReader::new(child.stderr.take().context("its standard error")?).lines();
        let url = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let url = line
                .strip_prefix("Beckon serves ")?
                .split_whitespace()
                .next()?;
            Some(url.trim_end_matches('/').to_owned())
        });
        std::thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .for_each(|line| eprintln!("{line}"))
        });
        let auth = Auth::new(Keys::load_or_make(&data_dir.join("keys"))?);
        let token = auth.issue("soak", Role::Operator, 24 * 3600, now());
        Ok(Self {
            child,
            url: url.context("it does not say where it serves")?,
            token: token.map_err(|error| anyhow::anyhow!("{error}"))?,
            client: reqwest::Client::new(),
        })
    }

    /// Registers a channel that is to be watched.
    pub async fn register(&self, n: usize, zero: Time, url: &str) -> anyhow::Result<()> {
        let body = json!({"media_id": format!("channel-{n}"), "zero": zero.to_string(),
            "ingest": {"source": {"kind": "hls", "url": url}}});
        let request = self
            .client
            .post(format!("{}/v1/media", self.url))
            .bearer_auth(&self.token);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// The labels and values of a family.
    pub async fn metric_of_each(&self, family: &str) -> anyhow::Result<Vec<(String, f64)>> {
        let request = self
            .client
            .get(format!("{}/metrics", self.url))
            .bearer_auth(&self.token);
        let text = request.send().await?.error_for_status()?.text().await?;
        let of = text
            .lines()
            .filter_map(|line| line.strip_prefix(family)?.strip_prefix('{'));
        of.map(|line| {
            let (labels, value) = line.rsplit_once("} ").context("a value")?;
            Ok((labels.to_owned(), value.parse()?))
        })
        .collect()
    }

    /// The processes that it has started and that still run.
    pub fn children(&self) -> anyhow::Result<Vec<u32>> {
        let mut children = Vec::new();
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // A thread may be gone by the time it is looked at.
            let listed = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
            children.extend(
                listed
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
        }
        // One that has ended and was not yet asked how has no memory any more.
        children.retain(|pid| resident_kb(*pid).is_some());
        Ok(children)
    }

    /// What it and these have in memory.
    pub fn memory_kb(&self, children: &[u32]) -> anyhow::Result<u64> {
        let own = resident_kb(self.child.id()).context("the node is gone")?;
        Ok(own
            + children
                .iter()
                .filter_map(|pid| resident_kb(*pid))
                .sum::<u64>())
    }

    /// How long it and its children have computed, in s.
    pub fn cpu_s(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("a line of fields")?;
        // utime, stime, and those of children that have ended.
        let times = fields.split_whitespace().skip(11).take(4);
        Ok(times
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum::<f64>()
            / TICKS)
    }
}

fn resident_kb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
