//! Where each segment of a playlist lies in its media: by the stream's own dates, else by what is known already.

use std::collections::BTreeMap;
use std::time::Duration;

use super::media::{Kind, Media};
use crate::words::Time;

/// Two segments that lie this near are meant to touch: playlists round lengths and dates.
pub const TOUCHING_MS: i64 = 100;

/// A segment of the playlist with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Which of the playlist's segments.
    pub index: usize,
    /// Its media sequence number.
    pub sequence: i64,
    /// Its first position, in ms since the media's zero; below zero where it lies before it.
    pub from_ms: i64,
    /// The first position after it.
    pub to_ms: i64,
}

/// A segment whose end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Its media sequence number.
    pub sequence: i64,
    /// Where it ends.
    pub end_ms: i64,
}

/// Places all segments. Dates go before everything. Without any, segments follow on the anchor; without
/// that, a playlist that keeps its past begins at the media's zero, and a live one ends at this moment.
#[must_use]
pub fn place(media: &Media, zero: Time, anchor: Option<Anchor>, now: Time) -> Vec<Placed> {
    let lengths: Vec<i64> = media.segments.iter().map(|s| micros(s.duration)).collect();
    let dates: Vec<Option<i64>> = media
        .segments
        .iter()
        .map(|s| s.date.map(|date| date.as_microsecond() - zero.ms() * 1000))
        .collect();
    let starts = match dates.iter().position(Option::is_some) {
        Some(first) => by_dates(&dates, &lengths, first),
        None => from_start(undated_start(media, &lengths, zero, anchor, now), &lengths),
    };
    let ends = starts
        .iter()
        .zip(&lengths)
        .map(|(start, length)| start + length);
    let mut placed: Vec<Placed> = (media.segments.iter().zip(&starts).zip(ends).enumerate())
        .map(|(index, ((segment, start), end))| Placed {
            index,
            sequence: segment.sequence,
            from_ms: ms(*start),
            to_ms: ms(end),
        })
        .collect();
    for index in 1..placed.len() {
        let next = placed[index].from_ms;
        if (next - placed[index - 1].to_ms).abs() <= TOUCHING_MS {
            placed[index - 1].to_ms = next;
        }
    }
    placed
}

fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX / 2)
}

fn ms(micros: i64) -> i64 {
    (micros + 500).div_euclid(1000)
}

/// A date holds until the next one; what stands before the first is counted back from it.
fn by_dates(dates: &[Option<i64>], lengths: &[i64], first: usize) -> Vec<i64> {
    let before: i64 = lengths[..first].iter().sum();
    let mut at = dates[first].unwrap_or_default() - before;
    let mut starts = Vec::with_capacity(lengths.len());
    for (date, length) in dates.iter().zip(lengths) {
        at = date.unwrap_or(at);
        starts.push(at);
        at += length;
    }
    starts
}

fn from_start(start: i64, lengths: &[i64]) -> Vec<i64> {
    let follow = |at: &mut i64, length: &i64| {
        let start = *at;
        *at += length;
        Some(start)
    };
    lengths.iter().scan(start, follow).collect()
}

fn undated_start(
    media: &Media,
    lengths: &[i64],
    zero: Time,
    anchor: Option<Anchor>,
    now: Time,
) -> i64 {
    let total: i64 = lengths.iter().sum();
    let Some(first) = media.segments.first().map(|s| s.sequence) else {
        return 0;
    };
    if let Some(anchor) = anchor {
        // How many segments lie between the anchor's end and the first one listed.
        let between = first - (anchor.sequence + 1);
        let listed = usize::try_from(-between).unwrap_or_default();
        let distance = match lengths.get(..listed.min(lengths.len())) {
            Some(before) if between < 0 => -before.iter().sum::<i64>(),
            // They were missed: each is as long as those listed, on the whole.
            _ => between * (total / i64::try_from(lengths.len()).unwrap_or(1).max(1)),
        };
        return anchor.end_ms * 1000 + distance;
    }
    let keeps_its_past = media.ended || matches!(media.kind, Some(Kind::Vod | Kind::Event));
    if keeps_its_past {
        0
    } else {
        now.since(zero) * 1000 - total
    }
}

/// Whether the numbers of a playlist no longer go on from what is known: its encoder has started anew.
#[must_use]
pub fn is_restart(placed: &[Placed], known: &BTreeMap<i64, i64>, newest_known: i64) -> bool {
    let Some(newest) = placed.last() else {
        return false;
    };
    let moved = placed.iter().any(|segment| {
        let length = segment.to_ms - segment.from_ms;
        known
            .get(&segment.sequence)
            .is_some_and(|ms| (ms - segment.from_ms).abs() > (length / 2).max(TOUCHING_MS))
    });
    // A cache may hand out a playlist that is a little older; one that lies this far back is another.
    let listed = i64::try_from(placed.len()).unwrap_or(i64::MAX);
    moved || newest.sequence < newest_known.saturating_sub(listed.saturating_mul(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::hls::{Playlist, read};

    const ZERO: Time = Time::from_ms(1_000_000);

    fn media(body: &str) -> Media {
        let text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n{body}");
        match read(text.as_bytes()).expect("a playlist") {
            Playlist::Media(media) => media,
            Playlist::Master(_) => panic!("a media playlist"),
        }
    }

    fn spans(placed: &[Placed]) -> Vec<(i64, i64, i64)> {
        let span = |p: &Placed| (p.sequence, p.from_ms, p.to_ms);
        placed.iter().map(span).collect()
    }

    fn dated(ms: i64) -> String {
        format!("#EXT-X-PROGRAM-DATE-TIME:{}\n", ZERO.plus_ms(ms))
    }

    #[test]
    fn dates_give_positions_and_hold_until_the_next() {
        let body = format!(
            "#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:2,\na.ts\n{}#EXTINF:2,\nb.ts\n#EXTINF:2,\nc.ts\n#EXT-X-DISCONTINUITY\n{}#EXTINF:2,\nd.ts\n",
            dated(10_000),
            dated(60_000)
        );
        let placed = place(&media(&body), ZERO, None, ZERO);
        let expected = [
            (7, 8_000, 10_000),
            (8, 10_000, 12_000),
            (9, 12_000, 14_000),
            (10, 60_000, 62_000),
        ];
        assert_eq!(spans(&placed), expected);
    }

    #[test]
    fn dates_go_before_the_anchor_and_may_lie_before_zero() {
        let body = format!("{}#EXTINF:2,\na.ts\n", dated(-1_000));
        let anchor = Some(Anchor {
            sequence: 99,
            end_ms: 500,
        });
        assert_eq!(
            spans(&place(&media(&body), ZERO, anchor, ZERO)),
            [(0, -1_000, 1_000)]
        );
    }

    #[test]
    fn segments_that_nearly_touch_do() {
        let body = format!(
            "{}#EXTINF:2.002,\na.ts\n{}#EXTINF:2,\nb.ts\n",
            dated(0),
            dated(2_000)
        );
        let placed = place(&media(&body), ZERO, None, ZERO);
        assert_eq!(spans(&placed), [(0, 0, 2_000), (1, 2_000, 4_000)]);
    }

    #[test]
    fn lengths_are_summed_exactly_and_rounded_once() {
        let segment = "#EXTINF:0.0333,\nx.ts\n".repeat(1000);
        let placed = place(
            &media(&format!("#EXT-X-PLAYLIST-TYPE:EVENT\n{segment}")),
            ZERO,
            None,
            ZERO,
        );
        assert_eq!(placed[999].from_ms, 33_267, "999 x 33.3 ms");
    }

    #[test]
    fn without_dates_segments_follow_on_the_anchor_wherever_the_window_stands() {
        let window = |first: i64| {
            media(&format!(
                "#EXT-X-MEDIA-SEQUENCE:{first}\n#EXTINF:2,\na.ts\n#EXTINF:3,\nb.ts\n"
            ))
        };
        let anchor = Some(Anchor {
            sequence: 10,
            end_ms: 50_000,
        });
        let first = |sequence| place(&window(sequence), ZERO, anchor, ZERO)[0].from_ms;
        assert_eq!(first(11), 50_000);
        assert_eq!(first(10), 48_000, "the first of the two is the anchor");
        assert_eq!(first(9), 45_000);
        assert_eq!(first(13), 55_000, "two of 2.5 s on the whole were missed");
    }

    #[test]
    fn without_anything_a_recording_begins_at_zero_and_a_live_window_ends_now() {
        let body = "#EXTINF:2,\na.ts\n#EXTINF:2,\nb.ts\n";
        let now = ZERO.plus_ms(60_000);
        let ended = place(&media(&format!("{body}#EXT-X-ENDLIST\n")), ZERO, None, now);
        assert_eq!(spans(&ended), [(0, 0, 2_000), (1, 2_000, 4_000)]);
        let live = place(&media(body), ZERO, None, now);
        assert_eq!(spans(&live), [(0, 56_000, 58_000), (1, 58_000, 60_000)]);
    }

    #[test]
    fn an_encoder_that_counts_anew_is_noticed_and_an_old_playlist_is_not_taken_for_one() {
        let placed = |first: i64, ms: i64| -> Vec<Placed> {
            let one = |n: i64| Placed {
                index: 0,
                sequence: first + n,
                from_ms: ms + n * 2_000,
                to_ms: ms + (n + 1) * 2_000,
            };
            (0..3).map(one).collect()
        };
        let known: BTreeMap<i64, i64> = (0..20).map(|n| (n, n * 2_000)).collect();
        assert!(!is_restart(&placed(18, 36_000), &known, 19));
        assert!(
            !is_restart(&placed(15, 30_000), &known, 19),
            "a little older"
        );
        assert!(
            is_restart(&placed(0, 90_000), &known, 19),
            "other positions"
        );
        assert!(
            is_restart(&placed(0, 0), &BTreeMap::new(), 1_000),
            "far back"
        );
    }
}
