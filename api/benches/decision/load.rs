//! The load: wrk on core 1.

use std::path::Path;
use std::process::Command;

/// Requests a second that the server answered, all of them well.
pub fn wrk(port: u16, script: Option<&Path>) -> f64 {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "wrk", "-t1", "-c32", "-d3s"]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let output = command.arg(format!("http://127.0.0.1:{port}/")).output();
    let output = output.expect("wrk drives the load: apt-get install wrk");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !text.contains("Non-2xx"),
        "the server refused requests:\n{text}"
    );
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok())
        .unwrap_or_else(|| panic!("wrk says no rate:\n{text}"))
}

/// The requests must do what they are meant to measure: be answered with an overlay and a receipt.
pub fn check(port: u16, folder: &Path) {
    let prepared = std::fs::read_to_string(folder.join("requests.txt")).expect("the requests");
    let first = prepared.lines().next().expect("a request");
    let [path, token, body]: [&str; 3] = first
        .splitn(3, '\t')
        .collect::<Vec<_>>()
        .try_into()
        .expect("three parts");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let answer = runtime.block_on(async {
        let request = reqwest::Client::new()
            .post(format!("http://127.0.0.1:{port}{path}"))
            .bearer_auth(token);
        let response = request
            .body(body.to_owned())
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        response.bytes().await.expect("a body")
    });
    let decision: beckon_openapi::decision::Decision =
        serde_json::from_slice(&answer).expect("a decision");
    assert_eq!(decision.overlays.len(), 1, "{decision:?}");
    println!(
        "one answer: {} bytes, receipt of {} characters",
        answer.len(),
        decision.overlays[0].receipt.len()
    );
}
