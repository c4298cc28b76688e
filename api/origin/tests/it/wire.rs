//! The origin on a real server, mounted under a prefix as an embedding binary does it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::{App, HttpServer, web};
use beckon_origin::{Channel, ChannelName, ChannelSettings, Origin, http};

use crate::reader::{clip, parse, priv_frame};

const ARN: &str = "arn:aws:ivs:local:000000000000:channel/main";

struct Server {
    address: SocketAddr,
    channel: Arc<Channel>,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64
}

impl Server {
    fn start() -> Self {
        let clip = clip();
        let settings = ChannelSettings::warm(&clip, now_ms());
        let name = ChannelName::parse("main").unwrap();
        let origin = Arc::new(Origin::new());
        let channel = origin.add(Channel::new(name, clip, settings)).unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .service(web::scope("/live").configure(http::configure(origin.clone())))
                })
                .workers(1)
                .disable_signals()
                .bind(("127.0.0.1", 0))
                .unwrap();
                tell.send(server.addrs()[0]).unwrap();
                server.run().await.unwrap();
            });
        });
        let address = told.recv_timeout(Duration::from_secs(30)).unwrap();
        Self { address, channel }
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let split = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&bytes[..split]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap()[9..12].parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = bytes[split + 4..].to_vec();
        Answer {
            status,
            headers,
            body,
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    fn put(&self, body: &str) -> Answer {
        let headers = "Content-Type: application/json\r\n";
        self.send("POST", "/live/PutMetadata", headers, body)
    }
}

fn call(metadata: &str) -> String {
    format!("{{\"channelArn\":\"{ARN}\",\"metadata\":\"{metadata}\"}}")
}

fn assert_refused(answer: &Answer, status: u16, kind: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("x-amzn-errortype"), Some(kind));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(
        answer.text().starts_with("{\"exceptionMessage\":\""),
        "{}",
        answer.text()
    );
}

#[test]
fn a_player_finds_its_way_from_the_master_to_a_segment() {
    let server = Server::start();
    let master = server.get("/live/main/master.m3u8");
    assert_eq!(master.status, 200);
    assert_eq!(
        master.header("content-type"),
        Some("application/vnd.apple.mpegurl")
    );
    assert!(
        master
            .text()
            .contains("CODECS=\"avc1.4d400d,mp4a.40.2\",RESOLUTION=320x180,FRAME-RATE=30.000")
    );
    let media = server.get(&format!(
        "/live/main/{}",
        master.text().lines().last().unwrap()
    ));
    assert_eq!(media.status, 200);
    assert_eq!(media.header("cache-control"), Some("no-cache"));
    assert_eq!(media.header("access-control-allow-origin"), Some("*"));
    let segments: Vec<&str> = media
        .text()
        .lines()
        .filter(|l| l.ends_with(".ts"))
        .collect();
    assert_eq!(segments.len(), 6);

    let path = format!("/live/main/{}", segments[5]);
    let segment = server.get(&path);
    assert_eq!(segment.status, 200);
    assert_eq!(segment.header("content-type"), Some("video/mp2t"));
    assert_eq!(segment.header("access-control-allow-origin"), Some("*"));
    assert!(
        segment
            .header("cache-control")
            .unwrap()
            .contains("immutable")
    );
    assert_eq!(parse(&segment.body).video().len(), 60);
    let head = server.send("HEAD", &path, "", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let preflight = server.send(
        "OPTIONS",
        &path,
        "Access-Control-Request-Method: GET\r\n",
        "",
    );
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn what_is_not_there_is_never_remembered() {
    let server = Server::start();
    let run = server.channel.run().to_owned();
    for path in [
        "/live/other/master.m3u8".to_owned(),
        "/live/other/live.m3u8".to_owned(),
        format!("/live/main/{run}/99999999.ts"),
        "/live/main/00000000/3.ts".to_owned(),
    ] {
        let answer = server.get(&path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_call_comes_back_in_the_next_segment() {
    let server = Server::start();
    let before = now_ms() - server.channel.zero_ms();
    let answer = server.put(&call("{\\\"v\\\":1}"));
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    let sequence = before as u64 / 2_000;
    let found = (sequence..sequence + 4).find_map(|n| {
        let later = server.channel.zero_ms() + (n as i64 + 1) * 2_000;
        let segment = server.channel.segment(later, n).unwrap().unwrap();
        let parsed = parse(&segment);
        parsed
            .metadata()
            .first()
            .map(|unit| priv_frame(&unit.body).1)
    });
    assert_eq!(found.as_deref(), Some("{\"v\":1}"));
}

#[test]
fn refusals_are_those_of_ivs() {
    let server = Server::start();
    assert_refused(&server.put(&call("")), 400, "ValidationException");
    assert_refused(
        &server.put(&call(&"x".repeat(1_025))),
        400,
        "ValidationException",
    );
    assert_refused(&server.put("{}"), 400, "ValidationException");
    assert_refused(&server.put("no json"), 400, "ValidationException");
    assert_refused(
        &server.put(&call(&"x".repeat(70_000))),
        400,
        "ValidationException",
    );
    let wrong = "{\"channelArn\":\"main\",\"metadata\":\"x\"}";
    assert_refused(&server.put(wrong), 400, "ValidationException");
    let unknown = call("x").replace("channel/main", "channel/other");
    assert_refused(&server.put(&unknown), 404, "ResourceNotFoundException");
    let plain = server.send(
        "POST",
        "/live/PutMetadata",
        "Content-Type: text/plain\r\n",
        &call("x"),
    );
    assert_refused(&plain, 400, "ValidationException");

    server.channel.set_on_air(false);
    assert_refused(&server.put(&call("x")), 404, "ChannelNotBroadcasting");
    assert_eq!(server.get("/live/main/live.m3u8").status, 404);
    server.channel.set_on_air(true);

    assert_eq!(server.put(&call(&"x".repeat(1_024))).status, 204);
    // Whatever time the calls take: six at one moment are one too many.
    let now = now_ms() + 10_000;
    for _ in 0..5 {
        server.channel.put_metadata(now, "x").unwrap();
    }
    let refused = server.channel.put_metadata(now, "x").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "a channel takes at most 5 calls a second"
    );
}

#[test]
fn a_sixth_call_at_once_is_throttled_on_the_wire() {
    let server = Server::start();
    let statuses: Vec<Answer> = (0..40).map(|_| server.put(&call("x"))).collect();
    let taken = statuses.iter().filter(|a| a.status == 204).count();
    let throttled: Vec<_> = statuses.iter().filter(|a| a.status == 429).collect();
    assert_eq!(taken + throttled.len(), 40);
    assert!(taken >= 5);
    assert_refused(throttled[0], 429, "ThrottlingException");
}
