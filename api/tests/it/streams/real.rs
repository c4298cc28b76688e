//! Streams and recordings of others, where they lie beside the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beckon_api::config::now;
use beckon_api::ingest::recogniser::{Recognised, Recogniser, Recorded, Stretch};
use beckon_api::ingest::{WatchJob, Watched, watch};
use beckon_api::media::Frames;
use beckon_api::words::{MediaId, Time};
use serde_json::Value;

use super::shelf::{Parts, Shelf};
use super::{server, watch_all};

fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !root.exists() {
        eprintln!(
            "left out: no real data at {}; streams drawn by ffmpeg were watched",
            root.display()
        );
        return None;
    }
    Some(root.join(path))
}

#[actix_web::test]
async fn a_real_stream_over_the_wrap_is_twenty_seconds_of_rising_positions() {
    let (Some(segments), Some(playlist)) = (
        shared("ts/shaka/hls-ts-rollover"),
        shared("hls/shaka/hls-ts-rollover/playlist.m3u8"),
    ) else {
        return;
    };
    let zero = Time::parse("2024-03-04T23:02:17.684Z").expect("a time");
    let server = server(zero).await;
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &segments);
    shelf.put(
        "/s/playlist.m3u8",
        std::fs::read(playlist).expect("a playlist"),
    );
    let url = shelf.url("/s/playlist.m3u8");
    let (watched, eyes) = watch_all(&server, &url, Frames::PerSecond(24.0)).await;
    assert_eq!((watched.analysed, watched.failed), (10, 0));
    let tiles: Vec<_> = (0..10).map(|n| (n * 2000, n * 2000 + 2000)).collect();
    assert_eq!(eyes.stretches(), tiles);
    let positions = eyes.positions();
    assert_eq!(positions.len(), 480, "all pictures, 24 a second");
    for (n, position) in positions.iter().enumerate() {
        let truth = n as f64 * 1000.0 / 24.0;
        assert!(
            (*position as f64 - truth).abs() <= 1.0,
            "{position} for {truth}"
        );
    }
    shelf.stop().await;
}

/// Serves folders of real segments and their playlist as one, and watches it to its end.
async fn watched_real(
    folder: &str,
    playlist: &str,
    fps: f64,
) -> Option<(Watched, Arc<super::Eyes>)> {
    let (segments, playlist) = (shared(folder)?, shared(playlist)?);
    let server = server(Time::from_ms(1_700_000_000_000)).await;
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &segments);
    shelf.put(
        "/s/index.m3u8",
        std::fs::read(playlist).expect("a playlist"),
    );
    let found = watch_all(&server, &shelf.url("/s/index.m3u8"), Frames::PerSecond(fps)).await;
    shelf.stop().await;
    Some(found)
}

#[actix_web::test]
async fn real_segments_under_five_keys_and_two_ciphers_are_opened() {
    let folder = "ts/shaka/hls-aes-256";
    let found = watched_real(folder, "hls/shaka/hls-aes-256/media.m3u8", 1.0).await;
    let Some((watched, eyes)) = found else { return };
    assert_eq!((watched.analysed, watched.failed), (5, 0));
    let tiles: Vec<_> = (0..5).map(|n| (n * 4000, n * 4000 + 4000)).collect();
    assert_eq!(eyes.stretches(), tiles);
    assert_eq!(eyes.positions().len(), 20);
}

#[actix_web::test]
async fn real_segments_with_reordered_pictures_from_ten_seconds_on_begin_at_zero() {
    let playlist = "hls/shaka/hls-ts-h264/prog_index.m3u8";
    let found = watched_real("ts/shaka/hls-ts-h264", playlist, 30.0).await;
    let Some((watched, eyes)) = found else { return };
    assert_eq!((watched.analysed, watched.failed), (6, 0));
    let positions = eyes.positions();
    assert!(positions.is_sorted(), "positions rise");
    assert_eq!((positions[0], positions.len()), (0, 6 * 64));
}

/// Says of each picture what Rekognition said of it once, and nothing else.
#[derive(Debug)]
struct Replays(Recorded);

#[async_trait]
impl Recogniser for Replays {
    fn source(&self) -> &'static str {
        "recorded"
    }

    fn needs_frames(&self) -> bool {
        true
    }

    async fn recognise(&self, stretch: Stretch, now: Time) -> anyhow::Result<Recognised> {
        let mut all = Vec::new();
        for frame in stretch.frames {
            let moment = Stretch {
                from: frame.position,
                to: frame.position.forward(1),
                frames: Vec::new(),
            };
            all.extend(self.0.recognise(moment, now).await?.detections);
        }
        Ok(all.into())
    }
}

/// Cuts a video into segments of 60 pictures.
fn cut(video: &Path, folder: &Path) {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-i"])
        .arg(video)
        .args([
            "-an",
            "-c:v",
            "mpeg2video",
            "-b:v",
            "4M",
            "-g",
            "60",
            "-bf",
            "2",
            "-flags",
            "+cgop",
        ])
        .args([
            "-sc_threshold",
            "1000000000",
            "-force_key_frames",
            "expr:eq(mod(n,60),0)",
        ])
        .args([
            "-f",
            "hls",
            "-hls_time",
            "2",
            "-hls_list_size",
            "0",
            "index.m3u8",
        ])
        .current_dir(folder)
        .output()
        .expect("ffmpeg is there");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A live window of three of these segments, the last of which is this one.
fn window(segments: &[(&str, f64)], last: usize, zero: Time) -> String {
    let first = last.saturating_sub(2);
    let before: f64 = segments[..first].iter().map(|(_, seconds)| seconds).sum();
    let date = zero.plus_ms((before * 1000.0).round() as i64);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-PROGRAM-DATE-TIME:{date}\n"
    );
    for (uri, seconds) in &segments[first..=last] {
        text.push_str(&format!("#EXTINF:{seconds:.6},\n{uri}\n"));
    }
    if last + 1 == segments.len() {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    text
}

#[actix_web::test]
async fn the_swans_as_a_live_stream_give_what_was_recorded_of_them() {
    let (Some(video), Some(recorded)) = (
        shared("video/shellzu-19368_640x360.mp4"),
        shared("rekognition/shellzu-getlabeldetection-19368_640x360.json"),
    ) else {
        return;
    };
    let recorded = std::fs::read(recorded).expect("what was recorded");
    let folder = tempfile::tempdir().expect("a folder");
    cut(&video, folder.path());
    let listed = std::fs::read_to_string(folder.path().join("index.m3u8")).expect("a playlist");
    let lines: Vec<&str> = listed.lines().collect();
    let length = |line: &str| {
        line.strip_prefix("#EXTINF:")?
            .trim_end_matches(',')
            .parse()
            .ok()
    };
    let segments: Vec<(&str, f64)> = lines
        .windows(2)
        .filter_map(|two| Some((two[1], length(two[0])?)))
        .collect();
    assert_eq!(segments.len(), 10, "{listed}");

    let zero = Time::from_ms(1_700_000_000_000);
    let server = server(zero).await;
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", folder.path());
    shelf.put("/s/live.m3u8", window(&segments, 0, zero));
    let recogniser = Recorded::looping(&recorded, None, now()).expect("it is read");
    let job = WatchJob {
        media_id: MediaId::parse("m").expect("an id"),
        url: shelf.url("/s/live.m3u8"),
        frames: Frames::PerSecond(2.0),
        most_lag_ms: 600_000,
        max_spend: None,
        recogniser: Arc::new(Replays(recogniser)),
    };
    let watching = tokio::spawn(watch(server.app().watching(), job, std::future::pending()));
    for last in 0..segments.len() {
        // The window moves on when its newest segment was fetched.
        shelf.put("/s/live.m3u8", window(&segments, last, zero));
        let path = format!("/s/{}", segments[last].0);
        let fetched = async {
            while !shelf.asked().iter().any(|(asked, _)| *asked == path) {
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        };
        let fetched = tokio::time::timeout(Duration::from_secs(60), fetched).await;
        fetched.unwrap_or_else(|_| panic!("{path} was never asked for"));
    }
    let watched = tokio::time::timeout(Duration::from_secs(60), watching).await;
    let watched = watched
        .expect("it ends")
        .expect("no panic")
        .expect("it ends well");
    assert_eq!((watched.analysed, watched.failed), (10, 0));

    let whole: Value = serde_json::from_slice(&recorded).expect("JSON");
    let mut expected: Vec<(i64, String, f64)> = whole["Labels"]
        .as_array()
        .expect("labels")
        .iter()
        .map(|l| {
            let label = &l["Label"];
            let name = label["Name"].as_str().expect("a name").to_owned();
            let at = l["Timestamp"].as_i64().expect("a time");
            (at, name, label["Confidence"].as_f64().expect("a number"))
        })
        .collect();
    let mut found = Vec::new();
    let mut path = "/v1/media/m/detections?from_ms=0&to_ms=30000&limit=500".to_owned();
    loop {
        let page = server.operator().get(&path).await.expect(200);
        for item in page["items"].as_array().expect("a list") {
            let name = item["name"].as_str().expect("a name").to_owned();
            let at = item["position_ms"].as_i64().expect("a position");
            found.push((at, name, item["confidence"].as_f64().expect("a number")));
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        let cursor = cursor.replace('#', "%23").replace(' ', "%20");
        path = format!("/v1/media/m/detections?from_ms=0&to_ms=30000&limit=500&cursor={cursor}");
    }
    let order = |a: &(i64, String, f64), b: &(i64, String, f64)| (a.0, &a.1).cmp(&(b.0, &b.1));
    expected.sort_by(order);
    found.sort_by(order);
    assert_eq!(expected.len(), 747);
    let other = found
        .iter()
        .zip(&expected)
        .find(|(found, expected)| found != expected);
    assert_eq!(other, None);
    assert_eq!(found.len(), expected.len());
    shelf.stop().await;
}
