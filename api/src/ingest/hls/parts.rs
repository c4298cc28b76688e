//! Low-latency tags: parts of segments, what comes next, and what the server can do.

use std::time::Duration;

use super::attributes::Attributes;
use super::playlist::Fault;
use super::segment::{ByteRange, byte_range};

pub(super) const PART: &str = "#EXT-X-PART";
pub(super) const PART_INF: &str = "#EXT-X-PART-INF";
pub(super) const HINT: &str = "#EXT-X-PRELOAD-HINT";
pub(super) const REPORT: &str = "#EXT-X-RENDITION-REPORT";
pub(super) const CONTROL: &str = "#EXT-X-SERVER-CONTROL";

/// A part of a segment (EXT-X-PART).
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub line: usize,
    pub uri: String,
    pub duration: Duration,
    pub range: Option<ByteRange>,
    /// Decoding may begin with it.
    pub independent: bool,
    /// There is nothing to fetch.
    pub gap: bool,
}

/// What will be listed next (EXT-X-PRELOAD-HINT).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub line: usize,
    /// `PART` or `MAP`.
    pub kind: String,
    pub uri: String,
    pub start: u64,
    /// To the end of the resource where it is absent.
    pub length: Option<u64>,
}

/// How far another rendition has come (EXT-X-RENDITION-REPORT).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub line: usize,
    pub uri: String,
    pub last_sequence: Option<i64>,
    pub last_part: Option<u64>,
}

/// What the server can do (EXT-X-SERVER-CONTROL).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Control {
    pub can_block_reload: bool,
    pub can_skip_dates: bool,
    /// Segments older than this may be left out of an update.
    pub can_skip_until: Option<Duration>,
    pub hold_back: Option<Duration>,
    pub part_hold_back: Option<Duration>,
}

/// Reads a part; without an offset its range goes on where the one before ended, in the same resource.
pub(super) fn part(line: usize, value: &str, before: Option<&Part>) -> Result<Part, Fault> {
    let attributes = Attributes::read(PART, value);
    let uri = attributes.required("URI")?.to_owned();
    let range = attributes.get("BYTERANGE").map(|range| {
        let (length, offset) = byte_range(PART, range)?;
        let follows = before
            .filter(|part| part.uri == uri)
            .and_then(|part| part.range);
        let offset = offset.or(follows.map(ByteRange::end)).unwrap_or(0);
        offset.checked_add(length).ok_or(Fault::Range)?;
        Ok(ByteRange { offset, length })
    });
    let range = range.transpose()?;
    let duration = attributes.required("DURATION")?;
    Ok(Part {
        line,
        uri,
        duration: seconds(duration)
            .ok_or_else(|| Fault::value(PART, "a DURATION in seconds", duration))?,
        range,
        independent: attributes.is_yes("INDEPENDENT"),
        gap: attributes.is_yes("GAP"),
    })
}

pub(super) fn part_target(value: &str) -> Result<Duration, Fault> {
    let attributes = Attributes::read(PART_INF, value);
    let target = attributes.required("PART-TARGET")?;
    seconds(target).ok_or_else(|| Fault::value(PART_INF, "a PART-TARGET in seconds", target))
}

pub(super) fn hint(line: usize, value: &str) -> Result<Hint, Fault> {
    let attributes = Attributes::read(HINT, value);
    Ok(Hint {
        line,
        kind: attributes.required("TYPE")?.to_owned(),
        uri: attributes.required("URI")?.to_owned(),
        start: attributes.parsed("BYTERANGE-START").unwrap_or(0),
        length: attributes.parsed("BYTERANGE-LENGTH"),
    })
}

pub(super) fn report(line: usize, value: &str) -> Result<Report, Fault> {
    let attributes = Attributes::read(REPORT, value);
    Ok(Report {
        line,
        uri: attributes.required("URI")?.to_owned(),
        last_sequence: attributes.parsed("LAST-MSN"),
        last_part: attributes.parsed("LAST-PART"),
    })
}

pub(super) fn control(value: &str) -> Control {
    let attributes = Attributes::read(CONTROL, value);
    let length = |name| attributes.get(name).and_then(seconds);
    Control {
        can_block_reload: attributes.is_yes("CAN-BLOCK-RELOAD"),
        can_skip_dates: attributes.is_yes("CAN-SKIP-DATERANGES"),
        can_skip_until: length("CAN-SKIP-UNTIL"),
        hold_back: length("HOLD-BACK"),
        part_hold_back: length("PART-HOLD-BACK"),
    }
}

/// A length in seconds.
pub(super) fn seconds(value: &str) -> Option<Duration> {
    let seconds = value.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
