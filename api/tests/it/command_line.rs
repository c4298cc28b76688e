//! The program as operators run it, beside a running server.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{Engine, Server};

fn beckon(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
    command
        .args(arguments)
        .env("BECKON_DATA_DIR", server.data_dir())
        .env("BECKON_SERVER", server.url())
        .env_remove("BECKON_TOKEN")
        .kill_on_drop(true);
    command
}

/// What the command printed, or what it said when it failed.
async fn run(mut command: Command) -> Result<String, String> {
    let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
    let output = output.expect("it ends in time").expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

fn fixture(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

#[actix_web::test]
async fn recorded_output_is_imported_and_a_cue_sent_with_the_data_folders_own_key() {
    let server = Server::start(Engine::Sqlite)
        .await
        .expect("SQLite is always there");
    let operator = server.operator();
    let folder = tempfile::tempdir().expect("a folder");
    let labels = json!({"JobStatus": "SUCCEEDED", "Labels": [
        {"Timestamp": 5005, "Label": {"Name": "Bird", "Confidence": 94.2, "Instances": []}}]});
    let file = fixture(folder.path(), "labels.json", &labels.to_string());
    let import = ["import", "--media", "m", "--offset-ms", "1000", &file];
    let unknown = run(beckon(&server, &import))
        .await
        .expect_err("there is no media yet");
    assert!(
        unknown.contains("there is no media m [media_not_found]"),
        "{unknown}"
    );
    operator
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    let report = run(beckon(&server, &import)).await.expect("imported");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(
        (&report["stored"], &report["first_position_ms"]),
        (&json!(1), &json!(6005))
    );
    let broken = fixture(folder.path(), "broken.json", "{ ,");
    let refused = run(beckon(&server, &["import", "--media", "m", &broken])).await;
    assert!(refused.expect_err("broken").contains("[malformed_import]"));

    let cue = run(beckon(
        &server,
        &["cue", "--media", "m", "--seen-ms", "81000"],
    ))
    .await
    .expect("sent");
    let cue: Value = serde_json::from_str(&cue).expect("JSON");
    assert_eq!(
        (&cue["kind"], &cue["seen_ms"]),
        (&json!("check"), &json!(81_000))
    );
    let mut stranger = beckon(&server, &["cue", "--media", "m"]);
    stranger.env("BECKON_TOKEN", "a.b.c");
    assert!(
        run(stranger)
            .await
            .expect_err("refused")
            .contains("[unauthenticated]")
    );
    let mut keyless = beckon(&server, &["cue", "--media", "m"]);
    keyless.env("BECKON_DATA_DIR", folder.path());
    assert!(
        run(keyless)
            .await
            .expect_err("no key")
            .contains("give --token")
    );
    server.finish().await;
}

#[actix_web::test]
async fn a_watch_of_its_own_process_survives_being_killed() {
    let server = Server::start(Engine::Sqlite)
        .await
        .expect("SQLite is always there");
    // The window outlasts the lease by far, so that the next watcher misses nothing however slow the machine is.
    let live = crate::watch::Live::with_window(60);
    let body = json!({"media_id": "m", "zero": live.zero.to_string(), "playback_url": live.url});
    server.operator().post("/v1/media", &body).await.expect(201);
    let labels = json!({"JobStatus": "SUCCEEDED", "Labels": [
        {"Timestamp": 1001, "Label": {"Name": "Bird", "Confidence": 94.2}},
        {"Timestamp": 5005, "Label": {"Name": "Swan", "Confidence": 90.0}}]});
    let folder = tempfile::tempdir().expect("a folder");
    let file = fixture(folder.path(), "labels.json", &labels.to_string());
    let arguments = [
        "ingest",
        "--media",
        "m",
        "--recorded",
        &file,
        "--clip-ms",
        "8000",
        "--reach",
        "loopback",
    ];
    let mut known = 0;
    for more in [2, 3] {
        let mut watcher = beckon(&server, &arguments)
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        known = crate::watch::segments(&server, known + more).await.len();
        // At any moment: SIGKILL. The next one follows when the lease has run out.
        watcher.kill().await.expect("killed");
    }
    let ledger = crate::watch::in_ledger(&server).await;
    let positions: Vec<i64> = ledger.iter().map(|(_, ms)| *ms).collect();
    let expected: Vec<i64> = (0..positions.len() as i64).map(|n| n * 2_000).collect();
    assert_eq!(positions, expected, "each segment once, and none left out");
    let end_ms = positions.len() as i64 * 2_000;
    let path = format!("/v1/media/m/detections?from_ms=0&to_ms={end_ms}&limit=500");
    let found = server.operator().get(&path).await.expect(200);
    let times = |offset: i64| {
        (0..)
            .map(move |round| round * 8_000 + offset)
            .take_while(move |ms| *ms < end_ms)
    };
    let mut expected: Vec<i64> = times(1_001).chain(times(5_005)).collect();
    expected.sort_unstable();
    let seen: Vec<i64> = found["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|d| d["position_ms"].as_i64())
        .collect();
    assert_eq!(seen, expected);
    live.handle.stop(false).await;
    server.finish().await;
}

#[tokio::test]
async fn every_command_has_a_manual() {
    for command in [
        "serve", "ingest", "import", "estimate", "cue", "replay", "token", "migrate", "openapi",
    ] {
        let mut help = Command::new(env!("CARGO_BIN_EXE_beckon"));
        help.args([command, "--help"]);
        let text = run(help).await.expect("a manual");
        assert!(
            text.lines().count() > 5 && text.contains("Usage:"),
            "{command}: {text}"
        );
    }
}

#[actix_web::test]
async fn questions_are_put_to_all_one_after_another_and_made_only_once() {
    let server = Server::start(Engine::Sqlite)
        .await
        .expect("SQLite is always there");
    let media = json!({"media_id": "m"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let folder = tempfile::tempdir().expect("a folder");
    let text = "# harbour\nThe sea is salt | true\nSwans are blue | false\n";
    let file = fixture(folder.path(), "questions.txt", text);
    let ask = ["cue", "--media", "m", "--from", &file, "--every", "1s"];
    let mut shown = Vec::new();
    for _ in 0..2 {
        let printed = run(beckon(&server, &ask)).await.expect("shown");
        let cues: Vec<Value> = printed
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(cues.len(), 2);
        let at = |cue: &Value| cue["show_at_ms"].as_i64().expect("a position");
        let apart = at(&cues[1]) - at(&cues[0]);
        assert!(apart >= 500, "one after another: {apart} ms");
        shown.push(cues);
    }
    let ids = |cues: &[Value]| -> Vec<Value> {
        cues.iter()
            .map(|cue| cue["instrument_id"].clone())
            .collect()
    };
    assert_eq!(ids(&shown[0]), ids(&shown[1]), "the same instruments");
    let marketer = server.caller(beckon_api::auth::Role::Marketer, "mary");
    let all = marketer.get("/v1/instruments").await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
    let viewer = server.caller(beckon_api::auth::Role::Viewer, "alice");
    let alone = json!({"position_ms": 0});
    let decided = viewer
        .post("/v1/media/m/decisions", &alone)
        .await
        .expect(200);
    assert_eq!(
        decided["overlays"],
        json!([]),
        "nobody meets them by chance"
    );
    let asked = json!({"position_ms": 0, "cue_id": shown[1][1]["cue_id"]});
    let decided = viewer
        .post("/v1/media/m/decisions", &asked)
        .await
        .expect(200);
    let content = &decided["overlays"][0]["content"];
    assert_eq!(content["question"], "Swans are blue");
    let late = [&ask[..], &["--start", "3"]].concat();
    let refused = run(beckon(&server, &late))
        .await
        .expect_err("there are two");
    assert!(refused.contains("there are 2 questions"), "{refused}");
    let withdraw = ["cue", "--media", "m", "--kind", "withdraw"];
    let cue = run(beckon(&server, &withdraw)).await.expect("sent");
    assert!(cue.contains(r#""kind":"withdraw""#), "{cue}");
    server.finish().await;
}

#[cfg(unix)]
#[actix_web::test]
async fn an_interrupt_ends_the_questions_and_says_how_to_go_on() {
    let server = Server::start(Engine::Sqlite)
        .await
        .expect("SQLite is always there");
    let media = json!({"media_id": "m"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let folder = tempfile::tempdir().expect("a folder");
    let file = fixture(folder.path(), "q.txt", "One | true\nTwo | false\n");
    let ask = ["cue", "--media", "m", "--from", &file, "--every", "60s"];
    let mut command = beckon(&server, &ask);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut asking = command.spawn().expect("it starts");
    let stdout = asking.stdout.take().expect("piped");
    let mut lines = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(stdout));
    let first = lines.next_line().await.expect("read").expect("a cue");
    assert!(first.contains(r#""kind":"show""#), "{first}");
    let pid = asking.id().expect("it runs").to_string();
    let interrupt = Command::new("kill").args(["-INT", &pid]).status();
    assert!(interrupt.await.expect("sent").success());
    let ended = tokio::time::timeout(Duration::from_secs(20), asking.wait_with_output());
    let ended = ended.await.expect("in time").expect("it ended");
    assert!(ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("--start 2 goes on"), "{said}");
    server.finish().await;
}

#[tokio::test]
async fn a_dry_run_lists_segments_and_needs_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let playlist = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-PROGRAM-DATE-TIME:2024-03-05T00:02:17.684+01:00\n\
                    #EXTINF:2.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:1.5,\nb.ts\n#EXT-X-ENDLIST\n";
    fixture(folder.path(), "low.m3u8", playlist);
    let master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n";
    let master = fixture(folder.path(), "master.m3u8", master);
    let dry_run = |file: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
        command
            .args(["ingest", "--dry-run", file])
            .env("BECKON_DATA_DIR", folder.path().join("none"))
            .kill_on_drop(true);
        command
    };
    let listed = run(dry_run(&master)).await.expect("it is listed");
    let lines: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let expected = [
        json!({"uri": "a.ts", "position_ms": 0, "duration_ms": 2000, "sequence": 7, "discontinuity": false,
               "program_date_time": "2024-03-04T23:02:17.684Z"}),
        json!({"uri": "b.ts", "position_ms": 2000, "duration_ms": 1500, "sequence": 8, "discontinuity": true,
               "program_date_time": null}),
    ];
    assert_eq!(lines, expected);
    assert!(!folder.path().join("none").exists(), "nothing is stored");
    let broken = fixture(
        folder.path(),
        "broken.m3u8",
        "#EXTM3U\n#EXTINF:ten,\na.ts\n",
    );
    let refused = run(dry_run(&broken)).await.expect_err("it is refused");
    assert!(
        refused.contains("line 2: #EXTINF needs a length"),
        "{refused}"
    );
}

#[actix_web::test]
async fn a_golden_case_is_decided_without_a_server_and_a_rule_may_be_left_out() {
    let case = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/decisions/frequency_capped.json"
    );
    let replay = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
        command.args(["replay", "--case", case]).args(more);
        command
    };
    let printed = run(replay(&[])).await.expect("as expected");
    let decision: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(decision["reasons"][0]["reason"], "frequency_capped");
    let missed = run(replay(&["--without", "frequency"]))
        .await
        .expect_err("another decision");
    assert!(
        missed.contains("but came overlays [\"capped\"]"),
        "{missed}"
    );
    let unknown = run(replay(&["--without", "gravity"])).await;
    assert!(unknown.expect_err("no such rule").contains("frequency"));
}
