//! Tests on real playlists and segments of others, where they lie beside the checkout.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::ingest::hls::ts::{self, Contents, Frame, Pts, TsError};
use crate::ingest::hls::{Kind, Playlist, PlaylistError, read};

fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !root.exists() {
        println!("left out: no real data at {}", root.display());
        return None;
    }
    Some(root.join(path))
}

fn playlist(path: &str) -> Option<Result<Playlist, PlaylistError>> {
    let bytes = std::fs::read(shared("hls")?.join(path)).unwrap();
    Some(read(&bytes))
}

/// These are broken where it matters: the line that is told.
const REFUSED: [(&str, usize); 3] = [
    ("m3u8-parser/empty.m3u8", 1),
    ("m3u8-parser/missingExtinf.m3u8", 8),
    ("m3u8-parser/missingSegmentDuration.m3u8", 8),
];

/// The one playlist that ends on an EXTINF without its segment.
const DANGLING: &str = "grafov/media-playlist-with-cue-out-in-without-oatcls.m3u8";

#[test]
fn every_real_playlist_is_read_right_or_refused_at_its_line() {
    let Some(readme) = shared("README.md") else {
        return;
    };
    let readme = std::fs::read_to_string(readme).unwrap();
    let rows = readme.lines().filter(|line| line.contains(".m3u8 |"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        check(&cells);
        count += 1;
    }
    assert_eq!(count, 68);
}

fn check(cells: &[&str]) {
    let [
        name,
        segments,
        ms,
        sequence,
        discontinuities,
        target,
        kind,
        disc,
        dates,
        other,
    ] = cells
    else {
        panic!("a row of ten cells: {cells:?}");
    };
    let read = playlist(name).expect("it is here");
    if let Some((_, line)) = REFUSED.iter().find(|(refused, _)| refused == name) {
        assert_eq!(read.expect_err(name).line, *line, "{name}");
        return;
    }
    let media = match read.unwrap_or_else(|error| panic!("{name}: {error}")) {
        Playlist::Master(master) => {
            let listed = other.strip_prefix("MASTER(").expect(name);
            let addresses: usize = listed.split(' ').next().unwrap().parse().unwrap();
            let passed_over = master.warnings.len();
            assert_eq!(master.variants.len() + passed_over, addresses, "{name}");
            return;
        }
        Playlist::Media(media) => media,
    };
    assert!(!other.starts_with("MASTER"), "{name}");
    let (dangling, dangling_ms) = if *name == DANGLING {
        (1, 6_000)
    } else {
        (0, 0)
    };
    assert_eq!(media.segments.len() + dangling, number(segments), "{name}");
    let micros = media.duration().as_micros() as i64;
    let expected: i64 = ms.parse().unwrap();
    let off = micros - (expected - dangling_ms) * 1_000;
    assert!(off.abs() <= 1_000, "{name}: {off} microseconds off");
    assert_eq!(
        media.media_sequence,
        sequence.parse().unwrap_or(0),
        "{name}"
    );
    let base = discontinuities.parse().unwrap_or(0);
    assert_eq!(media.discontinuity_sequence, base, "{name}");
    let target = target
        .parse()
        .ok()
        .and_then(|s| Duration::try_from_secs_f64(s).ok());
    assert_eq!(media.target_duration, target, "{name}");
    let stated = media.kind.map_or("", |kind| match kind {
        Kind::Vod => "VOD",
        Kind::Event => "EVENT",
    });
    assert_eq!(stated, *kind, "{name}");
    let seen = media.segments.iter().filter(|s| s.discontinuity).count();
    assert_eq!(seen, disc.parse().unwrap_or(0), "{name}");
    let ranges = media.segments.iter().filter(|s| s.range.is_some()).count();
    assert_eq!(ranges, number_after(other, "br="), "{name}");
    assert_eq!(media.ended, other.contains("ENDLIST"), "{name}");
    assert_eq!(
        media.segments.iter().filter(|s| s.gap).count(),
        number_after(other, "gap=")
    );
    if let Some((count, first)) = dates.split_once(" (") {
        let found: Vec<_> = media.segments.iter().filter_map(|s| s.date).collect();
        assert!(found.len() <= number(count) && !found.is_empty(), "{name}");
        assert_eq!(
            found[0],
            first.trim_end_matches(')').parse().unwrap(),
            "{name}"
        );
    }
}

fn number(text: &str) -> usize {
    text.parse().unwrap()
}

fn number_after(text: &str, key: &str) -> usize {
    let found = text.split(' ').find_map(|word| word.strip_prefix(key));
    found.map_or(0, number)
}

#[test]
fn another_reader_finds_the_same_segments() {
    let Some(folder) = shared("hls") else {
        return;
    };
    let (mut compared, mut left_out) = (0, Vec::new());
    for entry in walk(&folder) {
        let bytes = std::fs::read(&entry).unwrap();
        let (Ok(Playlist::Media(ours)), Ok(theirs)) =
            (read(&bytes), m3u8_rs::parse_media_playlist_res(&bytes))
        else {
            left_out.push(entry);
            continue;
        };
        // Theirs reads a negative number as none, and counts an EXTINF without a segment.
        let ours: Vec<_> = ours.segments.iter().map(|s| s.uri.clone()).collect();
        let theirs: Vec<_> = theirs.segments.iter().map(|s| s.uri.clone()).collect();
        if ours.len() == theirs.len() {
            assert_eq!(ours, theirs, "{}", entry.display());
            compared += 1;
        } else {
            left_out.push(entry);
        }
    }
    println!("compared {compared}; the other reader cannot say of {left_out:?}");
    assert!(compared >= 40, "{compared}");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(walk(&path)),
            false => files.push(path),
        }
    }
    files.retain(|file| file.extension().is_some_and(|e| e == "m3u8"));
    files
}

fn contents(path: &str) -> Option<Result<Contents, TsError>> {
    let bytes = std::fs::read(shared("ts")?.join(path)).unwrap();
    Some(ts::read(&bytes))
}

#[test]
fn a_stream_over_the_wrap_is_twenty_continuous_seconds() {
    let mut first = None;
    for n in 24..=33 {
        let path = format!("shaka/hls-ts-rollover/360p30_h264_48k_160_aac_ts-00000000{n}.ts");
        let Some(contents) = contents(&path) else {
            return;
        };
        let contents = contents.unwrap();
        assert_eq!(contents.pictures.len(), 48);
        let start = contents.start().unwrap();
        if n == 24 {
            assert_eq!(start.ticks(), 8_589_060_842);
        }
        let first = *first.get_or_insert(start);
        assert_eq!(start.since(first), (n - 24) * 180_000);
        if n == 28 {
            assert_eq!(start.ticks(), 8_589_780_842);
            assert_eq!(contents.pictures[41].ticks(), 0);
        }
        let even = contents
            .pictures
            .windows(2)
            .all(|p| p[1].since(p[0]) == 3_750);
        assert!(even, "b-frames are put in order in {n}");
    }
}

#[test]
fn first_pictures_are_where_the_ground_truth_says() {
    let known = [
        ("shaka/hls-ts-h264/fileSequence0.ts", 903_000, 180),
        ("shaka/hls-ts-h264/fileSequence5.ts", 3_603_000, 180),
        ("shaka/hls-ts-muxed-mp3-h264/seg-1-v1-a1.ts", 15_096, 73),
        ("shaka/hls-ts-b-frames/1.ts", 0, 144),
        ("exoplayer/bbb_2500ms.ts", 137_250, 58),
        ("vhs/bipbop0.ts", 900_000, 150),
        ("vhs/bipbop1.ts", 1_800_901, 150),
        ("vhs/videoLargeOffset.ts", 4_294_967_297, 2),
        ("vhs/videoMinOffset.ts", 0, 2),
    ];
    for (path, first, count) in known {
        let Some(contents) = contents(path) else {
            return;
        };
        let contents = contents.unwrap();
        assert_eq!(contents.first_video(), Some(Pts::new(first)), "{path}");
        assert_eq!(contents.pictures.len(), count, "{path}");
    }
    let sound = contents("vhs/audioLargeOffset.ts").unwrap().unwrap();
    assert_eq!(sound.start(), Some(Pts::new(4_294_967_297)));
}

#[test]
fn real_timed_metadata_is_read_with_its_time() {
    let Some(contents_id3) = contents("vhs/id3.ts") else {
        return;
    };
    let tags = contents_id3.unwrap().tags;
    assert_eq!(tags.len(), 1);
    assert_eq!(tags[0].pts, Pts::new(900_001));
    let said = Frame::Text {
        description: String::new(),
        value: "{\"id\":1, \"data\": \"id3\"}\n".into(),
    };
    assert_eq!(tags[0].frames, [said]);

    let empty = contents("vhs/zeroLength.ts").unwrap().unwrap();
    assert_eq!(empty.start(), None);
    assert_eq!(empty.tags[0].pts, Pts::new(900_000));
    let Frame::Text { value, .. } = &empty.tags[0].frames[0] else {
        panic!("it is text");
    };
    assert!(value.contains("test zero length"), "{value}");
}

#[test]
fn an_encrypted_segment_and_an_mp4_are_no_transport_streams() {
    for path in ["vhs/encrypted.ts", "shaka/hls-aes-256/init.mp4"] {
        let Some(contents) = contents(path) else {
            return;
        };
        assert_eq!(contents, Err(TsError::NotTransportStream), "{path}");
    }
}
