//! A master playlist: which renditions of the same thing there are.

use super::attributes::Attributes;
use super::playlist::{Fault, Line, Tag, Warning};

/// A rendition to choose (EXT-X-STREAM-INF, EXT-X-I-FRAME-STREAM-INF).
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub line: usize,
    pub uri: String,
    /// Peak bits a second; 0 where the playlist does not say.
    pub bandwidth: u64,
    pub average_bandwidth: Option<u64>,
    /// Width and height.
    pub resolution: Option<(u32, u32)>,
    pub frame_rate: Option<f64>,
    pub codecs: Option<String>,
    pub audio: Option<String>,
}

/// Something that goes with a variant (EXT-X-MEDIA).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    pub line: usize,
    pub kind: String,
    pub group: String,
    pub name: Option<String>,
    pub language: Option<String>,
    pub uri: Option<String>,
}

/// A master playlist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Master {
    pub variants: Vec<Variant>,
    /// Playlists of key frames only.
    pub key_frames: Vec<Variant>,
    pub renditions: Vec<Rendition>,
    /// Names and values that its media playlists may import.
    pub variables: Vec<(String, String)>,
    pub tags: Vec<Tag>,
    pub warnings: Vec<Warning>,
}

impl Master {
    /// The narrowest variant that is at least this wide, else the widest; of equal ones the one of the least
    /// bandwidth. To look at pictures more pixels than needed are only cost, and fewer show less. Where no variant
    /// states its size, bandwidth stands for it.
    pub fn best_for_width(&self, width: u32) -> Option<&Variant> {
        let mut shown: Vec<&Variant> = self.variants.iter().filter(|v| !v.is_sound()).collect();
        if shown.is_empty() {
            shown = self.variants.iter().collect();
        }
        let sized = shown.iter().any(|v| v.resolution.is_some());
        shown.retain(|v| !sized || v.resolution.is_some());
        let size = |v: &Variant| match v.resolution {
            Some((width, _)) => u64::from(width),
            None => v.bandwidth,
        };
        let needed = if sized { u64::from(width) } else { ENOUGH };
        let least = |v: &&Variant| (size(v), v.bandwidth);
        let enough = shown.iter().copied().filter(|v| size(v) >= needed);
        enough.min_by_key(least).or_else(|| {
            let widest = |v: &&Variant| (size(v), std::cmp::Reverse(v.bandwidth));
            shown.iter().copied().max_by_key(widest)
        })
    }
}

/// So many bits a second are enough for a picture of unknown size.
const ENOUGH: u64 = 600_000;

impl Variant {
    /// There is nothing to see in it: all its codecs are those of sound.
    fn is_sound(&self) -> bool {
        const SOUND: [&str; 6] = ["mp4a", "ac-3", "ec-3", "opus", "fLaC", "mp3"];
        let codecs = self.codecs.as_deref().unwrap_or_default();
        let is_sound = |codec: &str| SOUND.iter().any(|sound| codec.trim().starts_with(sound));
        !codecs.is_empty() && codecs.split(',').all(is_sound)
    }
}

#[derive(Default)]
pub(super) struct MasterReader {
    master: Master,
    /// A variant that waits for its address on the next line.
    open: Option<Variant>,
}

const STREAM_INF: &str = "#EXT-X-STREAM-INF";
const KEY_FRAMES: &str = "#EXT-X-I-FRAME-STREAM-INF";
const MEDIA: &str = "#EXT-X-MEDIA";

impl MasterReader {
    pub fn line(&mut self, number: usize, line: Line<'_>) -> Result<(), Fault> {
        let (name, value) = match line {
            Line::Address(uri) => {
                match self.open.take() {
                    Some(variant) => self.master.variants.push(Variant {
                        line: number,
                        uri: uri.to_owned(),
                        ..variant
                    }),
                    None => self.warn(number, "no variant announced this address"),
                }
                return Ok(());
            }
            Line::Tag { name, value } => (name, value),
        };
        match name {
            STREAM_INF => {
                if self.open.is_some() {
                    self.warn(number, "the variant before has no address");
                }
                self.open = Some(self.variant(number, &Attributes::read(STREAM_INF, value)));
            }
            KEY_FRAMES => {
                let attributes = Attributes::read(KEY_FRAMES, value);
                let uri = attributes.required("URI")?.to_owned();
                let variant = self.variant(number, &attributes);
                self.master.key_frames.push(Variant { uri, ..variant });
            }
            MEDIA => {
                let attributes = Attributes::read(MEDIA, value);
                self.master.renditions.push(Rendition {
                    line: number,
                    kind: attributes.required("TYPE")?.to_owned(),
                    group: attributes.required("GROUP-ID")?.to_owned(),
                    name: attributes.text("NAME"),
                    language: attributes.text("LANGUAGE"),
                    uri: attributes.text("URI"),
                });
            }
            "#EXTINF" | "#EXT-X-TARGETDURATION" | "#EXT-X-MEDIA-SEQUENCE" => {
                let tag = name.to_owned();
                return Err(Fault::Mixed { tag });
            }
            _ => self.master.tags.push(Tag {
                line: number,
                name: name.to_owned(),
                value: value.to_owned(),
            }),
        }
        Ok(())
    }

    fn variant(&mut self, line: usize, attributes: &Attributes<'_>) -> Variant {
        let bandwidth = attributes.parsed("BANDWIDTH");
        if bandwidth.is_none() {
            self.warn(line, "the variant states no BANDWIDTH");
        }
        let resolution = attributes.get("RESOLUTION").and_then(|size| {
            let (width, height) = size.split_once(['x', 'X'])?;
            Some((width.parse().ok()?, height.parse().ok()?))
        });
        Variant {
            line,
            uri: String::new(),
            bandwidth: bandwidth.unwrap_or(0),
            average_bandwidth: attributes.parsed("AVERAGE-BANDWIDTH"),
            resolution,
            frame_rate: attributes.parsed("FRAME-RATE"),
            codecs: attributes.text("CODECS"),
            audio: attributes.text("AUDIO"),
        }
    }

    fn warn(&mut self, line: usize, what: &'static str) {
        let fault = Fault::Odd { what };
        self.master.warnings.push(Warning { line, fault });
    }

    pub fn finish(mut self) -> Master {
        if let Some(open) = self.open.take() {
            self.warn(open.line, "the last variant has no address");
        }
        self.master
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::hls::{Playlist, read};

    use super::*;

    fn master(text: &str) -> Master {
        match read(text.as_bytes()).unwrap() {
            Playlist::Master(master) => master,
            Playlist::Media(_) => panic!("it is a master playlist"),
        }
    }

    const THREE: &str = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"English\",URI=\"en.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2500000,RESOLUTION=1280x720,CODECS=\"avc1.4d401f,mp4a.40.2\",AUDIO=\"a\",FRAME-RATE=29.970\n\
        720.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360\n\
        360.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=416x234\n\
        234.m3u8\n\
        #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100000,URI=\"keys.m3u8\"\n";

    #[test]
    fn variants_are_read_with_their_attributes() {
        let master = master(THREE);
        let first = &master.variants[0];
        assert_eq!((first.uri.as_str(), first.line), ("720.m3u8", 4));
        assert_eq!(
            (first.bandwidth, first.average_bandwidth),
            (3_000_000, Some(2_500_000))
        );
        assert_eq!(first.resolution, Some((1280, 720)));
        assert_eq!(first.frame_rate, Some(29.97));
        assert_eq!(first.codecs.as_deref(), Some("avc1.4d401f,mp4a.40.2"));
        assert_eq!(master.variants.len(), 3);
        assert_eq!(master.key_frames[0].uri, "keys.m3u8");
        assert_eq!(master.renditions[0].uri.as_deref(), Some("en.m3u8"));
        assert!(master.warnings.is_empty());
    }

    #[test]
    fn the_variant_for_a_width_is_the_narrowest_that_has_it() {
        let master = master(THREE);
        let uri = |width| master.best_for_width(width).unwrap().uri.as_str();
        assert_eq!(uri(640), "360.m3u8");
        assert_eq!(uri(1_000), "720.m3u8");
        assert_eq!(uri(4_000), "720.m3u8");
        assert_eq!(uri(100), "234.m3u8");
    }

    #[test]
    fn sound_alone_is_never_chosen_for_its_pictures() {
        let master = master(
            "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\nsound.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=300000\nlow.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"avc1.4d401f,mp4a.40.2\"\nmiddle.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=5000000\nhigh.m3u8\n",
        );
        assert_eq!(master.best_for_width(640).unwrap().uri, "middle.m3u8");
    }

    #[test]
    fn an_address_that_nothing_announced_is_told_and_passed_over() {
        let master = master("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\nb.m3u8\n");
        assert_eq!(master.variants.len(), 1);
        assert_eq!(master.warnings[0].line, 4);
    }
}
