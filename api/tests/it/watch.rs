//! Watching a real live channel on loopback, through the real ffmpeg.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use async_trait::async_trait;
use beckon_api::config::now;
use beckon_api::ingest::recogniser::{Recognised, Recogniser, Recorded, Stretch};
use beckon_api::ingest::{WatchJob, Watched, ledger, watch};
use beckon_api::media::Frames;
use beckon_api::words::{MediaId, Position, Time};
use beckon_origin::{Channel, ChannelName, ChannelSettings, Clip, Origin};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    what_was_recorded_of_a_clip_is_stored_exactly_as_it_loops => recorded;
    frames_lie_where_their_times_say => frame_positions;
    a_restart_analyses_nothing_twice_and_leaves_nothing_out => restarts;
    what_is_old_is_forgotten_and_nothing_is_done_again => forgets;
    of_two_watchers_one_watches => two_watchers;
    what_cannot_be_read_is_counted_and_passed => unreadable;
    a_watch_that_cannot_be_done_says_so_at_once => impossible;
}

const CLIP_MS: i64 = 8_000;

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("origin/tests/fixtures/clip")
}

/// A channel on loopback that has been on air for a window's length.
pub struct Live {
    pub zero: Time,
    pub url: String,
    pub channel: Arc<Channel>,
    pub handle: actix_web::dev::ServerHandle,
}

impl Live {
    pub fn start() -> Self {
        Self::with_window(6)
    }

    /// One whose playlist names so many segments of two seconds, and that has been on air for six of them.
    pub fn with_window(segments: usize) -> Self {
        let clip = Arc::new(Clip::from_folder(&fixture()).expect("the fixture"));
        assert_eq!(clip.duration_ms(), CLIP_MS);
        let zero = now().plus_ms(-12_000);
        let settings = ChannelSettings {
            zero_ms: zero.ms(),
            window: segments,
        };
        let name = ChannelName::parse("main").expect("a name");
        let origin = Origin::new();
        let channel = origin
            .add(Channel::new(name, clip, settings))
            .expect("the first of its name");
        let origin = Arc::new(origin);
        let (address, handle) = serve(move |config| {
            let live =
                web::scope("/live").configure(beckon_origin::http::configure(origin.clone()));
            config.service(live);
        });
        Self {
            zero,
            url: format!("http://{address}/live/main/master.m3u8"),
            channel,
            handle,
        }
    }
}

fn serve(
    configure: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> (std::net::SocketAddr, actix_web::dev::ServerHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let server = HttpServer::new(move || App::new().configure(configure.clone()))
        .workers(1)
        .disable_signals()
        .listen(listener)
        .expect("it listens")
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    (address, handle)
}

/// The clip of four segments as a recording that has ended.
pub fn clip_as_recording() -> (std::net::SocketAddr, actix_web::dev::ServerHandle) {
    serve(|config| {
        for n in 0..4 {
            let bytes = std::fs::read(fixture().join(format!("{n}.ts"))).expect("the fixture");
            let answer = move || {
                let bytes = bytes.clone();
                async move { HttpResponse::Ok().body(bytes) }
            };
            config.route(&format!("/{n}.ts"), web::get().to(answer));
        }
        let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXTINF:2,\n1.ts\n#EXTINF:2,\n2.ts\n\
                        #EXTINF:2,\n3.ts\n#EXT-X-ENDLIST\n";
        config.route("/x.m3u8", web::get().to(move || async move { playlist }));
    })
}

/// A piece of the clip's first picture, to look for.
pub fn a_mark_of_the_clip() -> Vec<u8> {
    let cut = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-i"])
        .arg(fixture().join("0.ts"))
        .args([
            "-frames:v",
            "1",
            "-vf",
            "scale=640:-2,crop=124:76:402:220",
            "-f",
            "image2pipe",
            "-c:v",
            "png",
            "-",
        ])
        .output()
        .expect("ffmpeg runs");
    assert!(
        cut.status.success(),
        "{}",
        String::from_utf8_lossy(&cut.stderr)
    );
    cut.stdout
}

/// Remembers what it was asked to look at.
#[derive(Debug, Default)]
struct Remembers {
    stretches: Mutex<Vec<(i64, i64)>>,
    frames: Mutex<Vec<i64>>,
}

#[async_trait]
impl Recogniser for Remembers {
    fn source(&self) -> &'static str {
        "test"
    }

    fn needs_frames(&self) -> bool {
        true
    }

    async fn recognise(&self, stretch: Stretch, _: Time) -> anyhow::Result<Recognised> {
        let span = (stretch.from.ms(), stretch.to.ms());
        self.stretches.lock().expect("alone").push(span);
        for frame in &stretch.frames {
            assert_eq!((frame.width, frame.height), (640, 360));
            assert_eq!(frame.rgb.len(), 640 * 360 * 3);
            self.frames.lock().expect("alone").push(frame.position.ms());
        }
        Ok(Recognised::default())
    }
}

impl Remembers {
    fn stretches(&self) -> Vec<(i64, i64)> {
        self.stretches.lock().expect("alone").clone()
    }
}

type Running = JoinHandle<anyhow::Result<Watched>>;

fn begin(
    server: &Server,
    url: &str,
    recogniser: Arc<dyn Recogniser>,
) -> (oneshot::Sender<()>, Running) {
    let (stop, stopped) = oneshot::channel::<()>();
    let job = WatchJob {
        media_id: MediaId::parse("m").expect("an id"),
        url: url.to_owned(),
        frames: Frames::PerSecond(2.0),
        // A machine that is busy with other tests is no reason to look at less.
        most_lag_ms: 600_000,
        max_spend: None,
        recogniser,
    };
    let watching = server.app().watching();
    let stopped = async move {
        let _ = stopped.await;
    };
    (stop, tokio::spawn(watch(watching, job, stopped)))
}

async fn end((stop, running): (oneshot::Sender<()>, Running)) -> Watched {
    stop.send(()).expect("it still runs");
    running.await.expect("no panic").expect("it ended well")
}

/// The numbers and positions of the ledger's segments.
pub async fn in_ledger(server: &Server) -> Vec<(i64, i64)> {
    let media_id = MediaId::parse("m").expect("an id");
    let known = ledger::known(&server.app().watching().db, &media_id, 0, i64::MIN).await;
    known.expect("the ledger is read").into_iter().collect()
}

/// Waits until so many segments were dealt with; 30 s at the most.
pub async fn segments(server: &Server, count: usize) -> Vec<(i64, i64)> {
    for _ in 0..300 {
        let found = in_ledger(server).await;
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{count} segments were never analysed");
}

async fn media(server: &Server, zero: Time) {
    let body = json!({"media_id": "m", "zero": zero.to_string()});
    server.operator().post("/v1/media", &body).await.expect(201);
}

/// Segments of 2 s from the zero on, each once.
fn assert_tiles(stretches: &[(i64, i64)]) {
    let expected: Vec<_> = (0..stretches.len() as i64)
        .map(|n| (n * 2000, (n + 1) * 2000))
        .collect();
    assert_eq!(stretches, expected);
}

async fn recorded(server: &mut Server) {
    let live = Live::start();
    media(server, live.zero).await;
    let times = [0, 1001, 1999, 2000, 5005, 7999];
    let label = |ms: &i64| {
        json!({"Timestamp": ms, "Label": {"Name": "Bird", "Confidence": 94.2, "Instances": [
        {"BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}, "Confidence": 94.0},
        {"BoundingBox": {"Left": 0.5, "Top": 0.2, "Width": 0.3, "Height": 0.4}, "Confidence": 93.0}]}})
    };
    let labels: Vec<_> = times.iter().map(label).collect();
    let file = json!({"JobStatus": "SUCCEEDED", "Labels": labels}).to_string();
    let recogniser =
        Recorded::looping(file.as_bytes(), Some(CLIP_MS), now()).expect("recorded output");
    let running = begin(server, &live.url, Arc::new(recogniser));
    let ledger = segments(server, 7).await;
    let watched = end(running).await;
    let known = in_ledger(server).await;
    assert_eq!(known[..7], ledger[..7]);
    assert_tiles(
        &known
            .iter()
            .map(|(_, ms)| (*ms, ms + 2000))
            .collect::<Vec<_>>(),
    );
    let end_ms = known.len() as i64 * 2000;
    let expected: Vec<i64> = (0..)
        .flat_map(|round| times.iter().map(move |t| t + round * CLIP_MS))
        .take_while(|ms| *ms < end_ms)
        .collect();
    let path = format!("/v1/media/m/detections?from_ms=0&to_ms={end_ms}&limit=500");
    let found = server.operator().get(&path).await.expect(200);
    let items = found["items"].as_array().expect("a list");
    let positions: Vec<i64> = items
        .iter()
        .filter_map(|d| d["position_ms"].as_i64())
        .collect();
    assert_eq!(positions, expected);
    let bird = items
        .iter()
        .find(|d| d["position_ms"] == 5005)
        .expect("the bird");
    assert_eq!(
        (&bird["name"], &bird["confidence"]),
        (&json!("Bird"), &json!(94.2))
    );
    assert_eq!(
        (bird["boxes"].as_array().map(Vec::len), &bird["source"]),
        (Some(2), &json!("recorded"))
    );
    assert_eq!((watched.analysed, watched.failed), (known.len() as u64, 0));
    assert_eq!(watched.detections, expected.len() as u64);
    live.handle.stop(false).await;
}

#[actix_web::test]
async fn what_rekognition_said_of_the_swans_comes_back_in_every_round() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/rekognition/shellzu-getlabeldetection-19368_640x360.json");
    let Ok(bytes) = std::fs::read(file) else {
        eprintln!(
            "left out: the real Rekognition files of ../shared/data are not here; the fixtures of these tests ran"
        );
        return;
    };
    let clip_ms = 19_860;
    let swans = Recorded::looping(&bytes, Some(clip_ms), now()).expect("recorded output");
    for round in [0, 1, 7] {
        let at = |ms: i64| Position::parse(round * clip_ms + ms).expect("a position");
        let whole = Stretch {
            from: at(0),
            to: at(clip_ms),
            frames: Vec::new(),
        };
        let said = swans.recognise(whole, now()).await.expect("an answer");
        let found = said.detections;
        assert_eq!(found.len(), 747);
        let bird = found
            .iter()
            .find(|d| d.position == at(5_005) && d.name == "Bird");
        let bird = bird.expect("a bird");
        let confidence = bird.confidence.percent();
        assert!(
            (confidence - 94.2).abs() < 0.05 && bird.boxes.len() == 2,
            "{bird:?}"
        );
    }
}

async fn frame_positions(server: &mut Server) {
    let live = Live::start();
    media(server, live.zero).await;
    let eyes = Arc::new(Remembers::default());
    let running = begin(server, &live.url, eyes.clone());
    segments(server, 5).await;
    let watched = end(running).await;
    assert_eq!(watched.failed, 0);
    assert_tiles(&eyes.stretches());
    let frames = eyes.frames.lock().expect("alone").clone();
    let end_ms = eyes.stretches().len() as i64 * 2000;
    // The fixture has 30 pictures a second: one lies on each half second.
    let expected: Vec<i64> = (0..end_ms / 500).map(|n| n * 500).collect();
    assert_eq!(frames.len(), expected.len());
    for (found, expected) in frames.iter().zip(&expected) {
        assert!(
            (found - expected).abs() <= 1,
            "{found} instead of {expected}"
        );
    }
    live.handle.stop(false).await;
}

async fn restarts(server: &mut Server) {
    let live = Live::start();
    media(server, live.zero).await;
    let eyes = Arc::new(Remembers::default());
    let mut known = 0;
    for more in [2, 5] {
        let running = begin(server, &live.url, eyes.clone());
        known = segments(server, known + more).await.len();
        end(running).await;
        server.restart().await;
    }
    assert_eq!(eyes.stretches().len(), in_ledger(server).await.len());
    assert_tiles(&eyes.stretches());
    live.handle.stop(false).await;
}

async fn forgets(server: &mut Server) {
    let live = Live::start();
    media(server, live.zero).await;
    let eyes = Arc::new(Remembers::default());
    let running = begin(server, &live.url, eyes.clone());
    segments(server, 3).await;
    end(running).await;
    let done = in_ledger(server).await.len();
    let (db, later) = (server.database().await, now().plus_ms(1_000));
    let forgotten = ledger::prune(&db, later).await.expect("pruned");
    assert_eq!(forgotten, done as u64 - 1, "the newest says where to go on");
    let running = begin(server, &live.url, eyes.clone());
    segments(server, 3).await;
    end(running).await;
    assert_tiles(&eyes.stretches());
    live.handle.stop(false).await;
}

async fn two_watchers(server: &mut Server) {
    let live = Live::start();
    media(server, live.zero).await;
    let eyes = Arc::new(Remembers::default());
    let first = begin(server, &live.url, eyes.clone());
    let second = begin(server, &live.url, eyes.clone());
    segments(server, 6).await;
    let (first, second) = (end(first).await, end(second).await);
    assert_tiles(&eyes.stretches());
    assert!(
        first.analysed == 0 || second.analysed == 0,
        "{first:?} {second:?}"
    );
    live.handle.stop(false).await;
}

async fn unreadable(server: &mut Server) {
    let whole = std::fs::read(fixture().join("0.ts")).expect("the fixture");
    // Tables and the head of the first picture, but nothing that a decoder could show.
    let cut_off = whole[..188 * 6].to_vec();
    let files = [whole.clone(), vec![0xAB; 20_000], cut_off, whole];
    let (address, handle) = serve(move |config| {
        for (n, bytes) in files.clone().into_iter().enumerate() {
            let answer = move || {
                let bytes = bytes.clone();
                async move { HttpResponse::Ok().body(bytes) }
            };
            config.route(&format!("/{n}.ts"), web::get().to(answer));
        }
        let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXTINF:2,\n1.ts\n#EXTINF:2,\nmissing.ts\n\
                        #EXTINF:2,\n2.ts\n#EXTINF:2,\n3.ts\n#EXT-X-GAP\n#EXTINF:2,\ngap.ts\n#EXT-X-ENDLIST\n";
        config.route("/x.m3u8", web::get().to(move || async move { playlist }));
    });
    media(server, now()).await;
    let eyes = Arc::new(Remembers::default());
    let (_stop, running) = begin(server, &format!("http://{address}/x.m3u8"), eyes.clone());
    let bounded = tokio::time::timeout(Duration::from_secs(60), running).await;
    let watched = bounded
        .expect("it ends with the playlist")
        .expect("no panic")
        .expect("it ends well");
    assert_eq!((watched.analysed, watched.failed), (2, 3));
    assert_eq!(eyes.stretches(), [(0, 2000), (8000, 10_000)]);
    assert_eq!(
        in_ledger(server).await.len(),
        6,
        "what failed is not tried again, and the gap is known"
    );
    handle.stop(false).await;
}

async fn impossible(server: &mut Server) {
    let eyes = Arc::new(Remembers::default());
    let (_stop, unknown) = begin(server, "http://127.0.0.1:9/x.m3u8", eyes.clone());
    let error = unknown
        .await
        .expect("no panic")
        .expect_err("there is no such media");
    assert!(error.to_string().contains("no media m"), "{error}");
    media(server, now()).await;
    let (_stop, private) = begin(server, "http://10.0.0.1/x.m3u8", eyes.clone());
    let error = private.await.expect("no panic").expect_err("out of reach");
    assert!(error.to_string().contains("private network"), "{error}");
    let (_stop, file) = begin(server, "file:///etc/passwd", eyes);
    file.await
        .expect("no panic")
        .expect_err("not a web address");
}
