//! What is said through PutMetadata, read back from the segments.

use std::sync::Arc;

use beckon_origin::{Clip, METADATA_OWNER, PutMetadataError};

use crate::reader::{ZERO_MS, channel, channel_of, parse, priv_frame, segment, shared};

#[test]
fn every_segment_declares_the_metadata_stream_byte_for_byte() {
    let channel = channel();
    for sequence in [0, 3, 4, 11] {
        let parsed = parse(&segment(&channel, sequence));
        assert_eq!(
            parsed.streams,
            [(0x1B, 0x100), (0x0F, 0x101), (0x15, 0x102)]
        );
        let map = &parsed.map_section;
        let pointer = b"\x25\x0F\xFF\xFFID3 \xFFID3 \x00\x1F\x00\x01";
        assert_eq!(&map[12..29], pointer);
        let declared = b"\x15\xE1\x02\xF0\x0F\x26\x0D\xFF\xFFID3 \xFFID3 \x00\x0F";
        assert_eq!(&map[map.len() - 24..map.len() - 4], declared);
    }
}

#[test]
fn a_cue_comes_at_its_moment_in_the_segment_being_made() {
    let channel = channel();
    let placed = channel
        .put_metadata(ZERO_MS + 10_700, "{\"cue\":1}")
        .unwrap();
    assert_eq!((placed.sequence, placed.position_ms), (5, 10_700));

    let parsed = parse(&segment(&channel, 5));
    let units = parsed.metadata();
    assert_eq!(units.len(), 1);
    let unit = units[0];
    assert_eq!(unit.stream_id, 0xBD);
    assert_eq!(unit.pts, Some(placed.pts));
    let video = parsed.video();
    assert_eq!(placed.pts - video[0].pts.unwrap(), 700 * 90);
    let said = (METADATA_OWNER.to_owned(), "{\"cue\":1}".to_owned());
    assert_eq!(priv_frame(&unit.body), said);
    // It stands right before the first picture that is not earlier.
    let next = video.iter().find(|v| v.packet > unit.packet).unwrap();
    let last = video.iter().rfind(|v| v.packet < unit.packet).unwrap();
    assert!(next.pts >= unit.pts && last.pts < unit.pts);

    for other in [4, 6] {
        assert!(parse(&segment(&channel, other)).metadata().is_empty());
    }
}

#[test]
fn a_cue_at_the_very_start_of_a_segment_still_follows_its_first_picture() {
    let channel = channel();
    channel.put_metadata(ZERO_MS + 4_000, "x").unwrap();
    let parsed = parse(&segment(&channel, 2));
    let (cue, first) = (parsed.metadata()[0], parsed.video()[0]);
    assert_eq!(cue.pts, first.pts);
    assert!(cue.packet > first.packet);
}

#[test]
fn a_kilobyte_spans_packets_and_arrives_whole() {
    let channel = channel();
    let text: String = ('a'..='z').cycle().take(1_024).collect();
    channel.put_metadata(ZERO_MS + 1_000, &text).unwrap();
    let parsed = parse(&segment(&channel, 0));
    assert_eq!(priv_frame(&parsed.metadata()[0].body).1, text);
    assert!(parsed.counters[&0x102].2 >= 6, "packets of the cue");
}

#[test]
fn cues_of_one_segment_keep_their_order_and_their_counter() {
    let channel = channel();
    for n in 0..5 {
        channel
            .put_metadata(ZERO_MS + 6_500, &format!("cue {n}"))
            .unwrap();
    }
    channel.put_metadata(ZERO_MS + 7_999, "the last").unwrap();
    channel.put_metadata(ZERO_MS + 8_000, "the next").unwrap();
    let (third, fourth) = (segment(&channel, 3), segment(&channel, 4));
    let (third, fourth) = (parse(&third), parse(&fourth));
    let said = |parsed: &crate::reader::Parsed| -> Vec<String> {
        let units = parsed.metadata();
        assert!(units.is_sorted_by(|a, b| a.pts < b.pts));
        units.iter().map(|unit| priv_frame(&unit.body).1).collect()
    };
    assert_eq!(
        said(&third),
        ["cue 0", "cue 1", "cue 2", "cue 3", "cue 4", "the last"]
    );
    assert_eq!(said(&fourth), ["the next"]);
    let (before, after) = (third.counters[&0x102], fourth.counters[&0x102]);
    assert_eq!(after.0, (before.1 + 1) % 16);
}

#[test]
fn a_published_segment_never_changes() {
    let channel = channel();
    channel.put_metadata(ZERO_MS + 6_500, "in time").unwrap();
    let first = segment(&channel, 3);
    // The clock is set back by a second after the segment was read.
    let late = channel.put_metadata(ZERO_MS + 7_000, "too late").unwrap();
    assert_eq!(late.sequence, 4);
    assert_eq!(segment(&channel, 3), first);
    let again = channel.segment(ZERO_MS + 30_000, 3).unwrap().unwrap();
    assert_eq!(again, first);
}

#[test]
fn a_cue_across_the_wrap_keeps_its_place() {
    let channel = channel();
    let wrap_ms = ((1_u64 << 33) - 127_920) as i64 / 90;
    let placed = channel
        .put_metadata(ZERO_MS + wrap_ms + 40, "over")
        .unwrap();
    assert!(placed.pts < 90 * 100);
    let parsed = parse(&segment(&channel, placed.sequence));
    assert_eq!(parsed.metadata()[0].pts, Some(placed.pts));
    let before = parsed
        .video()
        .into_iter()
        .rfind(|v| v.packet < parsed.metadata()[0].packet);
    assert!(
        before.unwrap().pts.unwrap() < placed.pts,
        "it stands after the wrap"
    );
}

#[test]
fn off_air_nothing_is_taken_and_no_playlist_is_shown() {
    let channel = channel();
    channel.set_on_air(false);
    assert_eq!(
        channel.put_metadata(ZERO_MS + 5_000, "x"),
        Err(PutMetadataError::OffAir)
    );
    assert_eq!(channel.playlist(ZERO_MS + 5_000), None);
    channel.set_on_air(true);
    assert!(channel.put_metadata(ZERO_MS + 5_000, "x").is_ok());
    assert!(channel.playlist(ZERO_MS + 5_000).is_some());
    let early = channel.put_metadata(ZERO_MS - 1, "x");
    assert_eq!(
        early,
        Err(PutMetadataError::OffAir),
        "before zero there is no stream"
    );
}

#[test]
fn another_reader_finds_the_same_streams_and_cues() {
    let channel = channel();
    let text = "y".repeat(700);
    channel.put_metadata(ZERO_MS + 900, &text).unwrap();
    let found = oracle::read(&segment(&channel, 0));
    assert_eq!(found.len(), 1);
    assert_eq!(priv_frame(&found[0]).1, text);
}

#[test]
fn ffprobe_calls_it_timed_id3() {
    let channel = channel();
    channel.put_metadata(ZERO_MS + 900, "said").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("0.ts");
    std::fs::write(&file, segment(&channel, 0)).unwrap();
    let probe = std::process::Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-show_entries",
            "stream=codec_name",
            "-of",
            "csv=p=0",
        ])
        .arg(&file)
        .output();
    let Ok(output) = probe else {
        println!("left out: ffprobe is not here");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("h264") && text.contains("aac") && text.contains("timed_id3"),
        "{text}"
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_clip_with_metadata_of_its_own_loses_it_and_carries_ours() {
    let Some(folder) = shared("ts/shaka/hls-ts-muxed-mp3-h264") else {
        return;
    };
    let channel = channel_of(Arc::new(Clip::from_folder(&folder).unwrap()));
    let placed = channel.put_metadata(ZERO_MS + 1_000, "ours").unwrap();
    let now = ZERO_MS + 10_000;
    let parsed = parse(&channel.segment(now, placed.sequence).unwrap().unwrap());
    let metadata = parsed.streams.iter().filter(|s| s.0 == 0x15);
    assert_eq!(metadata.count(), 1);
    assert_eq!(priv_frame(&parsed.metadata()[0].body).1, "ours");
}

/// The crate `mpeg2ts-reader`, which shares no line with the origin.
mod oracle {
    use mpeg2ts_reader::demultiplex::{self, Demultiplex, FilterRequest};
    use mpeg2ts_reader::pes::{self, ElementaryStreamConsumer, PesContents, PesHeader};
    use mpeg2ts_reader::{StreamType, demux_context, packet_filter_switch, psi};

    packet_filter_switch! {
        Filter<Context> {
            Pat: demultiplex::PatPacketFilter<Context>,
            Pmt: demultiplex::PmtPacketFilter<Context>,
            Metadata: pes::PesPacketFilter<Context, Collector>,
            Null: demultiplex::NullPacketFilter<Context>,
        }
    }
    demux_context!(Context, Filter);

    std::thread_local! {
        static FOUND: std::cell::RefCell<Vec<Vec<u8>>> = const { std::cell::RefCell::new(Vec::new()) };
    }

    impl Context {
        fn do_construct(&mut self, request: FilterRequest<'_, '_>) -> Filter {
            match request {
                FilterRequest::ByPid(psi::pat::PAT_PID) => {
                    Filter::Pat(demultiplex::PatPacketFilter::default())
                }
                FilterRequest::Pmt {
                    pid,
                    program_number,
                } => Filter::Pmt(demultiplex::PmtPacketFilter::new(pid, program_number)),
                FilterRequest::ByStream {
                    stream_type: StreamType::METADATA_IN_PES,
                    ..
                } => Filter::Metadata(pes::PesPacketFilter::new(Collector)),
                _ => Filter::Null(demultiplex::NullPacketFilter::default()),
            }
        }
    }

    pub struct Collector;

    impl ElementaryStreamConsumer<Context> for Collector {
        fn start_stream(&mut self, _: &mut Context) {}
        fn begin_packet(&mut self, _: &mut Context, header: PesHeader<'_>) {
            let PesContents::Parsed(Some(contents)) = header.contents() else {
                panic!("the PES has no header");
            };
            FOUND.with_borrow_mut(|found| found.push(contents.payload().to_vec()));
        }
        fn continue_packet(&mut self, _: &mut Context, data: &[u8]) {
            FOUND.with_borrow_mut(|found| found.last_mut().unwrap().extend_from_slice(data));
        }
        fn end_packet(&mut self, _: &mut Context) {}
        fn continuity_error(&mut self, _: &mut Context) {
            panic!("a counter does not run on");
        }
    }

    /// The tags in a segment.
    pub fn read(segment: &[u8]) -> Vec<Vec<u8>> {
        FOUND.with_borrow_mut(Vec::clear);
        let mut context = Context::new();
        Demultiplex::new(&mut context).push(&mut context, segment);
        FOUND.take()
    }
}
