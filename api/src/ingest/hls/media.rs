//! A media playlist: segment after segment.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::attributes::Attributes;
use super::dates::{DATES, DateRange, date_range};
use super::parts::{self, Control, Hint, Part, Report};
use super::playlist::{Fault, Line, Tag, Warning};
use super::segment::{ByteRange, Key, Map, Segment, byte_range};

/// What a playlist promises of its future (EXT-X-PLAYLIST-TYPE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It never changes.
    Vod,
    /// It only grows.
    Event,
}

/// A media playlist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Media {
    /// How long segments are at most; `None` where it is absent or says nothing.
    pub target_duration: Option<Duration>,
    /// The number of the first segment, those skipped included.
    pub media_sequence: i64,
    pub discontinuity_sequence: u64,
    pub kind: Option<Kind>,
    /// Nothing will be added.
    pub ended: bool,
    /// Segments that a delta update left out at the front (EXT-X-SKIP).
    pub skipped: u64,
    pub segments: Vec<Segment>,
    /// How many segments stand before the first key of its own; all where there is none.
    pub first_key: usize,
    /// The same for the first header.
    pub first_map: usize,
    /// Stretches named by their dates.
    pub dates: Vec<DateRange>,
    /// Parts of the segment that is not whole yet.
    pub open_parts: Vec<Part>,
    /// How long parts are at most.
    pub part_target: Option<Duration>,
    pub hints: Vec<Hint>,
    pub reports: Vec<Report>,
    pub control: Control,
    /// Tags of the playlist as a whole that are not read here.
    pub tags: Vec<Tag>,
    /// Tags after the last segment that are not read here.
    pub trailing: Vec<Tag>,
    pub warnings: Vec<Warning>,
}

impl Media {
    /// The sum of all segments listed.
    pub fn duration(&self) -> Duration {
        self.segments.iter().map(|segment| segment.duration).sum()
    }
}

/// What is said of a segment before its address.
#[derive(Default)]
struct Pending {
    extinf: Option<(usize, Duration, String)>,
    date: Option<Timestamp>,
    discontinuity: bool,
    range: Option<(u64, Option<u64>)>,
    gap: bool,
    parts: Vec<Part>,
    tags: Vec<Tag>,
}

#[derive(Default)]
pub(super) struct MediaReader {
    media: Media,
    pending: Pending,
    discontinuities: u64,
    keys: Arc<[Key]>,
    map: Option<Arc<Map>>,
    first_key: Option<usize>,
    first_map: Option<usize>,
}

const EXTINF: &str = "#EXTINF";
const TARGET: &str = "#EXT-X-TARGETDURATION";
const SEQUENCE: &str = "#EXT-X-MEDIA-SEQUENCE";
const DISCONTINUITIES: &str = "#EXT-X-DISCONTINUITY-SEQUENCE";
const DATE: &str = "#EXT-X-PROGRAM-DATE-TIME";
const RANGE: &str = "#EXT-X-BYTERANGE";
const MAP: &str = "#EXT-X-MAP";
const KEY: &str = "#EXT-X-KEY";
const SKIP: &str = "#EXT-X-SKIP";
const KIND: &str = "#EXT-X-PLAYLIST-TYPE";

impl MediaReader {
    pub fn line(&mut self, number: usize, line: Line<'_>) -> Result<(), Fault> {
        let (name, value) = match line {
            Line::Address(uri) => return self.address(number, uri),
            Line::Tag { name, value } => (name, value),
        };
        match name {
            EXTINF => self.extinf(number, value)?,
            DATE => self.pending.date = Some(self.date(number, value)?),
            RANGE => self.pending.range = Some(byte_range(RANGE, value)?),
            "#EXT-X-DISCONTINUITY" => self.pending.discontinuity = true,
            "#EXT-X-GAP" => self.pending.gap = true,
            MAP => {
                self.map = Some(Arc::new(map(number, value, &self.keys)?));
                self.first_map.get_or_insert(self.media.segments.len());
            }
            KEY => {
                self.keys = keys(number, &self.keys, value)?;
                self.first_key.get_or_insert(self.media.segments.len());
            }
            "#EXT-X-ENDLIST" => self.media.ended = true,
            TARGET => self.target(number, value),
            SEQUENCE => self.media.media_sequence = self.number(number, SEQUENCE, value)?,
            DISCONTINUITIES => {
                let count: u64 = self.number(number, DISCONTINUITIES, value)?;
                self.media.discontinuity_sequence = count;
                self.discontinuities = count;
            }
            SKIP => {
                let skipped = Attributes::read(SKIP, value).required("SKIPPED-SEGMENTS")?;
                self.media.skipped = self.number(number, SKIP, skipped)?;
            }
            KIND => match value {
                "VOD" => self.media.kind = Some(Kind::Vod),
                "EVENT" => self.media.kind = Some(Kind::Event),
                _ => self.warn(number, Fault::value(KIND, "VOD or EVENT", value)),
            },
            "#EXT-X-STREAM-INF" | "#EXT-X-I-FRAME-STREAM-INF" | "#EXT-X-MEDIA" => {
                let tag = name.to_owned();
                return Err(Fault::Mixed { tag });
            }
            // What they say places nothing: where it is wrong it is passed over.
            parts::PART
            | parts::PART_INF
            | parts::HINT
            | parts::REPORT
            | parts::CONTROL
            | DATES => {
                if let Err(fault) = self.beside(number, name, value) {
                    self.warn(number, fault);
                }
            }
            _ => self.keep(number, name, value),
        }
        Ok(())
    }

    /// Tags that stand beside the segments.
    fn beside(&mut self, number: usize, name: &str, value: &str) -> Result<(), Fault> {
        match name {
            parts::PART => {
                let before = (self.pending.parts.last())
                    .or_else(|| self.media.segments.last().and_then(|s| s.parts.last()));
                let part = parts::part(number, value, before)?;
                self.pending.parts.push(part);
            }
            parts::PART_INF => self.media.part_target = Some(parts::part_target(value)?),
            parts::HINT => self.media.hints.push(parts::hint(number, value)?),
            parts::REPORT => self.media.reports.push(parts::report(number, value)?),
            parts::CONTROL => self.media.control = parts::control(value),
            _ => {
                let (line, after) = (number, self.media.segments.len());
                let warnings = &mut self.media.warnings;
                let warn = |fault| warnings.push(Warning { line, fault });
                self.media.dates.push(date_range(line, value, after, warn)?);
            }
        }
        Ok(())
    }

    fn keep(&mut self, line: usize, name: &str, value: &str) {
        let of_playlist = matches!(
            name,
            "#EXT-X-VERSION"
                | "#EXT-X-INDEPENDENT-SEGMENTS"
                | "#EXT-X-ALLOW-CACHE"
                | "#EXT-X-I-FRAMES-ONLY"
                | "#EXT-X-START"
        );
        let (name, value) = (name.to_owned(), value.to_owned());
        let tags = match of_playlist {
            true => &mut self.media.tags,
            false => &mut self.pending.tags,
        };
        tags.push(Tag { line, name, value });
    }

    fn extinf(&mut self, number: usize, value: &str) -> Result<(), Fault> {
        let (seconds, title) = value.split_once(',').unwrap_or((value, ""));
        let seconds = seconds.trim();
        let duration = seconds
            .parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| Fault::value(EXTINF, "a length in seconds", seconds))?;
        if self.pending.extinf.is_some() {
            let what = "the EXTINF before has no segment";
            self.warn(number, Fault::Odd { what });
        }
        self.pending.extinf = Some((number, duration, title.trim().to_owned()));
        Ok(())
    }

    fn date(&mut self, number: usize, value: &str) -> Result<Timestamp, Fault> {
        if let Ok(date) = value.parse() {
            return Ok(date);
        }
        let civil: civil::DateTime = value
            .parse()
            .map_err(|_| Fault::value(DATE, "a date and time with its offset", value))?;
        let what = "the date states no offset: UTC is taken";
        self.warn(number, Fault::Odd { what });
        let date = civil.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        date.map_err(|_| Fault::value(DATE, "a date within 9,999 years", value))
    }

    fn target(&mut self, number: usize, value: &str) {
        let seconds = value.parse().ok();
        let target = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        // It says when to ask again, not where anything is: without it one can do.
        if target.is_none() {
            self.warn(number, Fault::value(TARGET, "seconds", value));
        }
        self.media.target_duration = target;
    }

    fn number<T: std::str::FromStr>(
        &mut self,
        line: usize,
        tag: &'static str,
        value: &str,
    ) -> Result<T, Fault> {
        if !self.media.segments.is_empty() {
            let what = "this must stand before the first segment";
            self.warn(line, Fault::Odd { what });
        }
        let number = value.parse();
        number.map_err(|_| Fault::value(tag, "a whole number", value))
    }

    fn address(&mut self, number: usize, uri: &str) -> Result<(), Fault> {
        let pending = std::mem::take(&mut self.pending);
        let (_, duration, title) = pending.extinf.ok_or(Fault::NoLength)?;
        let range = pending
            .range
            .map(|(length, offset)| self.range(number, uri, length, offset))
            .transpose()?;
        self.discontinuities += u64::from(pending.discontinuity);
        self.media.segments.push(Segment {
            line: number,
            uri: uri.to_owned(),
            sequence: 0,
            duration,
            title,
            date: pending.date,
            discontinuity: pending.discontinuity,
            discontinuity_sequence: self.discontinuities,
            range,
            map: self.map.clone(),
            keys: self.keys.clone(),
            gap: pending.gap,
            parts: pending.parts,
            tags: pending.tags,
        });
        Ok(())
    }

    /// Without an offset a range goes on where the one before ended, in the same resource.
    fn range(
        &mut self,
        line: usize,
        uri: &str,
        length: u64,
        offset: Option<u64>,
    ) -> Result<ByteRange, Fault> {
        let before = self.media.segments.last();
        let end = before
            .filter(|segment| segment.uri == uri)
            .and_then(|segment| Some(segment.range?.end()));
        if offset.or(end).is_none() {
            let what = "the range has no offset and none to go on from: 0 is taken";
            self.warn(line, Fault::Odd { what });
        }
        let offset = offset.or(end).unwrap_or(0);
        offset.checked_add(length).ok_or(Fault::Range)?;
        Ok(ByteRange { offset, length })
    }

    fn warn(&mut self, line: usize, fault: Fault) {
        self.media.warnings.push(Warning { line, fault });
    }

    /// The playlist. Sequence numbers are given at the end: their tags may come late.
    pub fn finish(mut self) -> Media {
        if let Some((line, ..)) = self.pending.extinf {
            // A live playlist that was cut off: the segments before it are whole.
            let what = "the last EXTINF has no segment";
            self.warn(line, Fault::Odd { what });
        }
        self.media.trailing = self.pending.tags;
        self.media.open_parts = self.pending.parts;
        self.media.first_key = self.first_key.unwrap_or(usize::MAX);
        self.media.first_map = self.first_map.unwrap_or(usize::MAX);
        let skipped = i64::try_from(self.media.skipped).unwrap_or(i64::MAX);
        let first = self.media.media_sequence.saturating_add(skipped);
        for (index, segment) in self.media.segments.iter_mut().enumerate() {
            segment.sequence = first.saturating_add(index as i64);
        }
        self.media
    }
}

fn map(line: usize, value: &str, keys: &Arc<[Key]>) -> Result<Map, Fault> {
    let attributes = Attributes::read(MAP, value);
    let range = attributes.get("BYTERANGE").map(|range| {
        let (length, offset) = byte_range(MAP, range)?;
        let offset = offset.unwrap_or(0);
        Ok(ByteRange { offset, length })
    });
    Ok(Map {
        line,
        uri: attributes.required("URI")?.to_owned(),
        range: range.transpose()?,
        keys: keys.clone(),
    })
}

/// The keys in force after this tag: it replaces the one of its own format, and NONE all.
fn keys(line: usize, before: &[Key], value: &str) -> Result<Arc<[Key]>, Fault> {
    let attributes = Attributes::read(KEY, value);
    let method = attributes.required("METHOD")?;
    if method == "NONE" {
        return Ok(Arc::default());
    }
    let key = Key {
        line,
        method: method.to_owned(),
        uri: attributes.text("URI"),
        iv: attributes.text("IV"),
        key_format: attributes.text("KEYFORMAT"),
    };
    let format = |key: &Key| key.key_format.clone().unwrap_or("identity".to_owned());
    let others = before.iter().filter(|other| format(other) != format(&key));
    Ok(others.cloned().chain([key.clone()]).collect())
}
