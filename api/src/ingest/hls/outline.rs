//! What a playlist lists, segment by segment, counted from its first one: for people and scripts that want to see it.

use jiff::Timestamp;
use serde::Serialize;

use super::media::Media;
use super::place::place;
use crate::words::Time;

/// One segment; one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// As the playlist writes it.
    pub uri: String,
    /// Where it begins, in ms from the first segment's start on.
    pub position_ms: i64,
    /// What the playlist says of its length, in ms.
    pub duration_ms: i64,
    /// Its media sequence number.
    pub sequence: i64,
    /// Its times do not run on from the segment before.
    pub discontinuity: bool,
    /// Where this very segment states one.
    pub program_date_time: Option<Timestamp>,
}

/// The segments of a playlist with their places; the first begins at 0.
#[must_use]
pub fn outline(media: &Media) -> Vec<Listed> {
    // Whatever the zero, only differences are told.
    let zero = Time::from_ms(0);
    let placed = place(media, zero, None, zero);
    let first = placed.first().map_or(0, |first| first.from_ms);
    let listed = placed.iter().map(|placed| {
        let segment = &media.segments[placed.index];
        let micros = i64::try_from(segment.duration.as_micros()).unwrap_or(i64::MAX - 500);
        Listed {
            uri: segment.uri.clone(),
            position_ms: placed.from_ms - first,
            duration_ms: (micros + 500) / 1000,
            sequence: placed.sequence,
            discontinuity: segment.discontinuity,
            program_date_time: segment.date,
        }
    });
    listed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::hls::{Playlist, read};

    #[test]
    fn positions_count_from_the_first_segment_whatever_its_date() {
        let text = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:9\n#EXT-X-PROGRAM-DATE-TIME:2024-03-04T23:02:17.684Z\n\
                    #EXTINF:2.0,\na.ts\n#EXTINF:1.9996,\nb.ts\n#EXT-X-DISCONTINUITY\n\
                    #EXT-X-PROGRAM-DATE-TIME:2024-03-05T00:02:31.684+01:00\n#EXTINF:2,\nc.ts\n";
        let Ok(Playlist::Media(media)) = read(text.as_bytes()) else {
            panic!("it is a media playlist");
        };
        let lines: Vec<String> = outline(&media)
            .iter()
            .map(|listed| serde_json::to_string(listed).expect("JSON"))
            .collect();
        let expected = [
            r#"{"uri":"a.ts","position_ms":0,"duration_ms":2000,"sequence":9,"discontinuity":false,"program_date_time":"2024-03-04T23:02:17.684Z"}"#,
            r#"{"uri":"b.ts","position_ms":2000,"duration_ms":2000,"sequence":10,"discontinuity":false,"program_date_time":null}"#,
            r#"{"uri":"c.ts","position_ms":14000,"duration_ms":2000,"sequence":11,"discontinuity":true,"program_date_time":"2024-03-04T23:02:31.684Z"}"#,
        ];
        assert_eq!(lines, expected);
    }
}
