//! Ids of events that no client makes up: the same thing has the same id, however often it is told.

use uuid::Uuid;

/// The id of what these parts say.
pub(super) fn own_id(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("beckon 2026 ids of events");
    for part in parts {
        // Their lengths go in too: parts that are cut elsewhere are others.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    // Marked as a UUID of version 8: made by our own rule.
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_have_the_same_id_and_others_have_another() {
        assert_eq!(own_id(&["a", "b"]), own_id(&["a", "b"]));
        for other in [&["ab"][..], &["a", "", "b"], &["b", "a"], &["a", "b", ""]] {
            assert_ne!(own_id(&["a", "b"]), own_id(other));
        }
        let id = Uuid::parse_str(&own_id(&["a"])).expect("a UUID");
        assert_eq!(id.get_version_num(), 8);
    }
}
