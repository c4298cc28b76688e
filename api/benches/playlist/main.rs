//! What a segment of a playlist costs to read, in a long playlist as against a short one. Prints ratios.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

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

fn segments(bytes: &[u8]) -> usize {
    match read(black_box(bytes)) {
        Ok(Playlist::Media(media)) => black_box(media).segments.len(),
        _ => 0,
    }
}

/// What a segment took when the playlist was read so often, in ns.
fn a_segment(bytes: &[u8], times: usize) -> f64 {
    let began = Instant::now();
    let read: usize = (0..times).map(|_| segments(bytes)).sum();
    began.elapsed().as_secs_f64() * 1e9 / read as f64
}

fn main() {
    let (short, long) = playlists();
    let (few, many) = (segments(&short), segments(&long));
    // The short one as often as gives as many segments, in turns with the long one: a machine that is busy for a while
    // weighs on both sides. What disturbs only makes it longer, so the least of all rounds is told.
    let mut least = (f64::MAX, f64::MAX);
    for _ in 0..30 {
        least.0 = least.0.min(a_segment(&short, many / few));
        least.1 = least.1.min(a_segment(&long, 1));
    }
    let (short, long) = least;
    let ratio = long / short;
    println!("a segment of {few}: {short:.0} ns; of {many}: {long:.0} ns; ratio {ratio:.2}");
}
