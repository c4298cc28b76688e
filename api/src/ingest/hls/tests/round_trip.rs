//! Tests against the live origin: what it writes is read back, to the tick.

use std::path::Path;
use std::sync::Arc;

use beckon_origin::{Channel, ChannelName, ChannelSettings, Clip, METADATA_OWNER};

use crate::ingest::hls::ts::{self, Frame, Pts};
use crate::ingest::hls::{Playlist, read};

const ZERO_MS: i64 = 1_700_000_000_000;

fn channel() -> Channel {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("origin/tests/fixtures/clip");
    let clip = Arc::new(Clip::from_folder(&folder).unwrap());
    let name = ChannelName::parse("main").unwrap();
    Channel::new(name, clip, ChannelSettings::starting_at(ZERO_MS))
}

#[test]
fn cues_come_back_from_the_segments_in_order_with_their_position() {
    let channel = channel();
    let long = "z".repeat(1_024);
    let spoken = [(7_000, "one"), (7_000, long.as_str()), (7_990, "three")];
    for (at, text) in spoken {
        channel.put_metadata(ZERO_MS + at, text).unwrap();
    }
    let bytes = channel.segment(ZERO_MS + 8_000, 3).unwrap().unwrap();
    let contents = ts::read(&bytes).unwrap();
    assert_eq!(contents.pictures.len(), 60);
    let start = contents.start().unwrap();
    let heard: Vec<(i64, &[u8])> = contents
        .tags
        .iter()
        .map(|tag| {
            let [Frame::Priv { owner, data }] = tag.frames.as_slice() else {
                panic!("one PRIV frame");
            };
            assert_eq!(owner, METADATA_OWNER);
            (6_000 + tag.pts.ms_since(start), data.as_slice())
        })
        .collect();
    let expected = [
        (7_000, b"one".as_slice()),
        (7_020, long.as_bytes()),
        (7_990, b"three"),
    ];
    assert_eq!(heard, expected);
}

#[test]
fn over_the_wrap_and_after_days_the_playlist_and_the_pictures_agree() {
    let channel = channel();
    let mut first: Option<Pts> = None;
    for hours in [0, 26, 27, 500] {
        let now = ZERO_MS + hours * 3_600_000 + 60_000;
        let text = channel.playlist(now).unwrap();
        let Playlist::Media(media) = read(text.as_bytes()).unwrap() else {
            panic!("it is a media playlist");
        };
        assert!(media.warnings.is_empty() && media.segments.len() == 6);
        for segment in &media.segments {
            let sequence = segment.sequence as u64;
            let bytes = channel.segment(now, sequence).unwrap().unwrap();
            let start = ts::read(&bytes).unwrap().start().unwrap();
            let dated = segment.date.unwrap().as_millisecond() - ZERO_MS;
            let expected = (dated as u64 * 90) % (1 << 33);
            let first = *first.get_or_insert(Pts::new(start.ticks() + (1 << 33) - expected));
            assert_eq!(start.since(Pts::new(first.ticks() + expected)), 0);
        }
    }
}

#[test]
fn a_segment_cut_off_or_shifted_is_read_as_far_as_it_goes() {
    let channel = channel();
    channel
        .put_metadata(ZERO_MS + 1_000, &"z".repeat(900))
        .unwrap();
    let bytes = channel.segment(ZERO_MS + 2_000, 0).unwrap().unwrap();
    for length in (0..bytes.len()).step_by(977) {
        let _ = ts::read(&bytes[..length]);
    }
    let mut shifted = vec![0x47, 0, 0];
    shifted.extend_from_slice(&bytes);
    assert_eq!(ts::read(&shifted), ts::read(&bytes));
}

#[test]
fn a_damaged_segment_or_playlist_never_stops_the_reader() {
    let channel = channel();
    channel.put_metadata(ZERO_MS + 1_000, "{\"v\":1}").unwrap();
    let segment = channel.segment(ZERO_MS + 2_000, 0).unwrap().unwrap();
    let playlist = channel.playlist(ZERO_MS + 20_000).unwrap();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..300 {
        let (mut segment, mut playlist) = (segment.to_vec(), playlist.clone().into_bytes());
        for _ in 0..8 {
            // The tables and headers stand in the first packets.
            let at = random(2_000);
            segment[at] = random(256) as u8;
            let at = random(playlist.len());
            playlist[at] = random(128) as u8;
        }
        let _ = (ts::read(&segment), read(&playlist));
    }
}
