//! Tests of media playlists, tag by tag.

use jiff::Timestamp;

use crate::ingest::hls::segment::ByteRange;
use crate::ingest::hls::{Media, Playlist, read};

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
    assert_eq!(media.trailing[0].name, "#EXT-X-PART");
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
