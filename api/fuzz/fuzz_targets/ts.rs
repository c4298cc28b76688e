//! Segments: transport streams with their timed metadata, and fragmented MP4.
#![no_main]
#![expect(dead_code, reason = "only what reads segments is called")]

mod hls;

use hls::ts::Contents;
use libfuzzer_sys::fuzz_target;

fn check(contents: &Contents) {
    let visible = contents.visible();
    assert!(visible.len() <= contents.pictures.len());
    assert_eq!(contents.key.is_some(), !contents.pictures.is_empty());
    let _ = contents.start();
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(contents) = hls::ts::read(bytes) {
        check(&contents);
    }
    if let Ok(contents) = hls::boxes::read(None, bytes) {
        check(&contents);
    }
    let half = bytes.len() / 2;
    if let Ok(contents) = hls::boxes::read(Some(&bytes[..half]), &bytes[half..]) {
        check(&contents);
    }
    let _ = hls::id3::frames(bytes);
    let _ = hls::splice::splice(bytes);
});
