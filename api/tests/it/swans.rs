//! The whole way with nothing of ours left out: a clip cut to HLS comes as a live window, a real process watches it
//! through the real ffmpeg and asks Rekognition's stand-in, which knows each picture and says what was recorded of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use beckon_api::auth::{Auth, Keys, Role};
use beckon_api::config::now;
use beckon_api::words::Time;
use image::imageops::{FilterType, resize};
use image::{GrayImage, RgbImage};
use serde_json::{Value, json};

use crate::crash::Process;
use crate::harness::Client;
use crate::standins::rekognition::{Answer, Call, Standin};

/// Pictures from one that was recorded to the next.
const STEP: i64 = 15;
/// Of 29.97 a second: the length of one, in microseconds, is 1001/30 ms.
const fn shown_at_ms(picture: i64) -> i64 {
    picture * 1001 / 30
}
/// The pictures of a segment, which lasts 2.002 s.
const SEGMENT: i64 = 60;
const SEGMENT_MS: i64 = shown_at_ms(SEGMENT);
/// How many segments the playlist names at a time.
const WINDOW: usize = 4;

/// What was recorded of a clip: the labels of each moment, as Rekognition writes them.
type Recorded = BTreeMap<i64, Vec<Value>>;

fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(arguments)
        .output()
        .expect("ffmpeg runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    output.stdout
}

/// Cuts the video into segments that each begin with a whole picture.
fn cut(input: &[&str], folder: &Path) -> usize {
    let pattern = folder.join("%d.ts").display().to_string();
    let list = folder.join("cut.m3u8").display().to_string();
    let pictures = SEGMENT.to_string();
    let coded = [
        "-an",
        "-c:v",
        "mpeg2video",
        "-b:v",
        "6M",
        "-flags",
        "+cgop",
        "-g",
        &pictures,
        "-sc_threshold",
        "1000000000",
    ];
    let packed = [
        "-f",
        "hls",
        "-hls_time",
        "2",
        "-hls_list_size",
        "0",
        "-hls_segment_filename",
        &pattern,
        &list,
    ];
    ffmpeg(&[input, &coded, &packed].concat());
    let segments = (0..).take_while(|n| folder.join(format!("{n}.ts")).exists());
    segments.count()
}

/// The pictures that were recorded, small and grey, by their moment.
fn known(input: &[&str]) -> Vec<(i64, GrayImage)> {
    let select = format!("select=not(mod(n\\,{STEP})),scale=320:180");
    let raw = [
        "-an",
        "-vf",
        &select,
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "pipe:1",
    ];
    let pixels = ffmpeg(&[input, &raw].concat());
    let pictures = pixels
        .chunks_exact(320 * 180 * 3)
        .map(|rgb| RgbImage::from_raw(320, 180, rgb.to_vec()).expect("so many pixels"));
    let moments = (0..).map(|n| shown_at_ms(n * STEP));
    moments
        .zip(pictures.map(|picture| small(&picture)))
        .collect()
}

fn small(picture: &RgbImage) -> GrayImage {
    image::imageops::grayscale(&resize(picture, 64, 36, FilterType::Triangle))
}

/// Which of the recorded moments a call's picture is of.
fn moment(known: &[(i64, GrayImage)], call: &Call) -> i64 {
    let picture = small(&call.picture());
    let distance = |other: &GrayImage| -> u64 {
        let pairs = picture.as_raw().iter().zip(other.as_raw());
        pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
    };
    let nearest = known.iter().min_by_key(|(_, other)| distance(other));
    nearest.expect("a picture").0
}

/// A live channel: each time that its playlist is asked for, one more segment has come, and one may have gone.
fn go_live(folder: &Path, segments: usize, zero: Time) -> (String, actix_web::dev::ServerHandle) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let asked = web::Data::new(AtomicUsize::new(2));
    let folder = web::Data::new(folder.to_owned());
    let playlist = move |asked: web::Data<AtomicUsize>| async move {
        let end = asked.fetch_add(1, Ordering::SeqCst).min(segments);
        let first = end.saturating_sub(WINDOW);
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
        );
        for n in first..end {
            let begins = zero.plus_ms(n as i64 * SEGMENT_MS);
            text += &format!("#EXT-X-PROGRAM-DATE-TIME:{begins}\n#EXTINF:2.002,\n{n}.ts\n");
        }
        if end == segments {
            text += "#EXT-X-ENDLIST\n";
        }
        HttpResponse::Ok()
            .content_type("application/vnd.apple.mpegurl")
            .body(text)
    };
    let server = HttpServer::new(move || {
        let segment = |name: web::Path<String>, folder: web::Data<PathBuf>| async move {
            HttpResponse::Ok().body(std::fs::read(folder.join(name.as_str())).expect("a segment"))
        };
        App::new()
            .app_data(asked.clone())
            .app_data(folder.clone())
            .route("/live.m3u8", web::get().to(playlist))
            .route("/{name}", web::get().to(segment))
    });
    let server = server.workers(1).disable_signals();
    let server = server.listen(listener).expect("it listens").run();
    let handle = server.handle();
    tokio::spawn(server);
    (format!("http://{address}/live.m3u8"), handle)
}

/// A node in a process of its own, its AWS on loopback.
fn node(folder: &Path, standin: &Standin) -> (Process, Client) {
    let environment = [
        ("AWS_ENDPOINT_URL_REKOGNITION", standin.url()),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "stand-in"),
        ("AWS_SECRET_ACCESS_KEY", "stand-in"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("BECKON_REACH", "loopback"),
        ("BECKON_REKOGNITION_PER_SECOND", "100"),
    ];
    let process = Process::start_in(folder, &[], &environment);
    let keys = Keys::load_or_make(&folder.join("keys")).expect("the node's keys");
    let token = Auth::new(keys).issue("x", Role::Operator, 3600, now());
    let client = Client::new(process.url.clone(), Some(token.expect("a token")));
    (process, client)
}

async fn detections(client: &Client) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/media/m/detections?from_ms=0&to_ms=60000&limit=500{cursor}");
        let page = client.get(&path).await.expect(200);
        found.extend(page["items"].as_array().expect("a list").clone());
        let Some(next) = page["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={}", next.replace('%', "%25").replace('#', "%23"));
    }
}

/// Watches the clip until it ends, and hands back what was stored of it.
async fn watched(input: &[&str], recorded: Arc<Recorded>) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let segments = cut(input, folder.path());
    let known = known(input);
    assert!(
        recorded
            .keys()
            .all(|ms| known.iter().any(|(at, _)| at == ms)),
        "a recorded moment has no picture"
    );
    let standin = Standin::start(move |call| {
        let labels = recorded.get(&moment(&known, call));
        Answer::Says(
            json!({"Labels": labels.cloned().unwrap_or_default(), "LabelModelVersion": "3.0"}),
        )
    });
    // Far from its bound of lag, however slow the machine is: no picture is left out.
    let zero = now();
    let (url, live) = go_live(folder.path(), segments, zero);
    let data = tempfile::tempdir().expect("a folder");
    let (process, client) = node(data.path(), &standin);
    let body = json!({"media_id": "m", "zero": zero.to_string(), "ingest": {
        "source": {"kind": "hls", "url": url}, "most_lag_ms": 120_000,
        "recogniser": {"kind": "rekognition", "labels": {"min_confidence": 0}},
        "frames": {"kind": "per_second", "count": 2.0}}});
    client.post("/v1/media", &body).await.expect(201);
    let ended = async {
        loop {
            let status = client.get("/v1/media/m/ingest").await.expect(200);
            if status["state"] == "ended" {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let status = tokio::time::timeout(Duration::from_secs(120), ended).await;
    let status = status.expect("the stream ended two minutes ago");
    assert_eq!(status["segments"]["analysed"], segments, "{status}");
    assert_eq!(status["segments"]["failed"], 0, "{status}");
    let found = detections(&client).await;
    drop(process);
    live.stop(false).await;
    standin.stop().await;
    found
}

/// What is compared: position, name, confidence and how many boxes.
type Seen = (i64, String, f64, usize);

/// What must be stored.
fn expected(recorded: &Recorded) -> Vec<Seen> {
    let labels = recorded
        .iter()
        .flat_map(|(ms, labels)| labels.iter().map(move |label| (*ms, label)));
    let mut all: Vec<_> = labels
        .map(|(ms, label)| {
            let name = label["Name"].as_str().expect("a name").to_owned();
            let boxes = label["Instances"].as_array().map_or(0, Vec::len);
            (
                ms,
                name,
                label["Confidence"].as_f64().expect("a number"),
                boxes,
            )
        })
        .collect();
    all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    all
}

fn stored(found: &[Value]) -> Vec<Seen> {
    let mut all: Vec<_> = found
        .iter()
        .map(|d| {
            let name = d["name"].as_str().expect("a name").to_owned();
            let boxes = d["boxes"].as_array().expect("boxes").len();
            let position = d["position_ms"].as_i64().expect("a position");
            (
                position,
                name,
                d["confidence"].as_f64().expect("a number"),
                boxes,
            )
        })
        .collect();
    all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    all
}

#[actix_web::test]
async fn what_was_recorded_of_each_picture_of_a_live_stream_is_stored_at_its_millisecond() {
    let input = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=640x360:rate=30000/1001:duration=8",
    ];
    let label = |n: i64| {
        json!({"Name": format!("Picture {n}"), "Confidence": 94.19999694824219, "Parents": [{"Name": "Drawing"}],
            "Instances": [{"Confidence": 90.5, "BoundingBox": {"Left": -0.125, "Top": 0.25, "Width": 0.5, "Height": 0.5}}]})
    };
    let recorded = (0..16).map(|n| (shown_at_ms(n * STEP), vec![label(n)]));
    let recorded: Arc<Recorded> = Arc::new(recorded.collect());
    assert_eq!(
        stored(&watched(&input, recorded.clone()).await),
        expected(&recorded)
    );
}

#[actix_web::test]
async fn the_swans_give_the_positions_and_labels_that_rekognition_gave() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let clip = data.join("video/shellzu-19368_640x360.mp4");
    let answer =
        std::fs::read(data.join("rekognition/shellzu-getlabeldetection-19368_640x360.json"));
    let (Ok(answer), true) = (answer, clip.exists()) else {
        eprintln!(
            "left out: the swan clip of ../shared/data is not here; a drawn clip took its way"
        );
        return;
    };
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    let mut recorded = Recorded::new();
    for one in answer["Labels"].as_array().expect("labels") {
        let moment = one["Timestamp"].as_i64().expect("a time");
        recorded
            .entry(moment)
            .or_default()
            .push(one["Label"].clone());
    }
    let recorded = Arc::new(recorded);
    let expected = expected(&recorded);
    assert_eq!((expected.len(), recorded.len()), (747, 40));
    let clip = clip.display().to_string();
    let found = watched(&["-i", &clip], recorded).await;
    let stored = stored(&found);
    let only_in = |these: &[Seen], those: &[Seen]| -> Vec<Seen> {
        these
            .iter()
            .filter(|one| !those.contains(one))
            .cloned()
            .collect()
    };
    let (missing, more) = (only_in(&expected, &stored), only_in(&stored, &expected));
    assert!(
        missing.is_empty() && more.is_empty(),
        "not stored: {missing:?}; stored instead: {more:?}"
    );
    assert_eq!(stored.len(), 747);
}
