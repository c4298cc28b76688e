//! Rekognition's stand-in: replays recorded answers on the wire (JSON 1.1, the operation in `X-Amz-Target`), can be
//! slow, throttle and fail, and remembers what it was asked.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_rekognition::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};

/// One call as it arrived.
#[derive(Debug, Clone)]
pub struct Call {
    /// `DetectLabels` and the like.
    pub operation: String,
    pub body: Value,
    /// How many of this operation came before it.
    pub nth: usize,
    /// When it came.
    pub at: Instant,
    /// How many others of this operation were being answered.
    pub beside: usize,
}

impl Call {
    /// The picture that it is about.
    pub fn picture(&self) -> image::RgbImage {
        let text = self.body["Image"]["Bytes"].as_str().expect("a picture");
        let bytes = base64_simd::STANDARD.decode_to_vec(text).expect("base64");
        image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg)
            .expect("a JPEG")
            .to_rgb8()
    }
}

/// What it answers.
#[derive(Debug, Clone)]
pub enum Answer {
    Says(Value),
    /// After a while.
    Late(Duration, Value),
    /// With this status and kind of exception.
    Fails(u16, &'static str),
}

/// A running stand-in.
pub struct Standin {
    url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    handle: actix_web::dev::ServerHandle,
}

/// What the server's threads share.
struct Shared {
    calls: Arc<Mutex<Vec<Call>>>,
    answering: Mutex<std::collections::BTreeMap<String, usize>>,
    answers: Box<dyn Fn(&Call) -> Answer + Send + Sync>,
}

impl Standin {
    /// Answers what this says.
    pub fn start(answers: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let shared = web::Data::new(Shared {
            calls: calls.clone(),
            answering: Mutex::default(),
            answers: Box::new(answers),
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(16 * 1024 * 1024))
                .default_service(web::to(answer))
        });
        let server = server.workers(1).disable_signals();
        let server = server.listen(listener).expect("it listens").run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, calls, handle }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a client needs to find it. Retries are as in service, only quicker.
    pub fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("stand-in", "stand-in", None, None, "stand-in");
        let quickly = RetryConfig::standard()
            .with_max_attempts(3)
            .with_initial_backoff(Duration::from_millis(5));
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.url)
            .retry_config(quickly)
            .build()
    }

    /// The calls of an operation, in the order in which they came.
    pub fn calls(&self, operation: &str) -> Vec<Call> {
        let calls = self.calls.lock().expect("alone");
        let of_it = calls.iter().filter(|call| call.operation == operation);
        of_it.cloned().collect()
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn answer(request: HttpRequest, body: Bytes, shared: web::Data<Shared>) -> HttpResponse {
    let target = request.headers().get("x-amz-target");
    let target = target.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let Some(operation) = target.strip_prefix("RekognitionService.") else {
        return failure(400, "UnknownOperationException");
    };
    let signed = request.headers().get("authorization");
    let signed = signed.and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !signed.starts_with("AWS4-HMAC-SHA256 Credential=stand-in/") {
        return failure(403, "MissingAuthenticationTokenException");
    }
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let call = noted(&shared, operation, body);
    let answer = (shared.answers)(&call);
    let response = match answer {
        Answer::Says(value) => told(&value),
        Answer::Late(wait, value) => {
            tokio::time::sleep(wait).await;
            told(&value)
        }
        Answer::Fails(status, kind) => failure(status, kind),
    };
    let mut answering = shared.answering.lock().expect("alone");
    *answering.entry(operation.to_owned()).or_default() -= 1;
    response
}

fn noted(shared: &Shared, operation: &str, body: Value) -> Call {
    let mut answering = shared.answering.lock().expect("alone");
    let beside = answering.entry(operation.to_owned()).or_default();
    let mut calls = shared.calls.lock().expect("alone");
    let call = Call {
        operation: operation.to_owned(),
        body,
        nth: calls.iter().filter(|c| c.operation == operation).count(),
        at: Instant::now(),
        beside: *beside,
    };
    *beside += 1;
    calls.push(call.clone());
    call
}

fn told(value: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/x-amz-json-1.1")
        .body(value.to_string())
}

fn failure(status: u16, kind: &str) -> HttpResponse {
    let status = StatusCode::from_u16(status).expect("a status");
    HttpResponse::build(status)
        .content_type("application/x-amz-json-1.1")
        .body(json!({"__type": kind, "message": "said by the stand-in"}).to_string())
}
