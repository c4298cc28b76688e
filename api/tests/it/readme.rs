//! The README's requests, run as they stand there, against a server that holds what the demo holds.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::harness::{Engine, Server};

/// The shell blocks of the README that talk to the demo.
fn blocks(readme: &str) -> Vec<&str> {
    readme
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.contains("curl"))
        .collect()
}

#[actix_web::test]
async fn the_requests_of_the_readme_work() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let server = Server::start(Engine::Sqlite)
        .await
        .expect("SQLite is always there");
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "demo"}))
        .await
        .expect(201);
    let blocks = blocks(&readme);
    assert_eq!(
        blocks.len(),
        4,
        "one for each kind of user, and one for operators"
    );
    for block in blocks {
        // `make -s token` asks the demo's data folder; here it asks the test server's.
        let script = format!(
            "set -euo pipefail\nmake() {{ \"$BECKON\" token --role \"${{3#ROLE=}}\" --subject \"${{4#SUBJECT=}}\"; }}\n{}",
            block.replace("http://127.0.0.1:8080", &server.url())
        );
        let mut shell = Command::new("bash");
        shell
            .arg("-c")
            .arg(&script)
            .env("BECKON", env!("CARGO_BIN_EXE_beckon"));
        shell.env("BECKON_DATA_DIR", server.data_dir());
        let output = tokio::task::spawn_blocking(move || shell.output())
            .await
            .expect("ran")
            .expect("bash runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{block}\n{said}");
        println!("{said}");
    }
    server.finish().await;
}
