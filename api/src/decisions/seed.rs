//! The seed of a decision's draws.

use std::hash::{BuildHasher, Hasher};

use super::Ask;
use crate::words::{MediaId, ViewerId};

/// The same viewer and cue get the same answer again. Without a cue a question belongs to its stretch of 10 s.
pub(super) fn of(salt: u64, media_id: &MediaId, viewer_id: &ViewerId, ask: &Ask<'_>) -> u64 {
    let mut hasher = foldhash::quality::FixedState::with_seed(salt).build_hasher();
    for part in [
        media_id.as_str(),
        viewer_id.as_str(),
        ask.cue_id.as_deref().unwrap_or_default(),
    ] {
        hasher.write(part.as_bytes());
        hasher.write_u8(0xff);
    }
    if ask.cue_id.is_none() {
        hasher.write_i64(ask.position_ms / 10_000);
    }
    hasher.finish()
}
