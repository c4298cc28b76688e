//! Playlists: whatever stands in them they are read or refused, and what is read holds together.
#![no_main]
#![expect(dead_code, reason = "only what reads playlists is called")]

mod hls;

use hls::delta::complete;
use hls::playlist::{Playlist, read_given};
use hls::variables::Given;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let imported = [("a".to_owned(), "b".to_owned())];
    let given = Given {
        query: Some("token=%41"),
        imported: &imported,
    };
    match read_given(bytes, &given) {
        Err(error) => {
            let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
            assert!((1..=lines).contains(&error.line), "{error}");
        }
        Ok(Playlist::Master(master)) => {
            let chosen = master.best_for_width(640);
            assert_eq!(chosen.is_some(), !master.variants.is_empty());
        }
        Ok(Playlist::Media(media)) => {
            let numbers = media.segments.windows(2);
            let saturated = i64::MAX;
            assert!(numbers.clone().all(|two| {
                two[1].sequence == two[0].sequence + 1 || two[1].sequence == saturated
            }));
            for segment in &media.segments {
                let end = segment
                    .range
                    .map(|range| range.offset.checked_add(range.length));
                assert!(end.is_none_or(|end| end.is_some()));
            }
            for tag in media.segments.iter().flat_map(|segment| &segment.tags) {
                let _ = hls::splice::splice(tag.value.as_bytes());
            }
            // An update of itself changes nothing that was known.
            let count = media.segments.len();
            let whole = complete(media.clone(), Some(&media));
            assert!(whole.segments.len() >= count);
        }
    }
});
