//! Streams of every sort, watched over HTTP through the real ffmpeg: what is looked at is what was on screen then.

mod clock;
mod live;
mod real;
pub mod shelf;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use beckon_api::config::now;
use beckon_api::ingest::recogniser::{Recognised, Recogniser, Stretch};
use beckon_api::ingest::{WatchJob, Watched, watch};
use beckon_api::media::Frames;
use beckon_api::words::{MediaId, Time};
use serde_json::json;

use self::clock::{LENGTH_MS, Packed, grey_at};
use self::shelf::{Parts, Shelf};
use crate::harness::{Engine, Server};

/// Remembers what it was asked to look at: the stretches, and each picture's position and grey.
#[derive(Debug, Default)]
struct Eyes {
    stretches: Mutex<Vec<(i64, i64)>>,
    pictures: Mutex<Vec<(i64, f64)>>,
}

#[async_trait]
impl Recogniser for Eyes {
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
            let sum: u64 = frame.rgb.iter().map(|byte| u64::from(*byte)).sum();
            let grey = sum as f64 / frame.rgb.len() as f64;
            let picture = (frame.position.ms(), grey);
            self.pictures.lock().expect("alone").push(picture);
        }
        Ok(Recognised::default())
    }
}

impl Eyes {
    fn positions(&self) -> Vec<i64> {
        let pictures = self.pictures.lock().expect("alone");
        pictures.iter().map(|(position, _)| *position).collect()
    }

    fn stretches(&self) -> Vec<(i64, i64)> {
        self.stretches.lock().expect("alone").clone()
    }

    /// Every picture shows the moment at which it is said to be.
    fn assert_true(&self) {
        for (position, grey) in &*self.pictures.lock().expect("alone") {
            let expected = grey_at(*position);
            assert!(
                (grey - expected).abs() < 6.0,
                "at {position} ms the grey is {grey:.1}, not {expected:.1}"
            );
        }
    }
}

async fn server(zero: Time) -> Server {
    let server = Server::start(Engine::Sqlite).await;
    let server = server.expect("SQLite is always there");
    let body = json!({"media_id": "m", "zero": zero.to_string()});
    server.operator().post("/v1/media", &body).await.expect(201);
    server
}

/// Watches to the playlist's end.
async fn watch_all(server: &Server, url: &str, frames: Frames) -> (Watched, Arc<Eyes>) {
    let eyes = Arc::new(Eyes::default());
    let job = job(url, frames, eyes.clone());
    let watching = watch(server.app().watching(), job, std::future::pending());
    let bounded = tokio::time::timeout(Duration::from_secs(60), watching).await;
    let watched = bounded.expect("it ends with the playlist");
    (watched.expect("it ends well"), eyes)
}

fn job(url: &str, frames: Frames, eyes: Arc<Eyes>) -> WatchJob {
    WatchJob {
        media_id: MediaId::parse("m").expect("an id"),
        url: url.to_owned(),
        frames,
        most_lag_ms: 600_000,
        max_spend: None,
        recogniser: eyes,
    }
}

/// The clock packed like this is seen whole, and true.
async fn seen_true(name: &str, parts: Parts) -> Shelf {
    let shelf = Shelf::new(parts);
    shelf.put_folder("/s", &Packed::all().folder(name));
    let server = server(now()).await;
    let (watched, eyes) =
        watch_all(&server, &shelf.url("/s/index.m3u8"), Frames::PerSecond(2.0)).await;
    assert_eq!((watched.analysed, watched.failed), (4, 0), "{name}");
    let tiles: Vec<_> = (0..4).map(|n| (n * 2000, n * 2000 + 2000)).collect();
    assert_eq!(eyes.stretches(), tiles, "{name}");
    // Of each half second the first picture that begins in it; there is one every 40 ms.
    let expected: Vec<i64> = (0..LENGTH_MS / 500)
        .map(|n| (n * 500 + 39) / 40 * 40)
        .collect();
    assert_eq!(eyes.positions(), expected, "{name}");
    eyes.assert_true();
    shelf
}

#[actix_web::test]
async fn a_transport_stream_is_seen_true() {
    seen_true("ts", Parts::Given).await.stop().await;
}

#[actix_web::test]
async fn segments_that_begin_with_pictures_of_the_one_before_are_seen_true() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &Packed::all().folder("open"));
    let server = server(now()).await;
    let (watched, eyes) = watch_all(
        &server,
        &shelf.url("/s/index.m3u8"),
        Frames::PerSecond(12.5),
    )
    .await;
    assert_eq!((watched.analysed, watched.failed), (4, 0));
    assert!(eyes.positions().len() > 90, "{:?}", eyes.positions());
    eyes.assert_true();
    shelf.stop().await;
}

#[actix_web::test]
async fn a_stream_whose_times_wrap_is_seen_true() {
    seen_true("wrap", Parts::Given).await.stop().await;
}

#[actix_web::test]
async fn fragmented_mp4_is_seen_true_and_its_header_fetched_once() {
    let shelf = seen_true("fmp4", Parts::Given).await;
    let headers = shelf
        .asked()
        .iter()
        .filter(|(path, _)| path == "/s/init.mp4")
        .count();
    assert_eq!(headers, 1);
    shelf.stop().await;
}

#[actix_web::test]
async fn parts_of_a_file_are_asked_for_and_seen_true() {
    for name in ["ts-parts", "fmp4-parts"] {
        let shelf = seen_true(name, Parts::Given).await;
        let asked = shelf.asked();
        let whole = asked
            .iter()
            .filter(|(path, range)| !path.ends_with("m3u8") && range.is_none());
        assert_eq!(whole.count(), 0, "{name}: {asked:?}");
        shelf.stop().await;
    }
}

#[actix_web::test]
async fn a_server_that_knows_no_parts_is_read_all_the_same() {
    seen_true("fmp4-parts", Parts::Ignored).await.stop().await;
}

#[actix_web::test]
async fn another_part_than_was_asked_for_is_not_taken() {
    let shelf = Shelf::new(Parts::Wrong);
    shelf.put_folder("/s", &Packed::all().folder("ts-parts"));
    let server = server(now()).await;
    let (watched, eyes) =
        watch_all(&server, &shelf.url("/s/index.m3u8"), Frames::PerSecond(2.0)).await;
    assert_eq!((watched.analysed, watched.failed), (0, 4));
    assert!(eyes.positions().is_empty());
    shelf.stop().await;
}

#[actix_web::test]
async fn locked_segments_are_opened_by_the_start_value_or_by_their_numbers() {
    for name in ["locked", "numbered"] {
        let shelf = seen_true(name, Parts::Given).await;
        let keys = shelf
            .asked()
            .iter()
            .filter(|(path, _)| path == "/s/secret.key")
            .count();
        assert_eq!(keys, 1, "the key is fetched once");
        shelf.stop().await;
    }
}

#[actix_web::test]
async fn what_cannot_be_opened_is_passed_over_without_fetching_it() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &Packed::all().folder("ts"));
    shelf.put(
        "/s/index.m3u8",
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"\n#EXTINF:2,\nindex0.ts\n\
         #EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\nindex1.ts\n#EXT-X-ENDLIST\n",
    );
    let server = server(now()).await;
    let (watched, eyes) =
        watch_all(&server, &shelf.url("/s/index.m3u8"), Frames::PerSecond(2.0)).await;
    assert_eq!((watched.analysed, watched.failed), (1, 1));
    assert_eq!(eyes.stretches(), [(2000, 4000)]);
    let asked: Vec<String> = shelf.asked().into_iter().map(|(path, _)| path).collect();
    assert_eq!(asked, ["/s/index.m3u8", "/s/index1.ts"]);
    shelf.stop().await;
}

#[actix_web::test]
async fn addresses_count_from_where_a_redirect_led() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/deep/down", &Packed::all().folder("ts"));
    shelf.put(
        "/master.m3u8",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\ngo.m3u8\n",
    );
    shelf.redirect("/go.m3u8", "/deep/down/index.m3u8");
    let server = server(now()).await;
    let (watched, eyes) =
        watch_all(&server, &shelf.url("/master.m3u8"), Frames::PerSecond(1.0)).await;
    assert_eq!((watched.analysed, watched.failed), (4, 0));
    assert_eq!(
        eyes.positions(),
        [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000]
    );
    eyes.assert_true();
    shelf.stop().await;
}

#[actix_web::test]
async fn redirects_that_never_end_are_given_up_and_the_watch_goes_on() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &Packed::all().folder("ts"));
    shelf.redirect("/round.ts", "/round.ts");
    shelf.put(
        "/s/index.m3u8",
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n/round.ts\n#EXTINF:2,\nindex1.ts\n#EXT-X-ENDLIST\n",
    );
    let server = server(now()).await;
    let (watched, eyes) =
        watch_all(&server, &shelf.url("/s/index.m3u8"), Frames::PerSecond(2.0)).await;
    assert_eq!((watched.analysed, watched.failed), (1, 1));
    assert_eq!(eyes.stretches(), [(2000, 4000)]);
    shelf.stop().await;
}

#[actix_web::test]
async fn of_scenes_the_first_picture_is_looked_at() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &Packed::all().folder("scenes"));
    let server = server(now()).await;
    let url = shelf.url("/s/index.m3u8");
    let often = Frames::SceneCuts {
        at_most_per_second: 10.0,
    };
    let (watched, eyes) = watch_all(&server, &url, often).await;
    assert_eq!((watched.analysed, watched.failed), (4, 0));
    assert_eq!(eyes.positions(), [0, 1200, 2000, 5000]);
    shelf.stop().await;
}

#[actix_web::test]
async fn scenes_that_follow_too_fast_are_left_out() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &Packed::all().folder("scenes"));
    let server = server(now()).await;
    let seldom = Frames::SceneCuts {
        at_most_per_second: 0.5,
    };
    let (_, eyes) = watch_all(&server, &shelf.url("/s/index.m3u8"), seldom).await;
    assert_eq!(eyes.positions(), [0, 2000, 5000]);
    shelf.stop().await;
}

#[actix_web::test]
async fn a_discontinuity_moves_no_position() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &Packed::all().folder("ts"));
    // The times in the third begin anew, and those in the fourth are later than what the playlist says.
    let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2,\nindex0.ts\n#EXTINF:2,\nindex1.ts\n\
                    #EXT-X-DISCONTINUITY\n#EXTINF:2,\nindex0.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:2,\nindex3.ts\n#EXT-X-ENDLIST\n";
    shelf.put("/s/index.m3u8", playlist);
    let server = server(now()).await;
    let frames = Frames::PerSecond(2.0);
    let (watched, eyes) = watch_all(&server, &shelf.url("/s/index.m3u8"), frames).await;
    assert_eq!((watched.analysed, watched.failed), (4, 0));
    let pictures = eyes.pictures.lock().expect("alone").clone();
    assert_eq!(pictures.len(), 16);
    for (n, (position, grey)) in (0_i64..).zip(&pictures) {
        assert_eq!(*position, (n * 500 + 39) / 40 * 40);
        let shown = if (8..12).contains(&n) {
            position - 4000
        } else {
            *position
        };
        assert!((grey - grey_at(shown)).abs() < 6.0, "at {position} ms");
    }
    shelf.stop().await;
}

#[actix_web::test]
async fn marks_of_ad_breaks_are_kept() {
    let shelf = Shelf::new(Parts::Given);
    shelf.put_folder("/s", &Packed::all().folder("ts"));
    let zero = Time::from_ms(1_700_000_000_000);
    let date = |ms| zero.plus_ms(ms).to_string();
    let playlist = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-PROGRAM-DATE-TIME:{}\n#EXTINF:2,\nindex0.ts\n#EXT-X-CUE-OUT:DURATION=4\n\
         #EXTINF:2,\nindex1.ts\n#EXT-X-CUE-OUT-CONT:2/4\n#EXTINF:2,\nindex2.ts\n#EXT-X-CUE-IN\n\
         #EXT-X-DATERANGE:ID=\"x\",START-DATE=\"{}\",DURATION=1.5,SCTE35-OUT=0xFC00\n#EXTINF:2,\nindex3.ts\n#EXT-X-ENDLIST\n",
        date(0),
        date(6_500)
    );
    shelf.put("/s/index.m3u8", playlist);
    let server = server(zero).await;
    let (watched, _) =
        watch_all(&server, &shelf.url("/s/index.m3u8"), Frames::PerSecond(0.5)).await;
    assert_eq!((watched.analysed, watched.failed), (4, 0));
    let found = server
        .operator()
        .get("/v1/media/m/ad-breaks")
        .await
        .expect(200);
    let expected = json!([
        {"break_id": "cue:0:1", "from_ms": 2000, "to_ms": 6000, "planned_ms": 4000},
        {"break_id": "dates:x", "from_ms": 6500, "to_ms": 8000, "planned_ms": null},
    ]);
    assert_eq!(found["items"], expected);
    shelf.stop().await;
}
