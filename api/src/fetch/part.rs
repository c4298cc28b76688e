//! A part of a resource, as it is asked for and answered (RFC 9110, ranges).

/// So many bytes from an offset on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The first byte.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

impl Part {
    fn last(self) -> u64 {
        self.offset.saturating_add(self.length).saturating_sub(1)
    }

    pub(super) fn header(self) -> String {
        format!("bytes={}-{}", self.offset, self.last())
    }

    /// Whether a Content-Range (`bytes 0-99/1234`) says that this very part is answered.
    pub(super) fn is_answered_by(self, range: &str) -> Result<(), String> {
        let read = || {
            let span = range.trim().strip_prefix("bytes")?.trim_start();
            let (first, last) = span.split_once('/')?.0.split_once('-')?;
            Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
        };
        match read() {
            Some(span) if span == (self.offset, self.last()) => Ok(()),
            Some((first, last)) => Err(format!("it answers with bytes {first} to {last}")),
            None => Err(format!("its Content-Range is `{range}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_that_was_asked_for_is_taken() {
        let part = Part {
            offset: 100,
            length: 50,
        };
        assert_eq!(part.header(), "bytes=100-149");
        assert_eq!(part.is_answered_by("bytes 100-149/1000"), Ok(()));
        assert_eq!(part.is_answered_by("bytes 100-149/*"), Ok(()));
        for other in [
            "bytes 0-49/1000",
            "bytes 100-120/121",
            "",
            "bytes */9",
            "items 100-149/1000",
        ] {
            assert!(part.is_answered_by(other).is_err(), "{other}");
        }
    }
}
