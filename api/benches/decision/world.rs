//! What a warm node holds: media with full pages, instruments, viewers with profiles and a trained model.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;

use beckon_api::app::{self, App};
use beckon_api::auth::Role;
use beckon_api::config::{ServeOptions, now};
use clap::Parser;
use serde_json::{Value, json};

const MEDIA: usize = 4;
const NAMES: usize = 200;
const INSTRUMENTS: usize = 1000;
const VIEWERS: usize = 2000;
/// So many instruments are triggered by each of the names on screen.
const ON_SCREEN: usize = 20;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    serve: ServeOptions,
}

/// Serves the API with one worker, seeds it over HTTP, and writes the prepared requests.
pub fn serve(folder: &Path) {
    actix_web::rt::System::new().block_on(async {
        let data = folder.join("data");
        let arguments = [
            "bench",
            "--workers",
            "1",
            "--data-dir",
            data.to_str().expect("a path"),
            "--holdout-percent",
            "0",
        ];
        let options = Options::parse_from(arguments).serve;
        std::fs::create_dir_all(&options.store.data_dir).expect("the data folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let told = listener.try_clone().expect("the same port");
        let app = App::build(options).await.expect("the app");
        let server = app::serve(listener, app.clone(), |_| {}).expect("the server");
        // Side by side: what fails while it seeds ends it, and nobody waits for its port.
        let seeding = async {
            seed(&url, &app, folder).await;
            super::say_port(&told);
        };
        let (served, ()) = tokio::join!(server, seeding);
        served.expect("served");
    });
}

struct Caller<'a> {
    http: reqwest::Client,
    url: &'a str,
    app: &'a App,
    subject: &'a str,
}

impl Caller<'_> {
    fn token(&self, role: Role, subject: &str) -> String {
        self.app
            .auth()
            .issue(subject, role, 86_400, now())
            .expect("a token")
    }

    async fn call(&self, method: reqwest::Method, role: Role, path: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request
            .bearer_auth(self.token(role, self.subject))
            .header("content-type", "application/json");
        let response = request
            .body(body.to_string())
            .send()
            .await
            .expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

async fn seed(url: &str, app: &App, folder: &Path) {
    let caller = Caller {
        http: reqwest::Client::new(),
        url,
        app,
        subject: "bench",
    };
    // Nobody approves their own.
    let colleague = Caller {
        http: caller.http.clone(),
        subject: "colleague",
        ..caller
    };
    for media in 0..MEDIA {
        watch(&caller, media).await;
    }
    for number in 0..INSTRUMENTS {
        register(&caller, &colleague, number).await;
    }
    let mut prepared = String::new();
    let mut receipts = Vec::new();
    for number in 0..VIEWERS {
        receipts.push((number, enter(&caller, number, &mut prepared).await));
    }
    for chunk in receipts.chunks(20) {
        report(&caller, chunk).await;
    }
    let (post, put) = (reqwest::Method::POST, reqwest::Method::PUT);
    let train = "/v1/models/train";
    let model = caller.call(post, Role::Scientist, train, json!({})).await;
    let champion = json!({"model_id": model["model_id"]});
    let alias = "/v1/models/aliases/champion";
    caller.call(put, Role::Scientist, alias, champion).await;
    // The first showings must have hidden, and their decisions must wait for nothing any more: a poll shows for ten seconds.
    tokio::time::sleep(std::time::Duration::from_secs(12)).await;
    std::fs::write(folder.join("requests.txt"), prepared).expect("the requests");
    std::fs::write(folder.join("decide.lua"), script(folder)).expect("the script");
}

/// A media with a full window of detections.
async fn watch(caller: &Caller<'_>, media: usize) {
    let post = reqwest::Method::POST;
    let body = json!({"media_id": format!("media-{media}"), "title": "Bench",
        "overlay_life": {"show_ms": 1000, "quiet_ms": 0, "quiet_scope": "instrument"}});
    caller
        .call(post.clone(), Role::Operator, "/v1/media", body)
        .await;
    let seen: Vec<Value> = (0..NAMES)
        .map(|n| {
            json!({"position_ms": 55_000 + n * 40, "kind": "label", "name": format!("name-{n}"), "confidence": 90})
        })
        .collect();
    let path = format!("/v1/media/media-{media}/detections");
    caller
        .call(post, Role::Operator, &path, json!({"items": seen}))
        .await;
}

/// An instrument. The first of them are on screen; a third of those is for people that our viewers are not.
async fn register(caller: &Caller<'_>, colleague: &Caller<'_>, number: usize) {
    let post = reqwest::Method::POST;
    let name = if number < ON_SCREEN {
        format!("name-{}", number * 7)
    } else {
        format!("other-{number}")
    };
    let value = if number.is_multiple_of(3) { 120 } else { 18 };
    let body = json!({"name": format!("Instrument {number}"), "trigger": {"names": [name]},
        "audience": {"test": {"attribute": "demography.age", "op": "gte", "value": value}},
        "frequency_cap": {"count": 100, "per_ms": 3_600_000},
        "content": {"kind": "poll", "question": "Who takes the next corner from the left?", "answers": [
            {"answer_id": "a", "text": "The captain"}, {"answer_id": "b", "text": "The winger"},
            {"answer_id": "c", "text": "The keeper"}, {"answer_id": "d", "text": "Nobody"}]}});
    let created = caller
        .call(post.clone(), Role::Marketer, "/v1/instruments", body)
        .await;
    let id = created["instrument_id"].as_str().expect("an id");
    let path = format!("/v1/instruments/{id}/state");
    for (who, state) in [
        (caller, "in_review"),
        (colleague, "approved"),
        (caller, "live"),
    ] {
        let state = json!({"state": state});
        who.call(post.clone(), Role::Marketer, &path, state).await;
    }
}

/// A viewer with a profile, and the request that it will repeat; answers the receipt of a first showing, so that
/// every viewer has an exposure, and the model something to learn.
async fn enter(caller: &Caller<'_>, number: usize, prepared: &mut String) -> Value {
    let viewer = format!("viewer-{number}");
    let profile = json!({"demography": {"age": 20 + number % 60, "country": "NO"}, "consent": {"personalisation": true},
        "behaviour": {"visits": number % 9, "device": "tv"}, "psychograph": {"likes": [format!("like-{}", number % 12)]}});
    let path = format!("/v1/viewers/{viewer}");
    caller
        .call(reqwest::Method::PUT, Role::Operator, &path, profile)
        .await;
    let token = caller.token(Role::Viewer, &viewer);
    let path = format!("/v1/media/media-{}/decisions", number % MEDIA);
    let body = json!({"position_ms": 63_500, "backward_ms": 9_000, "cue_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f",
        "slots": 1, "client": {"locale": "en-GB", "viewport_width": 640, "viewport_height": 360,
        "sdk_version": "0.1.0", "can_draw": ["poll", "quiz", "trivia", "ad", "product"]}, "recent": []});
    let mut first = body.clone();
    first["cue_id"] = json!("first");
    let answer = decide(caller, &path, &token, &first).await;
    writeln!(prepared, "{path}\t{token}\t{body}").expect("written");
    answer["overlays"][0]["receipt"].clone()
}

/// What the viewers did: all saw it, a quarter answered.
async fn report(caller: &Caller<'_>, shown: &[(usize, Value)]) {
    let event = |kind: &str, receipt: &Value| {
        let mut event = json!({"event_id": uuid::Uuid::now_v7().to_string(), "type": kind,
            "at": now().to_string(), "receipt": receipt});
        if kind == "answer" {
            event["answer"] = json!("a");
        }
        event
    };
    let mut items = Vec::new();
    for (number, receipt) in shown {
        items.push(event("impression", receipt));
        if number % 12 < 3 {
            items.push(event("answer", receipt));
        }
    }
    let body = json!({"items": items});
    caller
        .call(reqwest::Method::POST, Role::Operator, "/v1/events", body)
        .await;
}

async fn decide(caller: &Caller<'_>, path: &str, token: &str, body: &Value) -> Value {
    let request = caller
        .http
        .post(format!("{}{path}", caller.url))
        .bearer_auth(token);
    let response = request
        .body(body.to_string())
        .send()
        .await
        .expect("an answer");
    serde_json::from_str(&response.text().await.expect("a body")).expect("a decision")
}

/// wrk's script: every request is written out before the clock starts.
fn script(folder: &Path) -> String {
    let requests = folder.join("requests.txt");
    format!(
        r#"local requests, at = {{}}, 0
for line in io.lines("{}") do
  local path, token, body = line:match("^(.-)\t(.-)\t(.*)$")
  requests[#requests + 1] = wrk.format("POST", path,
    {{ ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json", ["Host"] = "127.0.0.1" }}, body)
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
"#,
        requests.display()
    )
}
