//! What the key of a recorded thumbnail says: whose recording it is of, when that began, and its number.

use crate::words::Time;

/// A thumbnail, by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumb {
    /// The recording's prefix: what stands before `/media/`.
    pub prefix: String,
    /// Its number in the recording, from 0.
    pub number: i64,
    /// The minute in which the recording began.
    pub began: Time,
}

impl Thumb {
    /// Reads `ivs/v1/<account>/<channel>/<Y>/<M>/<D>/<h>/<m>/<recording>/media/thumbnails/thumb<N>.jpg`; no number in
    /// it is padded with zeros, and a recording of several sizes has a folder of each below `thumbnails`.
    #[must_use]
    pub fn read(key: &str) -> Option<Self> {
        let (prefix, media) = key.split_once("/media/thumbnails/")?;
        let name = media.rsplit('/').next()?;
        let number = name.strip_prefix("thumb")?.strip_suffix(".jpg")?;
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = prefix.split('/').collect();
        let ["ivs", "v1", _, _, year, month, day, hour, minute, _] = parts.as_slice() else {
            return None;
        };
        let began = format!("{year:0>4}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:00Z");
        Some(Self {
            prefix: prefix.to_owned(),
            number: number.parse().ok().filter(|_| digits)?,
            began: Time::parse(&began).ok()?,
        })
    }

    /// A number that tells recordings apart in the ledger, and orders them by when they began.
    #[must_use]
    pub fn run(&self) -> i64 {
        let digest = blake3::hash(self.prefix.as_bytes());
        let [a, b, ..] = *digest.as_bytes();
        // Minutes since 1970 fit into 32 bits for eight thousand years.
        let minutes = self.began.ms() / 60_000;
        (minutes << 16) | i64::from(u16::from_be_bytes([a, b]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "ivs/v1/123456789012/AsXego4U6tnj/2026/6/3/9/5/r1";

    fn read(rest: &str) -> Option<Thumb> {
        Thumb::read(&format!("{PREFIX}{rest}"))
    }

    #[test]
    fn a_thumbnails_key_says_when_and_which() {
        let thumb = read("/media/thumbnails/thumb12.jpg").expect("a thumbnail");
        assert_eq!((thumb.prefix.as_str(), thumb.number), (PREFIX, 12));
        assert_eq!(thumb.began.to_string(), "2026-06-03T09:05:00.000Z");
        let sized = read("/media/thumbnails/720p30/thumb12.jpg").expect("a thumbnail");
        assert_eq!((sized.number, sized.run()), (12, thumb.run()));
    }

    #[test]
    fn what_is_no_thumbnail_is_left() {
        for rest in [
            "/media/hls/720p30/1.ts",
            "/media/thumbnails/thumb.jpg",
            "/media/thumbnails/thumb-1.jpg",
            "/media/thumbnails/thumb1.png",
            "/media/latest_thumbnail/thumb.jpg",
            "/events/recording-started.json",
        ] {
            assert_eq!(read(rest), None, "{rest}");
        }
        assert_eq!(Thumb::read("a/media/thumbnails/thumb1.jpg"), None);
        let month = PREFIX.replace("/6/", "/13/");
        assert_eq!(
            Thumb::read(&format!("{month}/media/thumbnails/thumb1.jpg")),
            None
        );
    }

    #[test]
    fn recordings_are_ordered_by_when_they_began_and_told_apart() {
        let run = |prefix: &str| {
            let key = format!("{prefix}/media/thumbnails/thumb0.jpg");
            Thumb::read(&key).expect("a thumbnail").run()
        };
        assert!(run(&PREFIX.replace("/5/r1", "/6/r0")) > run(PREFIX));
        assert_ne!(run(&PREFIX.replace("r1", "r2")), run(PREFIX));
    }
}
