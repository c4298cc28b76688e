//! Decisions over HTTP: golden files, one case a file, and what the route refuses.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use beckon_api::auth::Role;
use beckon_api::media::AdBreak;
use beckon_api::words::MediaId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    a_question_that_is_none_is_refused => refused_questions;
    the_same_viewer_and_cue_get_the_same_answer => same_answer;
    right_answers_do_not_leave_with_a_decision => no_right_answer;
    without_explain_the_answer_says_only_what_to_draw => plain_answer;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    #[serde(default)]
    overlay_life: Option<Value>,
    #[serde(default)]
    detections: Vec<Value>,
    /// From and to of the stream's ad breaks.
    #[serde(default)]
    ad_breaks: Vec<(i64, i64)>,
    #[serde(default)]
    viewers: BTreeMap<String, Value>,
    instruments: Vec<Value>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Ask {
        ask: Value,
        #[serde(default = "alice", rename = "as")]
        viewer: String,
        /// Receipts of earlier steps that the device brings along.
        #[serde(default)]
        recent: Vec<usize>,
        /// Which of the cues sent before leads to it.
        #[serde(default)]
        because_of: Option<usize>,
        expect: Expected,
    },
    /// A host's cue; its instrument by name.
    Cue {
        cue: Value,
    },
    Hold {
        hold: bool,
    },
    Move {
        #[serde(rename = "move")]
        name: String,
        to: String,
    },
    Report {
        report: Vec<String>,
        of: usize,
        wait_ms: u64,
    },
    Pause {
        pause_ms: u64,
    },
    Restart {
        #[serde(rename = "restart")]
        _restart: bool,
    },
}

fn alice() -> String {
    "alice".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The names of the instruments shown.
    overlays: Vec<String>,
    reasons: BTreeMap<String, u64>,
    /// Each candidate with its reason.
    #[serde(default)]
    candidates: Option<BTreeMap<String, Option<String>>>,
}

#[actix_web::test]
async fn golden_decisions_hold() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decision");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the cases")
        .map(|f| f.expect("a file").path())
        .collect();
    files.sort();
    assert!(files.len() >= 15, "only {} cases were found", files.len());
    for file in files {
        let name = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let case = serde_json::from_slice(&std::fs::read(&file).expect("a case"))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let server = Server::start(crate::harness::Engine::Sqlite)
            .await
            .expect("SQLite is always there");
        hold(&name, case, server).await;
    }
}

/// Registers what a case needs; answers the instruments' names by id.
async fn prepare(case: &Case, server: &Server) -> BTreeMap<String, String> {
    let operator = server.operator();
    operator
        .post(
            "/v1/media",
            &json!({"media_id": "m", "overlay_life": case.overlay_life}),
        )
        .await
        .expect(201);
    if !case.detections.is_empty() {
        operator
            .post("/v1/media/m/detections", &json!({"items": case.detections}))
            .await
            .expect(201);
    }
    let ad_break = |(from_ms, to_ms): &(i64, i64)| AdBreak {
        id: format!("cue:0:{from_ms}"),
        from_ms: *from_ms,
        to_ms: Some(*to_ms),
        planned_ms: None,
    };
    let ad_breaks: Vec<AdBreak> = case.ad_breaks.iter().map(ad_break).collect();
    let media = server.app().watching().media;
    let media_id = MediaId::parse("m").expect("an id");
    let noted = media.note_breaks(&media_id, &ad_breaks, beckon_api::config::now());
    noted.await.expect("stored");
    for (viewer, profile) in &case.viewers {
        let stored = operator
            .put(&format!("/v1/viewers/{viewer}"), profile)
            .await;
        assert!(stored.status < 300, "{}", stored.text);
    }
    let mut names = BTreeMap::new();
    for mut instrument in case.instruments.clone() {
        if let Some(in_ms) = instrument
            .as_object_mut()
            .and_then(|i| i.remove("ends_in_ms"))
        {
            let end = beckon_api::config::now().plus_ms(in_ms.as_i64().expect("milliseconds"));
            instrument["schedule"] = json!({"ends_at": end.to_string()});
        }
        let draft = instrument
            .as_object_mut()
            .and_then(|i| i.remove("state"))
            .is_some();
        let id = register(server, &instrument, !draft).await;
        names.insert(id, instrument["name"].as_str().expect("a name").to_owned());
    }
    names
}

/// Registers an instrument and, unless it stays a draft, sets it live.
pub async fn register(server: &Server, instrument: &Value, live: bool) -> String {
    let marketer = server.caller(Role::Marketer, "mia");
    let created = marketer
        .post("/v1/instruments", instrument)
        .await
        .expect(201);
    let id = created["instrument_id"].as_str().expect("an id").to_owned();
    if live {
        set_live(server, &id).await;
    }
    id
}

/// Has the latest version reviewed by somebody else than its author `mia`, and the instrument go live.
pub async fn set_live(server: &Server, id: &str) -> Value {
    let (mia, max) = (
        server.caller(Role::Marketer, "mia"),
        server.caller(Role::Marketer, "max"),
    );
    let path = format!("/v1/instruments/{id}/state");
    let mut moved = Value::Null;
    for (caller, state) in [(&mia, "in_review"), (&max, "approved"), (&mia, "live")] {
        moved = caller
            .post(&path, &json!({"state": state}))
            .await
            .expect(200);
    }
    moved
}

async fn hold(name: &str, case: Case, mut server: Server) {
    let names = prepare(&case, &server).await;
    let mut receipts: Vec<Value> = Vec::new();
    let mut cues: Vec<Value> = Vec::new();
    let id = |name: &str| {
        let of_name = names.iter().find(|(_, known)| *known == name);
        of_name.expect("an instrument of this name").0.clone()
    };
    for (at, step) in case.steps.iter().enumerate() {
        let place = format!("{name} ({}), step {at}", case.what);
        match step {
            Step::Ask {
                ask,
                viewer,
                recent,
                because_of,
                expect,
            } => {
                let mut ask = ask.clone();
                if let Some(cue) = because_of {
                    ask["cue_id"] = cues[*cue]["cue_id"].clone();
                }
                ask["explain"] = json!(true);
                if !recent.is_empty() {
                    ask["recent"] = recent.iter().map(|i| receipts[*i].clone()).collect();
                }
                let viewer = server.caller(Role::Viewer, viewer);
                let decision = viewer.post("/v1/media/m/decisions", &ask).await.expect(200);
                compare(&place, &decision, expect, &names);
                receipts.push(decision["overlays"][0]["receipt"].clone());
            }
            Step::Report {
                report,
                of,
                wait_ms,
            } => {
                let event = |kind: &String| {
                    json!({"event_id": uuid::Uuid::now_v7().to_string(), "type": kind,
                    "at": beckon_api::config::now().to_string(), "receipt": receipts[*of]})
                };
                let events: Vec<Value> = report.iter().map(event).collect();
                let told = server
                    .anonymous()
                    .post("/v1/events", &json!({"items": events}))
                    .await
                    .expect(200);
                assert_eq!(told["items"][0]["status"], "accepted", "{place}: {told}");
                tokio::time::sleep(Duration::from_millis(*wait_ms)).await;
            }
            Step::Cue { cue } => {
                let mut cue = cue.clone();
                if let Some(name) = cue["instrument_id"].as_str().map(str::to_owned) {
                    cue["instrument_id"] = json!(id(&name));
                }
                let sent = server.operator().post("/v1/media/m/cues", &cue).await;
                cues.push(sent.expect(201));
            }
            Step::Hold { hold } => {
                let hold = json!({"held": hold});
                let held = server.operator().put("/v1/media/m/hold", &hold).await;
                held.expect(200);
            }
            Step::Move { name, to } => {
                let path = format!("/v1/instruments/{}/state", id(name));
                let marketer = server.caller(Role::Marketer, "mia");
                let state = json!({"state": to});
                marketer.post(&path, &state).await.expect(200);
            }
            Step::Pause { pause_ms } => tokio::time::sleep(Duration::from_millis(*pause_ms)).await,
            Step::Restart { .. } => server.restart().await,
        }
    }
    server.finish().await;
}

fn compare(place: &str, decision: &Value, expect: &Expected, names: &BTreeMap<String, String>) {
    let name = |of: &Value| names[of["instrument_id"].as_str().expect("an id")].clone();
    let items = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let overlays: Vec<String> = items(&decision["overlays"]).iter().map(name).collect();
    assert_eq!(overlays, expect.overlays, "{place}: {decision:#}");
    let reasons: BTreeMap<String, u64> = items(&decision["reasons"])
        .iter()
        .map(|r| {
            (
                r["reason"].as_str().expect("a reason").to_owned(),
                r["count"].as_u64().expect("a count"),
            )
        })
        .collect();
    assert_eq!(reasons, expect.reasons, "{place}: {decision:#}");
    if let Some(expected) = &expect.candidates {
        let candidates: BTreeMap<String, Option<String>> =
            items(&decision["explanation"]["candidates"])
                .iter()
                .map(|c| (name(c), c["reason"].as_str().map(str::to_owned)))
                .collect();
        assert_eq!(&candidates, expected, "{place}");
    }
}

async fn with_poll(server: &Server) -> (String, Client) {
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    let quiz = json!({"name": "q", "content": {"kind": "quiz", "question": "<b>Who?</b>", "correct_answer_id": "b",
        "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B \"x\""}]}});
    (
        register(server, &quiz, true).await,
        server.caller(Role::Viewer, "alice"),
    )
}

async fn refused_questions(server: &mut Server) {
    let (_, viewer) = with_poll(server).await;
    let path = "/v1/media/m/decisions";
    viewer
        .post(path, &json!({}))
        .await
        .refused(422, "invalid_field");
    viewer
        .post(path, &json!({"position_ms": -1}))
        .await
        .refused(422, "invalid_field");
    viewer
        .post(path, &json!({"position_ms": 90000, "backward_ms": 60001}))
        .await
        .refused(422, "window_too_wide");
    viewer
        .post(path, &json!({"position_ms": 90000, "backward_ms": -1}))
        .await
        .refused(422, "invalid_window");
    viewer
        .post(path, &json!({"position_ms": 0, "slots": 9}))
        .await
        .refused(422, "invalid_field");
    viewer
        .post_bytes(path, "application/json", "{")
        .await
        .refused(400, "malformed_body");
    viewer
        .post_bytes(path, "application/json", vec![b' '; 24 * 1024 + 1])
        .await
        .refused(413, "body_too_large");
    viewer
        .post("/v1/media/none/decisions", &json!({"position_ms": 0}))
        .await
        .refused(404, "media_not_found");
    server
        .anonymous()
        .post(path, &json!({"position_ms": 0}))
        .await
        .refused(401, "unauthenticated");
    server
        .operator()
        .post(path, &json!({"position_ms": 0}))
        .await
        .refused(403, "forbidden");
}

async fn same_answer(server: &mut Server) {
    let (_, viewer) = with_poll(server).await;
    for i in 0..5 {
        let poll = json!({"name": format!("p{i}"), "content": {"kind": "poll", "question": "Q?",
            "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}});
        register(server, &poll, true).await;
    }
    let ask = json!({"position_ms": 0, "cue_id": "c"});
    let first = viewer.post("/v1/media/m/decisions", &ask).await.expect(200);
    for _ in 0..5 {
        let again = viewer.post("/v1/media/m/decisions", &ask).await.expect(200);
        assert_eq!(again["decision_id"], first["decision_id"]);
        assert_eq!(
            again["overlays"][0]["instrument_id"],
            first["overlays"][0]["instrument_id"]
        );
    }
}

async fn no_right_answer(server: &mut Server) {
    let (id, viewer) = with_poll(server).await;
    let ask = json!({"position_ms": 0, "explain": true});
    let answer = viewer.post("/v1/media/m/decisions", &ask).await;
    let decision = answer.expect(200);
    assert_eq!(decision["overlays"][0]["instrument_id"], json!(id));
    assert!(
        !answer.text.contains("correct_answer_id"),
        "{}",
        answer.text
    );
    let content = &decision["overlays"][0]["content"];
    assert_eq!(
        (&content["question"], &content["answers"][1]["text"]),
        (&json!("<b>Who?</b>"), &json!("B \"x\""))
    );
    assert!(decision["explanation"]["decided_us"].as_u64().is_some());
}

async fn plain_answer(server: &mut Server) {
    let (_, viewer) = with_poll(server).await;
    let answer = viewer
        .post(
            "/v1/media/m/decisions",
            &json!({"position_ms": 12_000, "novel": 1}),
        )
        .await;
    let decision: beckon_openapi::decision::Decision =
        serde_json::from_str(&answer.text).expect("the documented shape");
    assert!(decision.explanation.is_none());
    assert_eq!(
        serde_json::to_value(&decision).expect("JSON"),
        answer.json(),
        "what was written is what serde writes"
    );
    let overlay = &decision.overlays[0];
    assert_eq!((overlay.show_at_ms, overlay.hide_at_ms), (12_000, 42_000));
    assert!(overlay.receipt.len() <= 1366, "a receipt is at most 1 KB");
}
