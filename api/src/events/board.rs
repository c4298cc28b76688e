//! Boards: how viewers stand on a media, under names that tell nothing of them.

use crate::words::MediaId;

/// How one viewer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Who: never told to others.
    pub viewer_id: String,
    /// How many questions with a right answer it answered.
    pub answered: u64,
    /// How many of them right.
    pub points: u64,
    /// How long the right ones took together.
    pub right_ms: u64,
}

/// A media's board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Board {
    /// How many have answered.
    pub players: u64,
    /// The best, the best first.
    pub best: Vec<Score>,
    /// Who asks, and how many stand before it.
    pub own: Option<(Score, u64)>,
}

/// A viewer's name on a media's board: the same there each time, another on every other media, and nobody without
/// the key can tell whose it is.
pub(super) fn handle(key: &[u8; 32], media_id: &MediaId, viewer_id: &str) -> String {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(media_id.as_str().as_bytes());
    hasher.update(&[0xff]);
    hasher.update(viewer_id.as_bytes());
    format!("fan-{}", &hasher.finalize().to_hex()[..10])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_on_one_media_and_another_on_the_next() {
        let media = |id| MediaId::parse(id).expect("an id");
        let name = handle(&[1; 32], &media("cup"), "alice");
        assert_eq!(name, handle(&[1; 32], &media("cup"), "alice"));
        for other in [
            handle(&[1; 32], &media("final"), "alice"),
            handle(&[1; 32], &media("cup"), "bob"),
            handle(&[2; 32], &media("cup"), "alice"),
        ] {
            assert_ne!(name, other);
        }
        assert!(!name.contains("alice") && name.len() == 14, "{name}");
    }
}
