//! Small films for tests, made by ffmpeg, and what the webhook hears.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

/// A film of this length at 10 frames a second, without sound; `look` tells films apart.
pub fn film(path: &Path, seconds: u32, look: u32) {
    let source = format!("testsrc2=size=320x180:rate=10:duration={seconds},hue=h={look}");
    cut(path, &["-f", "lavfi", "-i", &source]);
}

/// A film that shows one picture for this long.
pub fn still(path: &Path, picture: &Path, seconds: u32) {
    let (picture, seconds) = (picture.to_str().expect("a name"), seconds.to_string());
    cut(
        path,
        &[
            "-loop",
            "1",
            "-framerate",
            "10",
            "-i",
            picture,
            "-t",
            &seconds,
        ],
    );
}

fn cut(path: &Path, input: &[&str]) {
    // Written aside and moved into place: a film is dropped whole.
    let draft = path.with_extension("draft");
    let done = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(input)
        .args([
            "-c:v", "mpeg4", "-q:v", "2", "-g", "10", "-pix_fmt", "yuv420p", "-f", "mp4",
        ])
        .arg(&draft)
        .status()
        .expect("ffmpeg is there");
    assert!(done.success());
    std::fs::rename(&draft, path).expect("moved");
}

/// Recorded Rekognition output: this label each second.
pub fn recorded(name: &str, seconds: i64) -> Value {
    let labels: Vec<Value> = (0..seconds)
        .map(|n| json!({"Timestamp": n * 1000 + 5, "Label": {"Name": name, "Confidence": 90.0 + n as f64, "Instances": []}}))
        .collect();
    json!({"JobStatus": "SUCCEEDED", "Labels": labels})
}

/// Somebody who hears of deliveries; the first so many are answered with 500.
pub struct Listener {
    pub url: String,
    heard: Arc<Mutex<Vec<(String, String)>>>,
    server: actix_web::dev::ServerHandle,
}

impl Listener {
    pub fn start(failing: usize) -> Self {
        let heard: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let told = Data::from(heard.clone());
        let server = HttpServer::new(move || {
            let hear = move |told: Data<Mutex<Vec<(String, String)>>>,
                             request: HttpRequest,
                             body: Bytes| async move {
                let signature = request
                    .headers()
                    .get("beckon-signature")
                    .and_then(|v| v.to_str().ok())
                    .unwrap_or_default()
                    .to_owned();
                let body = String::from_utf8(body.to_vec()).expect("text");
                let mut told = told.lock().expect("not poisoned");
                told.push((signature, body));
                if told.len() <= failing {
                    HttpResponse::InternalServerError().finish()
                } else {
                    HttpResponse::NoContent().finish()
                }
            };
            App::new()
                .app_data(told.clone())
                .route("/hook", web::post().to(hear))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .expect("a port");
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            url,
            heard,
            server: handle,
        }
    }

    /// Signatures and bodies, in the order in which they came.
    pub fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().expect("not poisoned").clone()
    }

    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}
