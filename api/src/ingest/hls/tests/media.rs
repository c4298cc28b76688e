//! Tests of media playlists, tag by tag.

use jiff::Timestamp;

use crate::ingest::hls::delta::complete;
use crate::ingest::hls::segment::ByteRange;
use crate::ingest::hls::{Given, Media, Playlist, read, read_given};

fn media(body: &str) -> Media {
    match read(format!("#EXTM3U\n{body}").as_bytes()).unwrap() {
        Playlist::Media(media) => media,
        Playlist::Master(_) => panic!("it is a media playlist"),
    }
}

fn refused(body: &str) -> String {
    let error = read(format!("#EXTM3U\n{body}").as_bytes());
    error.unwrap_err().to_string()
}

#[test]
fn numbers_run_on_from_the_media_sequence_even_below_zero() {
    let media = media("#EXTINF:1,\na\n#EXTINF:1,\nb\n#EXT-X-MEDIA-SEQUENCE:-1\n#EXTINF:1,\nc\n");
    let numbers: Vec<i64> = media.segments.iter().map(|s| s.sequence).collect();
    assert_eq!(numbers, [-1, 0, 1]);
    assert_eq!(media.warnings[0].line, 6);
}

#[test]
fn skipped_segments_are_counted_before_the_first_one_listed() {
    let media = media("#EXT-X-MEDIA-SEQUENCE:266\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXTINF:4,\na\n");
    assert_eq!(
        (media.media_sequence, media.segments[0].sequence),
        (266, 269)
    );
}

#[test]
fn lengths_are_read_as_they_are_written() {
    let media =
        media("#EXTINF:4.00008,\na\n#EXTINF:2\nb\n#EXTINF: 9.9767 , a, title\nc\n#EXTINF:0,\nd\n");
    let lengths: Vec<u128> = media
        .segments
        .iter()
        .map(|s| s.duration.as_micros())
        .collect();
    assert_eq!(lengths, [4_000_080, 2_000_000, 9_976_700, 0]);
    assert_eq!(media.segments[2].title, "a, title");
}

#[test]
fn a_length_that_is_none_is_refused_at_its_line() {
    for length in ["-1", "NaN", "inf", "", "ten", "1e300"] {
        let error = refused(&format!("#EXTINF:1,\na\n#EXTINF:{length},\nb\n"));
        let expected = format!("line 4: #EXTINF needs a length in seconds, not \"{length}\"");
        assert_eq!(error, expected);
    }
    let error = refused("#EXTINF:1,\na\nb\n");
    assert_eq!(
        error,
        "line 4: the segment has no EXTINF, so its length is not known"
    );
}

#[test]
fn dates_are_read_with_any_offset() {
    let media = media(
        "#EXT-X-PROGRAM-DATE-TIME:2016-06-22T09:20:16.166-04:00\n#EXTINF:1,\na\n\
         #EXT-X-PROGRAM-DATE-TIME:2016-06-22T13:20:17.166Z\n#EXTINF:1,\nb\n\
         #EXT-X-PROGRAM-DATE-TIME:2016-06-22T15:20:18.166+0200\n#EXTINF:1,\nc\n\
         #EXT-X-PROGRAM-DATE-TIME:2016-06-22T13:20:19.166\n#EXTINF:1,\nd\n#EXTINF:1,\ne\n",
    );
    let dates: Vec<Option<i64>> = media
        .segments
        .iter()
        .map(|s| s.date.map(Timestamp::as_millisecond))
        .collect();
    let first = 1_466_601_616_166;
    let expected = [0, 1_000, 2_000, 3_000].map(|after| Some(first + after));
    assert_eq!(dates[..4], expected);
    assert_eq!(dates[4], None);
    assert_eq!(media.warnings.len(), 1, "one has no offset");
    let error = refused("#EXT-X-PROGRAM-DATE-TIME:yesterday\n");
    assert!(
        error.starts_with("line 2: #EXT-X-PROGRAM-DATE-TIME needs a date"),
        "{error}"
    );
}

#[test]
fn ranges_go_on_where_the_one_before_ended_in_the_same_resource() {
    let media = media(
        "#EXT-X-MAP:URI=\"a\",BYTERANGE=\"889@0\"\n\
         #EXTINF:1,\n#EXT-X-BYTERANGE:100@1000\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:50\na\n\
         #EXTINF:1,\n#EXT-X-BYTERANGE:7\nb\n#EXTINF:1,\na\n",
    );
    let ranges: Vec<_> = media
        .segments
        .iter()
        .map(|s| s.range.map(|r| (r.offset, r.length)))
        .collect();
    assert_eq!(
        ranges,
        [Some((1_000, 100)), Some((1_100, 50)), Some((0, 7)), None]
    );
    let map = media.segments[3].map.as_ref().unwrap();
    assert_eq!(
        map.range,
        Some(ByteRange {
            offset: 0,
            length: 889
        })
    );
    assert_eq!(
        media.warnings.len(),
        1,
        "the range of b has nothing to go on from"
    );
}

#[test]
fn a_range_past_all_numbers_is_refused() {
    let huge = u64::MAX;
    let error = refused(&format!("#EXTINF:1,\n#EXT-X-BYTERANGE:{huge}@1\na\n"));
    assert_eq!(error, "line 3: the range goes past the end of all numbers");
    let error = refused(&format!(
        "#EXTINF:1,\n#EXT-X-BYTERANGE:9@9\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:{huge}\na\n"
    ));
    assert!(error.starts_with("line 7"), "{error}");
}

#[test]
fn discontinuities_count_from_their_own_number() {
    let media = media(
        "#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXTINF:1,\na\n#EXT-X-DISCONTINUITY\n#EXTINF:1,\nb\n#EXTINF:1,\nc\n",
    );
    let seen: Vec<_> = media
        .segments
        .iter()
        .map(|s| (s.discontinuity, s.discontinuity_sequence))
        .collect();
    assert_eq!(seen, [(false, 3), (true, 4), (false, 4)]);
}

#[test]
fn keys_of_other_formats_stand_side_by_side_until_none() {
    let media = media(
        "#EXT-X-KEY:METHOD=AES-128,URI=\"one\",IV=0x1\n#EXTINF:1,\na\n\
         #EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"two\",KEYFORMAT=\"com.example\"\n#EXTINF:1,\nb\n\
         #EXT-X-KEY:METHOD=AES-128,URI=\"three\"\n#EXTINF:1,\nc\n\
         #EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\nd\n",
    );
    let uris: Vec<Vec<&str>> = media
        .segments
        .iter()
        .map(|s| s.keys.iter().filter_map(|k| k.uri.as_deref()).collect())
        .collect();
    assert_eq!(
        uris,
        [
            vec!["one"],
            vec!["one", "two"],
            vec!["two", "three"],
            vec![]
        ]
    );
}

#[test]
fn tags_that_others_read_stay_with_their_segment() {
    let media = media(
        "#EXT-X-VERSION:6\n#EXT-X-CUE-OUT:30\n#EXT-X-GAP\n#EXTINF:1,\na\n#EXT-X-PART:DURATION=0.3,URI=\"p\"\n",
    );
    let segment = &media.segments[0];
    assert!(segment.gap);
    assert_eq!(segment.tags.len(), 1);
    let tag = &segment.tags[0];
    assert_eq!(
        (tag.line, tag.name.as_str(), tag.value.as_str()),
        (3, "#EXT-X-CUE-OUT", "30")
    );
    assert_eq!(media.tags.len(), 1);
    assert_eq!(media.open_parts[0].uri, "p");
}

#[test]
fn what_does_not_move_a_segment_is_told_and_read_over() {
    let media = media(
        "#EXT-X-TARGETDURATION:NaN\n#EXT-X-PLAYLIST-TYPE:LIVE\n#EXTINF:1,\na\n#EXT-X-ENDLIST\n#EXTINF:2,\n",
    );
    assert_eq!(
        (media.target_duration, media.kind, media.ended),
        (None, None, true)
    );
    assert_eq!(media.segments.len(), 1);
    let told: Vec<String> = media.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 2: #EXT-X-TARGETDURATION needs seconds, not \"NaN\"",
            "line 3: #EXT-X-PLAYLIST-TYPE needs VOD or EVENT, not \"LIVE\"",
            "line 7: the last EXTINF has no segment",
        ]
    );
}

#[test]
fn parts_stay_with_the_segment_that_they_became() {
    let media = media(
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,HOLD-BACK=12.0\n#EXT-X-PART-INF:PART-TARGET=0.33\n\
         #EXT-X-PART:DURATION=0.5,URI=\"a\",BYTERANGE=\"100@50\",INDEPENDENT=YES\n\
         #EXT-X-PART:DURATION=0.5,URI=\"a\",BYTERANGE=\"70\",GAP=YES\n#EXTINF:1,\na\n\
         #EXT-X-PART:DURATION=0.25,URI=\"b\"\n#EXT-X-PART:URI=\"c\"\n\
         #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"c\",BYTERANGE-START=9\n\
         #EXT-X-RENDITION-REPORT:URI=\"../1M\",LAST-MSN=273,LAST-PART=3\n",
    );
    let parts = &media.segments[0].parts;
    let ranges: Vec<_> = parts
        .iter()
        .filter_map(|p| p.range)
        .map(|r| (r.offset, r.length))
        .collect();
    assert_eq!(ranges, [(50, 100), (150, 70)]);
    assert!(parts[0].independent && !parts[0].gap && parts[1].gap);
    assert_eq!(media.open_parts.len(), 1);
    assert_eq!(media.open_parts[0].duration.as_millis(), 250);
    assert_eq!(media.part_target.unwrap().as_millis(), 330);
    assert_eq!(
        (
            media.hints[0].kind.as_str(),
            media.hints[0].start,
            media.hints[0].length
        ),
        ("PART", 9, None)
    );
    assert_eq!(
        (media.reports[0].last_sequence, media.reports[0].last_part),
        (Some(273), Some(3))
    );
    assert!(media.control.can_block_reload && !media.control.can_skip_dates);
    assert_eq!(media.control.can_skip_until.unwrap().as_secs(), 12);
    assert_eq!(media.warnings.len(), 1, "a part without a length");
    assert_eq!(media.warnings[0].line, 9);
}

#[test]
fn variables_stand_for_their_values() {
    let text = "#EXTM3U\n#EXT-X-DEFINE:NAME=\"host\",VALUE=\"https://a.example\"\n#EXT-X-DEFINE:QUERYPARAM=\"token\"\n\
                #EXT-X-DEFINE:IMPORT=\"path\"\n#EXT-X-MAP:URI=\"{$host}/i.mp4\"\n#EXTINF:1,\n{$host}/{$path}/a.ts?t={$token}\n";
    let imported = [("path".to_owned(), "deep".to_owned())];
    let given = Given {
        query: Some("x=1&token=%C3%A4%20b%"),
        imported: &imported,
    };
    let Ok(Playlist::Media(found)) = read_given(text.as_bytes(), &given) else {
        panic!("it is read");
    };
    assert_eq!(found.segments[0].uri, "https://a.example/deep/a.ts?t=ä b%");
    assert_eq!(
        found.segments[0].map.as_ref().unwrap().uri,
        "https://a.example/i.mp4"
    );
    let error = read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error,
        "line 3: #EXT-X-DEFINE needs a variable that is given, not \"token\""
    );
    let error = refused("#EXT-X-DEFINE:NAME=\"a\",VALUE=\"1\"\n#EXTINF:1,\n{$b}.ts\n");
    assert_eq!(
        error,
        "line 4: #EXT-X-DEFINE needs a variable that is defined, not \"b\""
    );
    let plain = media("#EXTINF:1,\n{$b}.ts\n");
    assert_eq!(
        plain.segments[0].uri, "{$b}.ts",
        "who defines none means none"
    );
}

#[test]
fn an_update_is_put_together_with_what_is_known() {
    let before = media(
        "#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:4\n#EXT-X-MAP:URI=\"i\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n\
         #EXTINF:1,\na\n#EXT-X-DISCONTINUITY\n#EXTINF:2,\nb\n#EXTINF:3,\nc\n",
    );
    let update = || {
        media(
            "#EXT-X-MEDIA-SEQUENCE:11\n#EXT-X-DISCONTINUITY-SEQUENCE:4\n#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n\
             #EXTINF:4,\nd\n#EXT-X-DISCONTINUITY\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:5,\ne\n",
        )
    };
    let whole = complete(update(), Some(&before));
    let seen: Vec<_> = whole
        .segments
        .iter()
        .map(|s| {
            (
                s.sequence,
                s.uri.as_str(),
                s.discontinuity_sequence,
                s.keys.len(),
                s.map.is_some(),
            )
        })
        .collect();
    let expected = [
        (11, "b", 5, 1, true),
        (12, "c", 5, 1, true),
        (13, "d", 5, 1, true),
        (14, "e", 6, 0, true),
    ];
    assert_eq!(seen, expected);
    assert_eq!(whole.skipped, 0);
    let alone = complete(update(), None);
    assert_eq!((alone.segments.len(), alone.segments[0].sequence), (2, 13));
    // What came before is itself an update whose past is not known.
    let alone = complete(update(), Some(&alone));
    assert_eq!((alone.segments.len(), alone.skipped), (2, 2));
}

#[test]
fn the_reading_looks_at_every_line_a_bounded_number_of_times() {
    // Not time but memory is measured: what is kept of a segment is the same however many there are.
    let listed = |count: usize| {
        let mut text = String::from("#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-MAP:URI=\"i\"\n");
        for n in 0..count {
            text.push_str(&format!("#EXT-X-BYTERANGE:10\n#EXTINF:10,\n{}.ts\n", n % 7));
        }
        media(&text)
    };
    for media in [listed(522), listed(40_001)] {
        let first = &media.segments[0];
        assert!(
            media
                .segments
                .iter()
                .all(|s| std::sync::Arc::ptr_eq(&s.keys, &first.keys)),
            "keys are shared"
        );
        let maps = media.segments.iter().filter_map(|s| s.map.as_ref());
        assert!(
            maps.clone()
                .all(|map| std::sync::Arc::ptr_eq(map, first.map.as_ref().unwrap())),
            "headers too"
        );
        assert!(media.tags.is_empty() && media.segments.iter().all(|s| s.tags.is_empty()));
    }
}
