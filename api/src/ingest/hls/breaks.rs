//! Ad breaks, in all the spellings that playlists have for them.

use std::collections::BTreeMap;

use base64_simd::STANDARD;

use super::dates::DateRange;
use super::media::Media;
use super::parts::seconds;
use super::place::Placed;
use super::playlist::Tag;
use super::splice::{Splice, splice};
use crate::media::AdBreak;
use crate::words::Time;

/// Apple's word for what is played in place of a stretch.
const INTERSTITIAL: &str = "com.apple.hls.interstitial";
/// Ids of date ranges are as long as a playlist likes; ours are not.
const LONGEST_ID: usize = 128;

/// Follows the marks from segment to segment.
#[derive(Debug, Default)]
pub struct Breaks {
    open: Option<AdBreak>,
}

/// What one tag says.
enum Mark {
    Out {
        length_ms: Option<i64>,
    },
    Within {
        elapsed_ms: i64,
        length_ms: Option<i64>,
    },
    In,
}

impl Breaks {
    /// Goes on where an earlier watch of the media left off: within this break, if it has not ended.
    pub fn resume(known: &[AdBreak]) -> Self {
        let open = known
            .iter()
            .filter(|b| b.to_ms.is_none() && b.id.starts_with("cue:"));
        Self {
            open: open.max_by_key(|b| b.from_ms).cloned(),
        }
    }

    /// The breaks that begin, end or become clearer with this segment of this run of the encoder.
    pub fn segment(&mut self, tags: &[Tag], placed: &Placed, run: i64) -> Vec<AdBreak> {
        let at = placed.from_ms;
        let mut changed = Vec::new();
        // A message that a plain mark stands beside says the same once more.
        let plain = tags.iter().any(is_plain);
        for tag in tags.iter().filter(|tag| !plain || is_plain(tag)) {
            match mark(tag) {
                Some(Mark::Out { length_ms }) => {
                    changed.extend(self.end(at));
                    self.begin(at, length_ms, run, placed.sequence);
                }
                Some(Mark::Within {
                    elapsed_ms,
                    length_ms,
                }) => match &mut self.open {
                    Some(open) if open.planned_ms.is_some() || length_ms.is_none() => continue,
                    Some(open) => open.planned_ms = length_ms,
                    None => self.begin(at - elapsed_ms, length_ms, run, placed.sequence),
                },
                Some(Mark::In) => {
                    changed.extend(self.end(at));
                    continue;
                }
                None => continue,
            }
            changed.extend(self.open.clone());
        }
        changed.retain(|b| b.to_ms.is_none_or(|to| to > 0));
        changed
    }

    fn begin(&mut self, from: i64, planned_ms: Option<i64>, run: i64, sequence: i64) {
        // What began before the media's zero began with it.
        let planned_ms = planned_ms.map(|ms| ms + from.min(0));
        self.open = Some(AdBreak {
            id: format!("cue:{run}:{sequence}"),
            from_ms: from.max(0),
            to_ms: None,
            planned_ms: planned_ms.filter(|ms| *ms > 0),
        });
    }

    fn end(&mut self, at: i64) -> Option<AdBreak> {
        let mut ended = self.open.take()?;
        ended.to_ms = Some(at.max(ended.from_ms));
        Some(ended)
    }
}

fn is_plain(tag: &Tag) -> bool {
    tag.name.starts_with("#EXT-X-CUE")
}

/// `30`, `50.000`, `DURATION=30`, nothing at all, or what nobody understands: then the length is not known.
fn mark(tag: &Tag) -> Option<Mark> {
    let value = tag.value.as_str();
    match tag.name.as_str() {
        "#EXT-X-CUE-OUT" => {
            let length = named(value, "DURATION").unwrap_or(value);
            let length_ms = ms(length);
            Some(Mark::Out { length_ms })
        }
        "#EXT-X-CUE-OUT-CONT" | "#EXT-X-CUE-SPAN" => {
            // `ElapsedTime=8,Duration=23`, or `8/23`.
            let (elapsed, length) = match value.split_once('/') {
                Some((elapsed, length)) if !value.contains('=') => (Some(elapsed), Some(length)),
                _ => (named(value, "ElapsedTime"), named(value, "Duration")),
            };
            Some(Mark::Within {
                elapsed_ms: elapsed.and_then(ms).unwrap_or(0),
                length_ms: length.and_then(ms),
            })
        }
        "#EXT-X-CUE-IN" => Some(Mark::In),
        "#EXT-OATCLS-SCTE35" | "#EXT-X-SPLICEPOINT-SCTE35" => message(value),
        "#EXT-SCTE35" | "#EXT-X-SCTE35" => message(named(value, "CUE")?),
        _ => None,
    }
}

/// The value of a name in a list, whatever the case: packagers differ.
fn named<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    let pairs = list.split(',').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    found
        .next()
        .map(|(_, value)| value.trim().trim_matches('"'))
}

fn ms(text: &str) -> Option<i64> {
    i64::try_from(seconds(text)?.as_millis()).ok()
}

/// A splice message in base 64.
fn message(text: &str) -> Option<Mark> {
    let bytes = STANDARD.decode_to_vec(text.trim().trim_matches('"')).ok()?;
    Some(match splice(&bytes)? {
        Splice::Out { length_ms } => Mark::Out { length_ms },
        Splice::In => Mark::In,
    })
}

/// The breaks that a playlist names by their dates. Positions count from `zero`.
pub fn dated(media: &Media, zero: Time, placed: &[Placed]) -> Vec<AdBreak> {
    let mut by_id: BTreeMap<&str, Vec<&DateRange>> = BTreeMap::new();
    for range in &media.dates {
        by_id.entry(&range.id).or_default().push(range);
    }
    let of_one = |same: &Vec<&DateRange>| of_one_id(same, zero, placed);
    by_id.values().filter_map(of_one).collect()
}

fn of_one_id(same: &[&DateRange], zero: Time, placed: &[Placed]) -> Option<AdBreak> {
    let is_break = |d: &&DateRange| {
        d.out.is_some() || d.back.is_some() || d.class.as_deref() == Some(INTERSTITIAL)
    };
    if !same.iter().any(is_break) {
        return None;
    }
    let position = |date: jiff::Timestamp| date.as_millisecond() - zero.ms();
    let start = position(same.iter().find_map(|d| d.start)?);
    let length = |found: Option<std::time::Duration>| i64::try_from(found?.as_millis()).ok();
    let end = same.iter().find_map(|d| d.end).map(position);
    let lasted = length(same.iter().find_map(|d| d.duration));
    // An end without a date or a length lies where its tag stands.
    let back = same.iter().find(|d| d.back.is_some()).and_then(|d| {
        let next = placed.get(d.after).map(|p| p.from_ms);
        next.or_else(|| placed.last().map(|p| p.to_ms))
    });
    let to_ms = end.or(lasted.map(|ms| start.saturating_add(ms))).or(back);
    if to_ms.is_some_and(|to| to <= 0 || to < start) {
        return None;
    }
    let id: String = same.first()?.id.chars().take(LONGEST_ID).collect();
    Some(AdBreak {
        id: format!("dates:{id}"),
        from_ms: start.max(0),
        to_ms,
        planned_ms: length(same.iter().find_map(|d| d.planned)),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ingest::hls::place::place;
    use crate::ingest::hls::{Playlist, read};

    const ZERO: Time = Time::from_ms(0);

    /// A break as its last word has it: from, to, planned.
    type Span = (i64, Option<i64>, Option<i64>);

    fn breaks(body: &str) -> Vec<Span> {
        breaks_of(format!("#EXTM3U\n{body}").as_bytes())
    }

    fn breaks_of(playlist: &[u8]) -> Vec<Span> {
        let Ok(Playlist::Media(media)) = read(playlist) else {
            panic!("a media playlist");
        };
        // A live window that ends now began at zero.
        let whole: Duration = media.segments.iter().map(|segment| segment.duration).sum();
        let now = ZERO.plus_ms(i64::try_from(whole.as_millis()).expect("a length"));
        let placed = place(&media, ZERO, None, now);
        let mut reader = Breaks::default();
        let mut found = dated(&media, ZERO, &placed);
        for placed in &placed {
            found.extend(reader.segment(&media.segments[placed.index].tags, placed, 0));
        }
        let mut last = std::collections::BTreeMap::new();
        for found in found {
            last.insert(
                found.id.clone(),
                (found.from_ms, found.to_ms, found.planned_ms),
            );
        }
        last.into_values().collect()
    }

    const END: &str = "#EXT-X-ENDLIST\n";

    fn segments(marks: &[&str]) -> String {
        let segment = |mark: &&str| match *mark {
            "" => "#EXTINF:10,\nx.ts\n".to_owned(),
            mark => format!("{mark}\n#EXTINF:10,\nx.ts\n"),
        };
        marks.iter().map(segment).collect::<String>() + END
    }

    #[test]
    fn a_break_lasts_from_out_to_in_however_its_length_is_written() {
        for (value, planned) in [
            ("", None),
            (":30", Some(30_000)),
            (":50.000", Some(50_000)),
            (":DURATION=30", Some(30_000)),
            (":Duration=\"12.5\"", Some(12_500)),
            (":INVALID", None),
        ] {
            let out = format!("#EXT-X-CUE-OUT{value}");
            let found = breaks(&segments(&["", &out, "", "#EXT-X-CUE-IN", ""]));
            assert_eq!(found, [(10_000, Some(30_000), planned)], "{value}");
        }
    }

    #[test]
    fn who_comes_within_a_break_knows_when_it_began() {
        let within = "#EXT-X-CUE-OUT-CONT:ElapsedTime=4.5,Duration=23,SCTE35=/DAl";
        let found = breaks(&segments(&["", within, "#EXT-X-CUE-OUT-CONT:14.5/23", ""]));
        assert_eq!(found, [(5_500, None, Some(23_000))]);
        let found = breaks(&segments(&["#EXT-X-CUE-OUT-CONT", "", "#EXT-X-CUE-IN"]));
        assert_eq!(found, [(0, Some(20_000), None)]);
        assert!(breaks(&segments(&["#EXT-X-CUE-IN", ""])).is_empty());
    }

    #[test]
    fn a_splice_message_counts_where_nothing_plainer_stands_beside_it() {
        let out = "#EXT-OATCLS-SCTE35:/DAlAAAAAAAAAP/wFAUAAAAJf+/+AIlUQP4AKTLgAAEBAQAA";
        assert_eq!(
            breaks(&segments(&["", out])),
            [(10_000, None, Some(30_000))]
        );
        let both = format!("{out}\n#EXT-X-CUE-OUT:50");
        assert_eq!(
            breaks(&segments(&["", &both])),
            [(10_000, None, Some(50_000))]
        );
    }

    #[test]
    fn dates_name_breaks_and_other_things() {
        let date = |ms: i64| Time::from_ms(ms).to_string();
        let start = date(12_000);
        let base = format!("#EXT-X-PROGRAM-DATE-TIME:{}", date(0));
        let range = |rest: &str| format!("#EXT-X-DATERANGE:ID=\"a\",{rest}");
        let out = range(&format!(
            "START-DATE=\"{start}\",PLANNED-DURATION=15,SCTE35-OUT=0xFC00"
        ));
        let back = range("DURATION=14.9,SCTE35-IN=0xFC00");
        let found = breaks(&segments(&[&base, &out, &back]));
        assert_eq!(found, [(12_000, Some(26_900), Some(15_000))]);
        let bare = range("SCTE35-IN=0xFC00");
        let found = breaks(&segments(&[&base, &out, &bare]));
        assert_eq!(found, [(12_000, Some(20_000), Some(15_000))]);
        let end = date(16_000);
        let shown = range(&format!(
            "CLASS=\"com.apple.hls.interstitial\",START-DATE=\"{start}\",END-DATE=\"{end}\",DURATION=99"
        ));
        assert_eq!(
            breaks(&segments(&[&base, &shown])),
            [(12_000, Some(16_000), None)]
        );
        let chapter = range(&format!(
            "CLASS=\"chapter\",START-DATE=\"{start}\",DURATION=9"
        ));
        assert!(breaks(&segments(&[&base, &chapter])).is_empty());
    }

    #[test]
    fn an_open_break_is_gone_on_with_after_a_restart() {
        let open = AdBreak {
            id: "cue:0:7".to_owned(),
            from_ms: 5_000,
            to_ms: None,
            planned_ms: None,
        };
        let mut reader = Breaks::resume(std::slice::from_ref(&open));
        let placed = Placed {
            index: 0,
            sequence: 9,
            from_ms: 9_000,
            to_ms: 10_000,
        };
        let tag = Tag {
            line: 1,
            name: "#EXT-X-CUE-IN".to_owned(),
            value: String::new(),
        };
        let ended = AdBreak {
            to_ms: Some(9_000),
            ..open
        };
        assert_eq!(reader.segment(&[tag], &placed, 0), [ended]);
    }

    #[test]
    fn the_breaks_of_real_playlists_are_found() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/hls");
        if !std::path::Path::new(root).exists() {
            println!("left out: no real playlists at {root}");
            return;
        }
        let of =
            |name: &str| breaks_of(&std::fs::read(format!("{root}/{name}")).expect("a playlist"));
        let expected: [(&str, &[Span]); 9] = [
            (
                "globocom/cue_out_elemental_playlist.m3u8",
                &[(22_040, Some(72_040), Some(50_000))],
            ),
            // Its text says no length.
            ("globocom/cue_out_invalid_playlist.m3u8", &[(0, None, None)]),
            (
                "globocom/daterange_scte35_out_and_in_playlist.m3u8",
                &[(1_394_018_100_000, Some(1_394_018_159_993), Some(59_993))],
            ),
            // A message that announces no break.
            ("globocom/oatcls_elemental_playlist.m3u8", &[]),
            (
                "grafov/media-playlist-with-cue-out-in-without-oatcls.m3u8",
                &[
                    (29_999, Some(53_999), None),
                    (179_199, Some(359_232), Some(180_000)),
                ],
            ),
            (
                "hls-parser/8.10-EXT-X-DATERANGE-carrying-SCTE-35-tags.m3u8",
                &[(1_394_018_100_000, Some(1_394_018_120_000), Some(20_000))],
            ),
            (
                "hls-parser/SCTE-35_06.m3u8",
                &[
                    (8_008, Some(31_008), Some(23_000)),
                    (39_016, Some(62_016), Some(23_000)),
                ],
            ),
            (
                "m3u8-rs/media-playlist-with-cues.m3u8",
                &[(16_000, Some(46_000), Some(30_000))],
            ),
            (
                "vodtolive/hls_cmaf_interstitial_1/test-video=2500000.m3u8",
                &[(35_001, Some(50_001), None)],
            ),
        ];
        for (name, breaks) in expected {
            assert_eq!(of(name), breaks, "{name}");
        }
    }
}
