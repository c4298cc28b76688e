//! What a segment of a playlist costs to read, in a long playlist as against a short one. Prints ratios.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use beckon_api::ingest::hls::{Playlist, read};

/// The real ones of these lengths, where they lie beside the checkout; else two of the same form.
fn playlists() -> (Vec<u8>, Vec<u8>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/hls/grafov");
    let real = |name: &str| std::fs::read(folder.join(name)).ok();
    let made = |count: usize| {
        let mut text = String::from("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n");
        for n in 0..count {
            text.push_str(&format!("#EXTINF:10.000,\nseg{n}.ts\n"));
        }
        text.into_bytes()
    };
    match (
        real("wowza-vod-chunklist.m3u8"),
        real("media-playlist-large.m3u8"),
    ) {
        (Some(short), Some(long)) => (short, long),
        _ => (made(522), made(40_001)),
    }
}

/// The least time that a segment took in several rounds: what disturbs only makes it longer.
fn a_segment(bytes: &[u8], rounds: usize) -> (usize, Duration) {
    let mut least = Duration::MAX;
    let mut count = 1;
    for _ in 0..rounds {
        let began = Instant::now();
        let playlist = read(black_box(bytes));
        let took = began.elapsed();
        if let Ok(Playlist::Media(media)) = black_box(playlist) {
            count = media.segments.len();
            least = least.min(took);
        }
    }
    (count, least)
}

fn main() {
    let (short, long) = playlists();
    let (few, short) = a_segment(&short, 400);
    let (many, long) = a_segment(&long, 20);
    let each = |count: usize, took: Duration| took.as_secs_f64() * 1e9 / count as f64;
    let (short, long) = (each(few, short), each(many, long));
    println!(
        "a segment of {few}: {short:.0} ns; of {many}: {long:.0} ns; ratio {:.2}",
        long / short
    );
}
