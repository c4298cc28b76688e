//! A playlist, line by line: what is wrong in it is told with its line.
//!
//! What would put a segment at the wrong position is refused. What is merely odd is read
//! over and told as a warning, for live playlists in the wild are full of it.

use std::borrow::Cow;
use std::fmt;

use super::master::{Master, MasterReader};
use super::media::{Media, MediaReader};
use super::variables::{DEFINE, Given, Variables};

/// A playlist of either sort.
#[derive(Debug, Clone, PartialEq)]
pub enum Playlist {
    Master(Master),
    Media(Media),
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it must begin with #EXTM3U")]
    NoHeader,
    #[error("it is not UTF-8")]
    NotText,
    #[error("{tag} needs {needs}, not \"{value}\"")]
    Value {
        tag: &'static str,
        needs: &'static str,
        value: String,
    },
    #[error("{tag} lacks {attribute}")]
    Missing {
        tag: &'static str,
        attribute: &'static str,
    },
    #[error("the segment has no EXTINF, so its length is not known")]
    NoLength,
    #[error("{tag} belongs to the other sort of playlist")]
    Mixed { tag: String },
    #[error("the range goes past the end of all numbers")]
    Range,
    #[error("{what}")]
    Odd { what: &'static str },
}

impl Fault {
    pub(super) fn value(tag: &'static str, needs: &'static str, value: &str) -> Self {
        // Enough to find the place; a line may be as long as the playlist.
        let value = value.chars().take(80).collect();
        Self::Value { tag, needs, value }
    }
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PlaylistError {
    /// Counted from 1.
    pub line: usize,
    pub fault: Fault,
}

/// A line that was read over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub line: usize,
    pub fault: Fault,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

/// A tag as it stands, for those who know what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub line: usize,
    /// With its `#`, such as `#EXT-X-CUE-OUT`.
    pub name: String,
    /// What follows the colon.
    pub value: String,
}

/// One line, as the readers of both sorts take it.
pub(super) enum Line<'a> {
    Tag { name: &'a str, value: &'a str },
    Address(&'a str),
}

/// Reads a playlist of either sort that takes nothing from outside. The cost is linear in its length.
pub fn read(bytes: &[u8]) -> Result<Playlist, PlaylistError> {
    read_given(bytes, &Given::default())
}

/// Reads a playlist of either sort.
pub fn read_given(bytes: &[u8], given: &Given<'_>) -> Result<Playlist, PlaylistError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let fault = Fault::NotText;
        PlaylistError { line, fault }
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !is_silent(line));
    match lines.next() {
        Some((_, line)) if is_header(line) => {}
        other => {
            let line = other.map_or(1, |(line, _)| line);
            let fault = Fault::NoHeader;
            return Err(PlaylistError { line, fault });
        }
    }
    let error = |(line, fault)| PlaylistError { line, fault };
    let mut reader = Reader::Undecided(Vec::new());
    let mut variables = Variables::default();
    for (number, line) in lines {
        let here = |fault| error((number, fault));
        match split(line) {
            Line::Tag {
                name: DEFINE,
                value,
            } => variables.define(value, given).map_err(here)?,
            _ => {
                let line = variables.replace(line).map_err(here)?;
                reader.line(number, line).map_err(error)?;
            }
        }
    }
    let mut playlist = reader.finish().map_err(error)?;
    if let Playlist::Master(master) = &mut playlist {
        master.variables = variables.into_known();
    }
    Ok(playlist)
}

/// Empty lines and comments: whatever begins with `#` but not with `#EXT`.
fn is_silent(line: &str) -> bool {
    line.is_empty() || (line.starts_with('#') && !line.starts_with("#EXT"))
}

fn is_header(line: &str) -> bool {
    // Old playlists carry attributes behind it.
    line.strip_prefix("#EXTM3U")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

type Faulty = (usize, Fault);

/// Which sort it is shows at the first tag that only one of them has.
enum Reader<'a> {
    Undecided(Vec<(usize, Cow<'a, str>)>),
    Master(Box<MasterReader>),
    Media(Box<MediaReader>),
}

impl<'a> Reader<'a> {
    fn line(&mut self, number: usize, line: Cow<'a, str>) -> Result<(), Faulty> {
        if let Self::Undecided(waiting) = self {
            let Some(master) = decides(&line) else {
                waiting.push((number, line));
                return Ok(());
            };
            let waiting = std::mem::take(waiting);
            *self = match master {
                true => Self::Master(Box::default()),
                false => Self::Media(Box::default()),
            };
            for (number, line) in waiting {
                self.line(number, line)?;
            }
        }
        let parsed = split(&line);
        match self {
            Self::Master(reader) => reader.line(number, parsed),
            Self::Media(reader) => reader.line(number, parsed),
            Self::Undecided(_) => Ok(()),
        }
        .map_err(|fault| (number, fault))
    }

    fn finish(self) -> Result<Playlist, Faulty> {
        match self {
            Self::Master(reader) => Ok(Playlist::Master(reader.finish())),
            Self::Media(reader) => Ok(Playlist::Media(reader.finish())),
            // A header and little else: a live playlist before its first segment.
            Self::Undecided(waiting) => {
                let mut reader = MediaReader::default();
                for (number, line) in waiting {
                    let read = reader.line(number, split(&line));
                    read.map_err(|fault| (number, fault))?;
                }
                Ok(Playlist::Media(reader.finish()))
            }
        }
    }
}
/// Whether this line makes it a master playlist, or the other sort; most say neither.
fn decides(line: &str) -> Option<bool> {
    let Line::Tag { name, .. } = split(line) else {
        return Some(false);
    };
    match name {
        "#EXT-X-STREAM-INF"
        | "#EXT-X-I-FRAME-STREAM-INF"
        | "#EXT-X-MEDIA"
        | "#EXT-X-SESSION-DATA"
        | "#EXT-X-SESSION-KEY"
        | "#EXT-X-CONTENT-STEERING" => Some(true),
        "#EXTINF" | "#EXT-X-TARGETDURATION" | "#EXT-X-MEDIA-SEQUENCE" | "#EXT-X-PART" => {
            Some(false)
        }
        _ => None,
    }
}

fn split(line: &str) -> Line<'_> {
    if !line.starts_with('#') {
        return Line::Address(line);
    }
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    Line::Tag {
        name: name.trim_end(),
        value: value.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_does_not_begin_as_a_playlist_is_refused_at_its_first_line() {
        assert_eq!(refused(""), "line 1: it must begin with #EXTM3U");
        assert_eq!(refused("\n\n<html>"), "line 3: it must begin with #EXTM3U");
        assert_eq!(refused("#EXTM3U8\n"), "line 1: it must begin with #EXTM3U");
        let header_late = "#EXTINF:1,\na.ts\n#EXTM3U\n";
        assert_eq!(refused(header_late), "line 1: it must begin with #EXTM3U");
    }

    #[test]
    fn a_mark_of_order_comments_and_carriage_returns_are_no_hindrance() {
        let text = "\u{FEFF}# made by hand\r\n\r\n#EXTM3U\r\n#EXTINF:2.5,\r\na.ts\r\n";
        let Playlist::Media(media) = read(text.as_bytes()).unwrap() else {
            panic!("it is a media playlist");
        };
        assert_eq!(media.segments[0].uri, "a.ts");
        assert_eq!(media.segments[0].line, 5);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_at_their_line() {
        let error = read(b"#EXTM3U\n#EXTINF:1,\n\xFF\xFE.ts\n").unwrap_err();
        assert_eq!(error.to_string(), "line 3: it is not UTF-8");
    }

    #[test]
    fn the_two_sorts_do_not_mix() {
        let in_media = "#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb.m3u8\n";
        assert!(refused(in_media).starts_with("line 4: #EXT-X-STREAM-INF belongs"));
        let in_master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb.m3u8\n#EXTINF:1,\na.ts\n";
        assert!(refused(in_master).starts_with("line 4: #EXTINF belongs"));
    }

    #[test]
    fn a_header_alone_is_a_playlist_with_nothing_in_it_yet() {
        let Playlist::Media(media) = read(b"#EXTM3U\n#EXT-X-VERSION:3").unwrap() else {
            panic!("it is a media playlist");
        };
        assert!(media.segments.is_empty() && media.tags.len() == 1);
    }
}
