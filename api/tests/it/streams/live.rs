//! Live windows that move, jump and begin anew, as they are watched.

use std::sync::Arc;
use std::time::Duration;

use beckon_api::config::now;
use beckon_api::ingest::watch;
use beckon_api::media::Frames;
use beckon_api::words::Time;

use super::clock::Packed;
use super::shelf::{Parts, Shelf};
use super::{Eyes, job, server};
use crate::harness::Server;

/// A window of so many segments of the clock from this one on, the first of which has this number.
fn window(head: &str, sequence: i64, segments: &[usize]) -> String {
    let segments = segments
        .iter()
        .map(|n| format!("#EXTINF:2,\nindex{n}.ts\n"));
    let segments: String = segments.collect();
    format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{sequence}\n{head}{segments}")
}

/// Watches while each of these playlists stands there until so many stretches were seen.
async fn watched(server: &Server, shelf: &Shelf, steps: &[(String, usize)]) -> Arc<Eyes> {
    shelf.put_folder("/s", &Packed::all().folder("ts"));
    let eyes = Arc::new(Eyes::default());
    shelf.put("/s/live.m3u8", steps[0].0.clone());
    let job = job(
        &shelf.url("/s/live.m3u8"),
        Frames::PerSecond(2.0),
        eyes.clone(),
    );
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async move {
        let _ = stopped.await;
    };
    let running = tokio::spawn(watch(server.app().watching(), job, stopped));
    for (playlist, count) in steps {
        shelf.put("/s/live.m3u8", playlist.clone());
        let all_seen = async {
            while eyes.stretches().len() < *count {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(60), all_seen).await;
        seen.unwrap_or_else(|_| panic!("{:?} after {playlist}", eyes.stretches()));
    }
    stop.send(()).expect("it still runs");
    let watched = running.await.expect("no panic").expect("it ended well");
    assert_eq!(watched.failed, 0);
    eyes
}

#[actix_web::test]
async fn who_comes_in_the_middle_of_an_event_knows_where_it_is() {
    let zero = Time::from_ms(1_700_000_000_000);
    let server = server(zero).await;
    let shelf = Shelf::new(Parts::Given);
    // An hour and a half later, told with an offset of two hours.
    let head = "#EXT-X-PROGRAM-DATE-TIME:2023-11-15T01:43:20.000+02:00\n";
    let next = "#EXT-X-PROGRAM-DATE-TIME:2023-11-15T01:43:22.000+02:00\n";
    let steps = [
        (window(head, 2_700, &[0, 1]), 2),
        (window(next, 2_701, &[1, 2, 3]), 4),
    ];
    let eyes = watched(&server, &shelf, &steps).await;
    let from = 5_400_000;
    let tiles: Vec<_> = (0..4)
        .map(|n| (from + n * 2000, from + n * 2000 + 2000))
        .collect();
    assert_eq!(eyes.stretches(), tiles);
    let expected: Vec<i64> = (0..16).map(|n| from + (n * 500 + 39) / 40 * 40).collect();
    assert_eq!(eyes.positions(), expected);
    shelf.stop().await;
}

#[actix_web::test]
async fn an_encoder_that_starts_anew_goes_on_after_what_it_sent_before() {
    // The media is at its first second: what the encoder sends first already reaches beyond that.
    let server = server(now().plus_ms(-4_000)).await;
    let shelf = Shelf::new(Parts::Given);
    let steps = [
        (window("", 500, &[0, 1]), 2),
        (window("", 0, &[0, 1]), 4),
        (window("", 1, &[1, 2, 3]), 6),
    ];
    let eyes = watched(&server, &shelf, &steps).await;
    let stretches = eyes.stretches();
    assert_eq!(stretches.len(), 6);
    assert!(
        stretches.iter().all(|(from, to)| to - from == 2000),
        "{stretches:?}"
    );
    assert!(
        stretches.windows(2).all(|two| two[0].1 <= two[1].0),
        "{stretches:?}"
    );
    assert!(eyes.positions().is_sorted(), "{:?}", eyes.positions());
    shelf.stop().await;
}

#[actix_web::test]
async fn an_update_that_leaves_out_what_is_known_is_read_whole() {
    let zero = Time::from_ms(1_700_000_000_000);
    let server = server(zero).await;
    let shelf = Shelf::new(Parts::Given);
    let head = format!("#EXT-X-PROGRAM-DATE-TIME:{zero}\n");
    let steps = [
        (window(&head, 7, &[0, 1]), 2),
        (window("#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n", 7, &[2, 3]), 4),
    ];
    let eyes = watched(&server, &shelf, &steps).await;
    let tiles: Vec<_> = (0..4).map(|n| (n * 2000, n * 2000 + 2000)).collect();
    assert_eq!(eyes.stretches(), tiles);
    eyes.assert_true();
    shelf.stop().await;
}
