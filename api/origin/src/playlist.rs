//! The two playlists a player reads, written from values.

use std::fmt::Write;

use jiff::Timestamp;

use crate::timeline::{Place, to_ms};
use crate::ts::{Picture, TICKS_PER_SECOND};

/// What a master playlist says of its one rendition.
pub struct Rendition<'a> {
    pub peak_bits: u64,
    pub average_bits: u64,
    pub picture: Option<&'a Picture>,
    pub audio_codec: Option<&'a str>,
    /// Frames a second.
    pub frame_rate: f64,
}

/// The master playlist: one rendition, at this address.
pub fn master(rendition: &Rendition<'_>, address: &str) -> String {
    let Rendition {
        peak_bits,
        average_bits,
        picture,
        audio_codec,
        frame_rate,
    } = rendition;
    let mut attributes = format!("BANDWIDTH={peak_bits},AVERAGE-BANDWIDTH={average_bits}");
    if let Some(picture) = picture {
        // Half a list of codecs misleads a player more than none: without sound that is
        // known here there is only the size.
        if let Some(audio) = audio_codec {
            let _ = write!(attributes, ",CODECS=\"{},{audio}\"", picture.codec);
        }
        let _ = write!(
            attributes,
            ",RESOLUTION={}x{}",
            picture.width, picture.height
        );
    }
    format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n\
         #EXT-X-STREAM-INF:{attributes},FRAME-RATE={frame_rate:.3}\n{address}\n"
    )
}

/// The media playlist of these segments, oldest first. `longest` is the longest of the
/// whole clip, as the target duration may never change.
pub fn media(zero_ms: i64, longest: u64, run: &str, places: &[Place]) -> String {
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{}\n",
        longest.div_ceil(TICKS_PER_SECOND),
        places.first().map_or(0, |place| place.sequence),
    );
    for place in places {
        let date = Timestamp::from_millisecond(zero_ms + to_ms(place.start)).unwrap_or_default();
        let seconds = place.ticks as f64 / TICKS_PER_SECOND as f64;
        let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{date:.3}");
        let _ = writeln!(text, "#EXTINF:{seconds:.6},\n{run}/{}.ts", place.sequence);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Timeline;

    #[test]
    fn a_window_over_the_end_of_the_clip_reads_so() {
        let timeline = Timeline::new(&[180_000, 90_045]);
        let places: Vec<Place> = (3..6).map(|n| timeline.place(n)).collect();
        let text = media(1_577_836_800_000, timeline.longest(), "0a1b", &places);
        let expected = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n\
            #EXT-X-MEDIA-SEQUENCE:3\n\
            #EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:00:05.001Z\n#EXTINF:1.000500,\n0a1b/3.ts\n\
            #EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:00:06.001Z\n#EXTINF:2.000000,\n0a1b/4.ts\n\
            #EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:00:08.001Z\n#EXTINF:1.000500,\n0a1b/5.ts\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_master_names_only_what_is_known() {
        let picture = Picture {
            codec: "avc1.4d400d".into(),
            width: 320,
            height: 180,
        };
        let known = Rendition {
            peak_bits: 300,
            average_bits: 200,
            picture: Some(&picture),
            audio_codec: Some("mp4a.40.2"),
            frame_rate: 30.0,
        };
        assert!(master(&known, "live.m3u8").ends_with(
            "#EXT-X-STREAM-INF:BANDWIDTH=300,AVERAGE-BANDWIDTH=200,\
             CODECS=\"avc1.4d400d,mp4a.40.2\",RESOLUTION=320x180,FRAME-RATE=30.000\nlive.m3u8\n"
        ));
        let unknown = Rendition {
            picture: None,
            ..known
        };
        assert!(!master(&unknown, "live.m3u8").contains("CODECS"));
    }
}
