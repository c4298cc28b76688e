//! One segment as a media playlist describes it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::parts::Part;
use super::playlist::{Fault, Tag};

/// A part of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    pub offset: u64,
    pub length: u64,
}

impl ByteRange {
    pub fn end(self) -> u64 {
        self.offset + self.length
    }
}

/// What a decoder needs before the segment (EXT-X-MAP).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// Where the playlist names it.
    pub line: usize,
    pub uri: String,
    pub range: Option<ByteRange>,
    /// How it is encrypted itself: by what was in force where it is named.
    pub keys: Arc<[Key]>,
}

/// How the segment is encrypted (EXT-X-KEY).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Where the playlist names it.
    pub line: usize,
    pub method: String,
    pub uri: Option<String>,
    pub iv: Option<String>,
    pub key_format: Option<String>,
}

/// A media segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The line of its address.
    pub line: usize,
    pub uri: String,
    /// Media sequence number; some live packagers begin below zero.
    pub sequence: i64,
    pub duration: Duration,
    pub title: String,
    /// PROGRAM-DATE-TIME, where this very segment states one.
    pub date: Option<Timestamp>,
    /// Its times do not run on from the segment before.
    pub discontinuity: bool,
    /// Discontinuities so far, from DISCONTINUITY-SEQUENCE on.
    pub discontinuity_sequence: u64,
    pub range: Option<ByteRange>,
    pub map: Option<Arc<Map>>,
    /// Several key formats may stand side by side; empty is unencrypted.
    pub keys: Arc<[Key]>,
    /// There is nothing to fetch, only its time.
    pub gap: bool,
    /// What it was listed as before it was whole.
    pub parts: Vec<Part>,
    /// Tags before it that are not read here, such as those of ad breaks.
    pub tags: Vec<Tag>,
}

/// Reads `length[@offset]`.
pub(super) fn byte_range(tag: &'static str, value: &str) -> Result<(u64, Option<u64>), Fault> {
    let bad = || Fault::value(tag, "length[@offset] in bytes", value);
    let (length, offset) = match value.split_once('@') {
        // Nothing behind the sign is as if it were not there.
        Some((length, offset)) => (length, Some(offset).filter(|text| !text.is_empty())),
        None => (value, None),
    };
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| bad());
    let (length, offset) = (number(length)?, offset.map(number).transpose()?);
    match length.checked_add(offset.unwrap_or(0)) {
        Some(_) => Ok((length, offset)),
        None => Err(Fault::Range),
    }
}
