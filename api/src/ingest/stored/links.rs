//! Links: addresses of files that are good for some hours without a token, since no picture in a page can send one.

use crate::words::{MediaId, Time};

/// A link's time is a multiple of this, so that it stays the same for caches meanwhile.
const GRAIN_MS: i64 = 3_600_000;
/// How long a link is good, at the least.
const LENGTH_MS: i64 = 6 * 3_600_000;

/// What of a video is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The file itself.
    File,
    /// Its still picture.
    Poster,
    /// Its moving picture.
    Preview,
}

impl Part {
    /// The last piece of its path.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Poster => "poster",
            Self::Preview => "preview",
        }
    }
}

/// Signs links, and knows them again.
pub struct Links {
    /// The first signs; both are good, so that a rotation breaks no page.
    keys: [[u8; 32]; 2],
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Links(..)")
    }
}

impl Links {
    /// Signs with keys of its own that come of these.
    #[must_use]
    pub fn new(keys: &[[u8; 32]; 2]) -> Self {
        Self {
            keys: keys.map(|key| blake3::derive_key("beckon 2026 links of media files", &key)),
        }
    }

    /// The path of a part, with its signature.
    #[must_use]
    pub fn path(&self, media_id: &MediaId, part: Part, now: Time) -> String {
        let until = ((now.ms() + LENGTH_MS) / GRAIN_MS + 1) * GRAIN_MS / 1000;
        let signature = sign(&self.keys[0], media_id, part, until).to_hex();
        let part = part.as_str();
        format!("/v1/media/{media_id}/{part}?until={until}&signature={signature}")
    }

    /// Whether we signed this, and its time is not over.
    #[must_use]
    pub fn opens(
        &self,
        media_id: &MediaId,
        part: Part,
        until: i64,
        signature: &str,
        now: Time,
    ) -> bool {
        // Comparing hashes takes the same time whatever they are.
        let signed = |key| {
            blake3::Hash::from_hex(signature)
                .is_ok_and(|given| given == sign(key, media_id, part, until))
        };
        until.saturating_mul(1000) > now.ms() && self.keys.iter().any(signed)
    }
}

fn sign(key: &[u8; 32], media_id: &MediaId, part: Part, until: i64) -> blake3::Hash {
    let text = format!("{media_id}\n{}\n{until}", part.as_str());
    blake3::keyed_hash(key, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(links: &Links, path: &str, media: &str, part: Part, now: i64) -> bool {
        let (_, query) = path.split_once("?until=").expect("a query");
        let (until, signature) = query.split_once("&signature=").expect("a signature");
        let media = MediaId::parse(media).expect("an id");
        let until = until.parse().expect("a number");
        links.opens(&media, part, until, signature, Time::from_ms(now))
    }

    #[test]
    fn a_link_opens_what_it_names_for_its_time() {
        let links = Links::new(&[[1; 32], [2; 32]]);
        let media = MediaId::parse("swan").expect("an id");
        let path = links.path(&media, Part::Poster, Time::from_ms(1_000));
        assert!(opens(&links, &path, "swan", Part::Poster, 1_000));
        assert!(opens(&links, &path, "swan", Part::Poster, LENGTH_MS));
        assert!(!opens(
            &links,
            &path,
            "swan",
            Part::Poster,
            LENGTH_MS + GRAIN_MS
        ));
        assert!(!opens(&links, &path, "swan", Part::File, 1_000));
        assert!(!opens(&links, &path, "goose", Part::Poster, 1_000));
        let longer = path.replace("until=", "until=9");
        assert!(!opens(&links, &longer, "swan", Part::Poster, 1_000));
        let same = links.path(&media, Part::Poster, Time::from_ms(2_000));
        assert_eq!(path, same, "caches know it again");
    }

    #[test]
    fn a_link_survives_a_rotation_of_keys_and_no_more() {
        let media = MediaId::parse("swan").expect("an id");
        let path = Links::new(&[[1; 32], [0; 32]]).path(&media, Part::File, Time::from_ms(0));
        let rotated = Links::new(&[[2; 32], [1; 32]]);
        assert!(opens(&rotated, &path, "swan", Part::File, 0));
        let twice = Links::new(&[[3; 32], [2; 32]]);
        assert!(!opens(&twice, &path, "swan", Part::File, 0));
    }
}
