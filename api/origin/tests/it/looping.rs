//! A clip looped for ever: times, counters and dates run on over every seam.

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_origin::Clip;
use bytes::Bytes;

use crate::reader::{CLIP_MS, Parsed, ZERO_MS, channel, channel_of, clip, parse, segment, shared};

const WRAP: u64 = 1 << 33;

/// Checks that segments, in order, make one stream; gives the packets per PID of each.
fn assert_continuous(segments: &[Parsed], frame: u64) {
    let mut counters: BTreeMap<u16, u8> = BTreeMap::new();
    let mut next_picture = None;
    let mut clock: Option<u64> = None;
    for (index, parsed) in segments.iter().enumerate() {
        for (pid, (first, last, _)) in &parsed.counters {
            if let Some(before) = counters.insert(*pid, *last) {
                assert_eq!(*first, (before + 1) % 16, "{pid:#x} at segment {index}");
            }
        }
        for unit in parsed.video() {
            let pts = unit.pts.unwrap();
            assert_eq!(*next_picture.get_or_insert(pts), pts, "segment {index}");
            next_picture = Some((pts + frame) % WRAP);
        }
        for now in &parsed.clocks {
            let since = (now + WRAP - clock.unwrap_or(*now)) % WRAP;
            assert!(since < 90_000, "the clock jumps by {since} in {index}");
            clock = Some(*now);
        }
        assert_eq!(parsed.discontinuities, 0);
    }
}

#[test]
fn pictures_clock_and_counters_run_on_over_the_seams_of_the_loop() {
    let channel = channel();
    let segments: Vec<Parsed> = (0..13).map(|n| parse(&segment(&channel, n))).collect();
    assert_continuous(&segments, 3_000);
}

#[test]
fn a_decoder_plays_over_the_seams_without_a_word() {
    let channel = channel();
    channel.put_metadata(ZERO_MS + 7_990, "at a seam").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rounds.ts");
    let rounds: Vec<u8> = (0..10).flat_map(|n| segment(&channel, n)).collect();
    std::fs::write(&file, rounds).unwrap();
    let run = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(&file)
        .args(["-f", "null", "-"])
        .output();
    let Ok(output) = run else {
        println!("left out: ffmpeg is not here");
        return;
    };
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_sound_has_no_gap_and_no_overlap_at_a_seam() {
    let channel = channel();
    let mut next = None;
    for sequence in 0..9 {
        let parsed = parse(&segment(&channel, sequence));
        for unit in parsed.of_pid(parsed.pid_of_type(0x0F)) {
            let pts = unit.pts.unwrap();
            assert_eq!(*next.get_or_insert(pts), pts, "segment {sequence}");
            // Each AAC frame says its own length; 1,024 samples last 1,920 ticks.
            let (mut at, mut frames) = (0, 0);
            while at < unit.body.len() {
                let b = &unit.body[at..];
                at += usize::from(b[3] & 3) << 11 | usize::from(b[4]) << 3 | usize::from(b[5] >> 5);
                frames += 1;
            }
            next = Some(pts + frames * 1_920);
        }
    }
}

#[test]
fn the_wrap_after_26_hours_is_one_step_like_any_other() {
    let channel = channel();
    let around = (WRAP - 127_920) / 180_000;
    let range = around - 2..around + 3;
    let segments: Vec<Parsed> = range.map(|n| parse(&segment(&channel, n))).collect();
    assert_continuous(&segments, 3_000);
    let first = |parsed: &Parsed| parsed.video()[0].pts.unwrap();
    assert!(first(&segments[0]) > WRAP - 1_000_000 && first(&segments[4]) < 1_000_000);
}

/// Address, date and length of each segment of a playlist.
fn listed(playlist: &str) -> Vec<(String, jiff::Timestamp, f64)> {
    let mut out = Vec::new();
    let (mut date, mut length) = (None, None);
    for line in playlist.lines() {
        if let Some(value) = line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:") {
            date = Some(value.parse().unwrap());
        } else if let Some(value) = line.strip_prefix("#EXTINF:") {
            length = Some(value.trim_end_matches(',').parse().unwrap());
        } else if !line.starts_with('#') {
            out.push((
                line.to_owned(),
                date.take().unwrap(),
                length.take().unwrap(),
            ));
        }
    }
    out
}

#[test]
fn after_days_date_and_presentation_time_agree_to_the_millisecond() {
    let channel = channel();
    for hours in [0, 1, 7, 26, 27, 100, 1_000] {
        let now = ZERO_MS + hours * 3_600_000 + 61_234;
        let playlist = channel.playlist(now).unwrap();
        let segments = listed(&playlist);
        assert_eq!(segments.len(), 6);
        for (address, date, length) in &segments {
            let sequence: u64 = address[9..address.len() - 3].parse().unwrap();
            let bytes = channel.segment(now, sequence).unwrap().unwrap();
            let pts = parse(&bytes).video()[0].pts.unwrap();
            let since_ms = date.as_millisecond() - ZERO_MS;
            assert_eq!(pts, (127_920 + since_ms as u64 * 90) % WRAP);
            assert_eq!(*length, 2.0);
        }
        let end = segments[5].1.as_millisecond() + 2_000;
        assert!((0..2_000).contains(&(now - end)), "the live edge keeps up");
    }
}

#[test]
fn a_clip_of_odd_length_does_not_drift() {
    let Some(folder) = shared("ts/shaka/hls-ts-muxed-mp3-h264") else {
        return;
    };
    let channel = channel_of(Arc::new(Clip::from_folder(&folder).unwrap()));
    let mut exact = None;
    for days in [0, 3, 30] {
        let now = ZERO_MS + days * 86_400_000 + 100_000;
        for (address, date, _) in listed(&channel.playlist(now).unwrap()) {
            let sequence: u64 = address[9..address.len() - 3].parse().unwrap();
            let parsed = parse(&channel.segment(now, sequence).unwrap().unwrap());
            let pts = parsed.video().iter().map(|u| u.pts.unwrap()).min().unwrap();
            let first = *exact.get_or_insert_with(|| {
                (pts as i64 - (date.as_millisecond() - ZERO_MS) * 90).rem_euclid(WRAP as i64)
            });
            let shown = ((pts as i64 - first).rem_euclid(WRAP as i64)) as f64 / 90.0;
            let dated = (date.as_millisecond() - ZERO_MS) as f64;
            let wrap_ms = WRAP as f64 / 90.0;
            let apart = (dated - shown + wrap_ms / 2.0).rem_euclid(wrap_ms) - wrap_ms / 2.0;
            assert!(apart.abs() <= 1.01, "{apart} ms apart at {sequence}");
        }
    }
}

#[test]
fn real_segments_with_b_frames_loop_with_running_counters() {
    for folder in [
        "ts/shaka/hls-ts-h264",
        "ts/shaka/hls-ts-rollover",
        "ts/shaka/hls-ts-muxed-mp3-h264",
    ] {
        let Some(folder) = shared(folder) else {
            continue;
        };
        let clip = Arc::new(Clip::from_folder(&folder).unwrap());
        let count = clip.segment_count() as u64;
        let channel = channel_of(clip);
        let mut counters: BTreeMap<u16, u8> = BTreeMap::new();
        for sequence in 0..2 * count + 1 {
            let now = ZERO_MS + 1_000_000;
            // Far in the past for the window: ask at the moment of publication instead.
            let published = (0..).map(|ms| ZERO_MS + ms * 500);
            let bytes = published
                .take_while(|at| *at < now)
                .find_map(|at| channel.segment(at, sequence).unwrap())
                .unwrap();
            for (pid, (first, last, _)) in parse(&bytes).counters {
                if let Some(before) = counters.insert(pid, last) {
                    assert_eq!(first, (before + 1) % 16, "{pid:#x} at {sequence}");
                }
            }
        }
    }
}

#[test]
fn a_clip_across_the_wrap_has_its_real_length() {
    let Some(folder) = shared("ts/shaka/hls-ts-rollover") else {
        return;
    };
    let clip = Clip::from_folder(&folder).unwrap();
    assert_eq!((clip.duration_ms(), clip.segment_count()), (20_000, 10));
    assert_eq!(clip.size(), Some((640, 360)));
}

#[test]
fn the_window_slides_with_the_clock_and_names_only_whole_segments() {
    let channel = channel();
    assert_eq!(channel.playlist(ZERO_MS - 1), None);
    assert_eq!(channel.playlist(ZERO_MS + 1_999), None);
    let at = |ms: i64| listed(&channel.playlist(ZERO_MS + ms).unwrap()).len();
    assert_eq!((at(2_000), at(3_999), at(4_000), at(60_000)), (1, 1, 2, 6));

    let playlist = channel.playlist(ZERO_MS + 60_000).unwrap();
    assert!(playlist.contains("#EXT-X-MEDIA-SEQUENCE:24\n"));
    assert!(playlist.contains("#EXT-X-TARGETDURATION:2\n"));
    assert!(!playlist.contains("DISCONTINUITY") && !playlist.contains("ENDLIST"));
}

#[test]
fn a_segment_is_there_from_its_end_until_a_window_after_it_left_the_playlist() {
    let channel = channel();
    let at = |ms: i64| channel.segment(ZERO_MS + ms, 5).unwrap().is_some();
    assert!(!at(11_999));
    assert!(at(12_000));
    assert!(at(35_999));
    assert!(!at(36_000));
    assert!(
        channel
            .segment(ZERO_MS + 36_000, u64::MAX)
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_clock_set_back_takes_nothing_back() {
    let channel = channel();
    let before = channel.playlist(ZERO_MS + 60_000).unwrap();
    assert_eq!(channel.playlist(ZERO_MS + 20_000).unwrap(), before);
}

#[test]
fn a_position_of_the_stream_is_a_position_of_the_clip() {
    let clip = clip();
    assert_eq!(clip.duration_ms(), CLIP_MS);
    assert_eq!(clip.position_ms(5_005), 5_005);
    assert_eq!(clip.position_ms(CLIP_MS * 100_000 + 7_999), 7_999);
    assert_eq!(clip.size(), Some((320, 180)));
}

#[test]
fn a_warm_channel_has_a_full_playlist_in_its_first_moment() {
    let clip = clip();
    let settings = beckon_origin::ChannelSettings::warm(&clip, ZERO_MS);
    let name = beckon_origin::ChannelName::parse("warm").unwrap();
    let channel = beckon_origin::Channel::new(name, clip, settings);
    assert_eq!(listed(&channel.playlist(ZERO_MS).unwrap()).len(), 6);
}

#[test]
fn segments_in_memory_loop_as_those_in_files_do() {
    let read = |n: u32| std::fs::read(crate::reader::fixture().join(format!("{n}.ts"))).unwrap();
    let memory = Clip::from_segments((0..4).map(|n| Bytes::from(read(n))).collect()).unwrap();
    let (memory, files) = (channel_of(Arc::new(memory)), channel());
    assert_eq!(segment(&memory, 6), segment(&files, 6));
    assert_eq!(memory.run(), files.run());
}

#[test]
fn segments_that_are_no_whole_are_refused_by_name() {
    let read = |n: u32| {
        let path = crate::reader::fixture().join(format!("{n}.ts"));
        Bytes::from(std::fs::read(path).unwrap())
    };
    let refused = |segments| match Clip::from_segments(segments) {
        Ok(_) => panic!("it was taken"),
        Err(error) => error.to_string(),
    };
    let swapped = refused(vec![read(0), read(2), read(1)]);
    assert_eq!(
        swapped,
        "segment 2 cannot be looped: it does not follow on the segment before: its times jump"
    );
    let cut_off = refused(vec![read(0), read(1).slice(..1_000)]);
    assert!(
        cut_off.starts_with("segment 1 cannot be looped: it is not an MPEG"),
        "{cut_off}"
    );
    assert!(refused(vec![]).contains("it has no segments"));
    let empty = tempfile::tempdir().unwrap();
    let error = Clip::from_folder(empty.path()).err().unwrap().to_string();
    assert!(error.ends_with("holds no .ts segments"), "{error}");
}

#[test]
fn a_damaged_clip_is_refused_or_looped_but_never_stops_the_origin() {
    let read = |n: u32| std::fs::read(crate::reader::fixture().join(format!("{n}.ts"))).unwrap();
    let (first, second) = (read(0), Bytes::from(read(1)));
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut refused, mut looped) = (0, 0);
    for _ in 0..150 {
        let mut damaged = first.clone();
        for _ in 0..4 {
            let at = random(1_500);
            damaged[at] = random(256) as u8;
        }
        let segments = vec![Bytes::from(damaged), second.clone()];
        let Ok(clip) = Clip::from_segments(segments) else {
            refused += 1;
            continue;
        };
        let channel = channel_of(Arc::new(clip));
        for hours in [0, 26] {
            let _ = channel.segment(ZERO_MS + hours * 3_600_000 + 30_000, 3);
            let _ = channel.playlist(ZERO_MS + hours * 3_600_000 + 30_000);
        }
        looped += 1;
    }
    assert!(
        refused > 0 && looped > 0,
        "{refused} refused, {looped} looped"
    );
}
