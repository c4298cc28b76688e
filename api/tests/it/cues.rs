//! Cues over HTTP: into the stream through a stand-in of the channel's service, and to those who listen.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::ingest::hls::ts::Frame;
use beckon_api::words::Time;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::{Server, until};
use crate::on_both_engines;

on_both_engines! {
    a_cue_is_put_into_the_stream_and_told_to_who_listens => sent;
    a_cue_lies_in_the_segments_of_the_real_origin => in_the_stream;
    what_the_channel_refuses_is_neither_told_nor_stored => not_put;
    bad_cues_and_strangers_are_refused => refused;
    a_channel_takes_five_cues_a_second => five_a_second;
    a_media_without_a_channel_has_listeners_alone => without_channel;
    what_is_on_screen_is_signalled_once_in_its_life => once_in_a_life;
    instruments_that_are_not_triggered_do_not_signal => not_triggered;
    a_restart_in_mid_show_signals_no_second_time => restart;
    two_nodes_signal_once_and_both_tell_it => two_nodes;
    cues_are_forgotten_when_they_are_old_and_no_sooner => forgotten;
    a_stream_of_cues_ends_when_the_node_lets_go => stream_ends;
}

/// A stand-in of the service that takes PutMetadata: remembers the calls, answers as it is told.
#[derive(Clone, Default)]
pub struct Channel {
    calls: Arc<Mutex<Vec<Value>>>,
    refusal: Arc<Mutex<Option<(u16, &'static str)>>>,
}

impl Channel {
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let channel = self.clone();
        let server = HttpServer::new(move || {
            let channel = channel.clone();
            let put = web::post().to(move |body: web::Json<Value>| {
                let answer = channel.answer(body.into_inner());
                async move { answer }
            });
            App::new().route("/live/PutMetadata", put)
        });
        let server = server.workers(1).disable_signals().listen(listener);
        tokio::spawn(server.expect("it listens").run());
        format!("http://{address}/live")
    }

    fn answer(&self, call: Value) -> HttpResponse {
        if let Some((status, kind)) = *self.refusal.lock().expect("alone") {
            let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
            let mut answer = HttpResponse::build(status);
            return answer.insert_header(("x-amzn-errortype", kind)).body("{}");
        }
        self.calls.lock().expect("alone").push(call);
        HttpResponse::NoContent().finish()
    }

    pub fn refuse(&self, refusal: Option<(u16, &'static str)>) {
        *self.refusal.lock().expect("alone") = refusal;
    }

    pub fn calls(&self) -> Vec<Value> {
        self.calls.lock().expect("alone").clone()
    }

    /// Waits until so many calls came.
    pub async fn calls_at_least(&self, count: usize) -> Vec<Value> {
        let look = async || Some(self.calls()).filter(|calls| calls.len() >= count);
        until("the calls", look).await
    }
}

/// A media that has been live for a minute, with this channel.
pub async fn media(server: &Server, channel: Option<&Channel>, life: Value) -> i64 {
    let zero = now().plus_ms(-60_000);
    let mut body = json!({"media_id": "m", "zero": zero.to_string(), "overlay_life": life});
    if let Some(channel) = channel {
        body["signal"] = json!({"kind": "origin", "url": channel.start(), "channel_arn": "arn:m"});
    }
    server.operator().post("/v1/media", &body).await.expect(201);
    zero.ms()
}

pub fn long_life() -> Value {
    json!({"show_ms": 30_000, "quiet_ms": 60_000, "quiet_scope": "media"})
}

pub async fn instrument(server: &Server, trigger: Value) {
    let body = json!({"name": "Bird poll", "trigger": trigger, "content": {"kind": "poll", "question": "What is it?",
        "answers": [{"answer_id": "a", "text": "A swan"}, {"answer_id": "b", "text": "A duck"}]}});
    register(server, &body, true).await;
}

/// Stores that this was seen just now.
pub async fn seen(server: &Server, zero: i64, name: &str, confidence: f64) -> i64 {
    let position_ms = now().ms() - zero;
    let items = json!({"items": [{"position_ms": position_ms, "kind": "label", "name": name, "confidence": confidence}]});
    server
        .operator()
        .post("/v1/media/m/detections", &items)
        .await
        .expect(201);
    position_ms
}

/// One who listens.
pub struct Ears {
    read: String,
    body: std::pin::Pin<Box<dyn futures_util::Stream<Item = Vec<u8>> + Send>>,
}

impl Ears {
    pub async fn open(server: &Server) -> Self {
        let viewer = server.caller(Role::Viewer, "alice");
        let response = viewer
            .request("GET", "/v1/media/m/cues/stream")
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let chunks = response
            .bytes_stream()
            .map(|chunk| chunk.map(|b| b.to_vec()).unwrap_or_default());
        let mut ears = Self {
            read: String::new(),
            body: Box::pin(chunks),
        };
        assert_eq!(ears.block(5_000).await.as_deref(), Some(": listening"));
        ears
    }

    /// The next block, or `None` after this long or at the end.
    pub async fn block(&mut self, patience_ms: u64) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                return Some(block);
            }
            let chunk = tokio::time::timeout(Duration::from_millis(patience_ms), self.body.next());
            let chunk = chunk.await.ok()??;
            self.read
                .push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    pub async fn cue(&mut self, patience_ms: u64) -> Option<Value> {
        let block = self.block(patience_ms).await?;
        let lines: Vec<&str> = block.lines().collect();
        let [id, "event: cue", data] = lines[..] else {
            panic!("not a cue: {block}");
        };
        let cue: Value =
            serde_json::from_str(data.strip_prefix("data: ").expect("data")).expect("JSON");
        assert_eq!(id.strip_prefix("id: "), cue["cue_id"].as_str());
        Some(cue)
    }
}

async fn sent(server: &mut Server) {
    let channel = Channel::default();
    let zero = media(server, Some(&channel), long_life()).await;
    let mut ears = Ears::open(server).await;
    let body = json!({"kind": "check", "spread_ms": 400});
    let cue = server
        .operator()
        .post("/v1/media/m/cues", &body)
        .await
        .expect(201);
    let calls = channel.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["channelArn"], "arn:m");
    let metadata = calls[0]["metadata"].as_str().expect("text");
    assert!(
        metadata.len() < 1_024 && metadata.starts_with(r#"{"beckon":1,"kind":"check","cue_id":""#),
        "{metadata}"
    );
    assert_eq!(serde_json::from_str::<Value>(metadata).expect("JSON"), cue);
    assert_eq!(ears.cue(5_000).await, Some(cue.clone()));
    assert_eq!(
        (&cue["media_id"], &cue["spread_ms"]),
        (&json!("m"), &json!(400))
    );
    let seen_ms = cue["seen_ms"].as_i64().expect("a position");
    assert!(
        (60_000..=now().ms() - zero).contains(&seen_ms),
        "where the media stands: {seen_ms}"
    );
    let told = server
        .operator()
        .post(
            "/v1/media/m/cues",
            &json!({"kind": "check", "seen_ms": 81_000}),
        )
        .await
        .expect(201);
    assert_eq!(
        (&told["seen_ms"], &told["spread_ms"]),
        (&json!(81_000), &json!(0))
    );
}

async fn in_the_stream(server: &mut Server) {
    let live = crate::watch::Live::start();
    let origin = live
        .url
        .strip_suffix("/main/master.m3u8")
        .expect("its address");
    let signal = json!({"kind": "origin", "url": origin, "channel_arn": live.channel.arn()});
    let body = json!({"media_id": "m", "zero": live.zero.to_string(), "signal": signal});
    let operator = server.operator();
    operator.post("/v1/media", &body).await.expect(201);
    let check = json!({"kind": "check"});
    let cue = operator.post("/v1/media/m/cues", &check).await.expect(201);
    let found = until("the cue in the stream", async || read_back(&live)).await;
    assert_eq!(found, cue);
    live.channel.set_on_air(false);
    operator
        .post("/v1/media/m/cues", &check)
        .await
        .refused(404, "off_air");
    live.channel.set_on_air(true);
    operator.post("/v1/media/m/cues", &check).await.expect(201);
    live.handle.stop(false).await;
}

/// The first cue in the segments that are published at this moment.
pub fn read_back(live: &crate::watch::Live) -> Option<Value> {
    let now = now().ms();
    let newest = u64::try_from((now - live.zero.ms()) / 2_000).expect("it has begun");
    (newest.saturating_sub(6)..newest).find_map(|sequence| {
        let segment = live
            .channel
            .segment(now, sequence)
            .expect("it can be read")?;
        let contents = beckon_api::ingest::hls::ts::read(&segment).expect("a segment");
        let frames = contents.tags.into_iter().flat_map(|tag| tag.frames);
        frames.into_iter().find_map(|frame| match frame {
            Frame::Priv { owner, data } if owner == beckon_origin::METADATA_OWNER => {
                serde_json::from_slice(&data).ok()
            }
            _ => None,
        })
    })
}

async fn not_put(server: &mut Server) {
    let channel = Channel::default();
    media(server, Some(&channel), long_life()).await;
    let mut ears = Ears::open(server).await;
    let operator = server.operator();
    for (refusal, status, code) in [
        ((404, "ChannelNotBroadcasting"), 404, "off_air"),
        ((404, "ResourceNotFoundException"), 502, "signal_failed"),
        ((429, "ThrottlingException"), 429, "rate_limited"),
        ((503, "ServiceUnavailable"), 502, "signal_failed"),
    ] {
        channel.refuse(Some(refusal));
        let answer = operator
            .post("/v1/media/m/cues", &json!({"kind": "check"}))
            .await;
        answer.refused(status, code);
    }
    assert_eq!(ears.block(300).await, None, "nothing was told");
    channel.refuse(None);
    let cue = operator
        .post("/v1/media/m/cues", &json!({"kind": "check"}))
        .await
        .expect(201);
    assert_eq!(ears.cue(5_000).await, Some(cue));
}

async fn refused(server: &mut Server) {
    let channel = Channel::default();
    media(server, Some(&channel), long_life()).await;
    let operator = server.operator();
    let path = "/v1/media/m/cues";
    for (body, field) in [
        (json!({"kind": "check", "seen_ms": -1}), "seen_ms"),
        (json!({"kind": "check", "spread_ms": 10_001}), "spread_ms"),
    ] {
        assert_eq!(
            operator
                .post(path, &body)
                .await
                .refused(422, "invalid_field")["field"],
            field
        );
    }
    operator
        .post(path, &json!({"kind": "shout"}))
        .await
        .refused(400, "malformed_body");
    let check = json!({"kind": "check"});
    operator
        .post("/v1/media/x/cues", &check)
        .await
        .refused(404, "media_not_found");
    for role in [Role::Viewer, Role::Marketer, Role::Scientist, Role::Ingest] {
        server
            .caller(role, "x")
            .post(path, &check)
            .await
            .refused(403, "forbidden");
    }
    server
        .anonymous()
        .get("/v1/media/m/cues/stream")
        .await
        .refused(401, "unauthenticated");
    let marketer = server.caller(Role::Marketer, "mary");
    marketer
        .get("/v1/media/m/cues/stream")
        .await
        .refused(403, "forbidden");
    operator
        .get("/v1/media/x/cues/stream")
        .await
        .refused(404, "media_not_found");
    assert!(channel.calls().is_empty());
}

async fn five_a_second(server: &mut Server) {
    let channel = Channel::default();
    media(server, Some(&channel), long_life()).await;
    let operator = server.operator();
    let body = json!({"kind": "check"});
    let many = (0..40).map(|_| operator.post("/v1/media/m/cues", &body));
    let answers = futures_util::future::join_all(many).await;
    let (sent, late): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(late[0].refused(429, "rate_limited")["bound"], "5 a second");
    assert_eq!(channel.calls().len(), sent.len());
    let mut moments: Vec<i64> = sent
        .iter()
        .map(|answer| sent_at(&answer.json()).ms())
        .collect();
    moments.sort_unstable();
    assert!(moments.len() >= 5);
    for six in moments.windows(6) {
        assert!(six[5] - six[0] >= 1_000, "six within a second: {six:?}");
    }
}

pub fn sent_at(cue: &Value) -> Time {
    Time::parse(cue["sent_at"].as_str().expect("a time")).expect("a time")
}

async fn without_channel(server: &mut Server) {
    media(server, None, long_life()).await;
    let mut ears = Ears::open(server).await;
    let cue = server
        .operator()
        .post("/v1/media/m/cues", &json!({"kind": "check"}))
        .await
        .expect(201);
    assert_eq!(ears.cue(5_000).await, Some(cue));
}

async fn once_in_a_life(server: &mut Server) {
    let channel = Channel::default();
    let life = json!({"show_ms": 1_500, "quiet_ms": 500, "quiet_scope": "instrument"});
    let zero = media(server, Some(&channel), life).await;
    instrument(server, json!({"names": ["bird"], "min_confidence": 80.0})).await;
    let mut ears = Ears::open(server).await;
    let first = seen(server, zero, "Bird", 94.2).await;
    let cue = ears.cue(5_000).await.expect("it is due");
    assert_eq!(
        (&cue["kind"], &cue["seen_ms"]),
        (&json!("check"), &json!(first))
    );
    seen(server, zero, "Bird", 95.0).await;
    // It stays on screen: when its life is over it is due again, and not before.
    let calls = channel.calls_at_least(2).await;
    let cue = |call: &Value| -> Value {
        serde_json::from_str(call["metadata"].as_str().expect("text")).expect("JSON")
    };
    let apart = sent_at(&cue(&calls[1])).since(sent_at(&cue(&calls[0])));
    assert!(apart >= 2_000, "signalled again after {apart} ms");
}

async fn not_triggered(server: &mut Server) {
    let channel = Channel::default();
    let zero = media(server, Some(&channel), long_life()).await;
    instrument(server, json!({"names": ["Bird"], "min_confidence": 80.0})).await;
    instrument(server, Value::Null).await;
    let mut ears = Ears::open(server).await;
    seen(server, zero, "Bird", 79.9).await;
    seen(server, zero, "Tree", 99.0).await;
    let old = json!({"items": [{"position_ms": 1_000, "kind": "label", "name": "Bird", "confidence": 99.0}]});
    server
        .operator()
        .post("/v1/media/m/detections", &old)
        .await
        .expect(201);
    assert_eq!(ears.block(1_500).await, None);
    assert!(channel.calls().is_empty());
    seen(server, zero, "Bird", 80.0).await;
    ears.cue(5_000).await.expect("now it is due");
}

async fn restart(server: &mut Server) {
    let channel = Channel::default();
    let zero = media(server, Some(&channel), long_life()).await;
    instrument(server, json!({"names": ["Bird"]})).await;
    seen(server, zero, "Bird", 90.0).await;
    channel.calls_at_least(1).await;
    server.restart().await;
    let mut ears = Ears::open(server).await;
    seen(server, zero, "Bird", 90.0).await;
    assert_eq!(ears.block(2_000).await, None);
    assert_eq!(channel.calls().len(), 1);
}

async fn two_nodes(server: &mut Server) {
    let channel = Channel::default();
    let zero = media(server, Some(&channel), long_life()).await;
    instrument(server, json!({"names": ["Bird"]})).await;
    let second = server.second_node().await;
    let (mut here, mut there) = (Ears::open(server).await, Ears::open(&second).await);
    seen(server, zero, "Bird", 90.0).await;
    seen(&second, zero, "Bird", 91.0).await;
    let (heard, heard_too) = (here.cue(8_000).await, there.cue(8_000).await);
    assert!(heard.is_some());
    assert_eq!(heard, heard_too, "both nodes tell the same cue");
    assert_eq!(
        (here.block(1_500).await, there.block(200).await),
        (None, None)
    );
    assert_eq!(channel.calls().len(), 1);
    let by_hand = second
        .operator()
        .post("/v1/media/m/cues", &json!({"kind": "check"}))
        .await
        .expect(201);
    assert_eq!(here.cue(8_000).await, Some(by_hand.clone()));
    assert_eq!(there.cue(8_000).await, Some(by_hand));
    second.finish().await;
}

async fn forgotten(server: &mut Server) {
    media(server, None, long_life()).await;
    let operator = server.operator();
    let cue = json!({"kind": "check"});
    for _ in 0..2 {
        operator.post("/v1/media/m/cues", &cue).await.expect(201);
    }
    let cues = server.app().cues();
    let before = now().plus_ms(-60_000);
    assert_eq!(cues.prune(before).await.expect("pruned"), 0);
    let later = now().plus_ms(60_000);
    assert_eq!(cues.prune(later).await.expect("pruned"), 2);
    assert_eq!(cues.prune(later).await.expect("pruned"), 0);
}

async fn stream_ends(server: &mut Server) {
    media(server, None, long_life()).await;
    let mut ears = Ears::open(server).await;
    server.app().cues().close();
    assert_eq!(ears.block(5_000).await, None);
    assert!(
        ears.body.next().await.is_none(),
        "it ended and does not hang"
    );
}
