//! What this node has decided and not yet heard of: until the impression lands, the decision itself counts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Spend;
use super::budget::Reserved;
use super::shown::Showing;
use crate::words::{MediaId, Time, ViewerId};

/// An impression comes within seconds; a decision that has not been drawn by then never will be.
const WAIT_MS: i64 = 60_000;
/// How many decisions of one viewer are remembered.
const MOST: usize = 16;
/// How many viewers a shard holds before it drops those that wait no more.
const CROWDED: usize = 4096;
const SHARDS: usize = 64;

/// A question: whose, on which media, and its seed.
pub(super) type Asked<'a> = (&'a ViewerId, &'a MediaId, u64);

#[derive(Debug, Clone)]
struct Waiting {
    showing: Showing,
    media_id: MediaId,
    seed: u64,
    decided_at: Time,
    /// What was reserved for it.
    spend: Option<Spend>,
}

/// What was chosen: what it shows, what was reserved for it, and when it was first told.
pub(super) type Chosen = (Showing, Option<Spend>, Time);

type Shard = HashMap<ViewerId, Vec<Waiting>, foldhash::quality::RandomState>;

/// Decisions that wait for their impression, by viewer.
#[derive(Debug)]
pub(super) struct Pending {
    shards: Box<[Mutex<Shard>]>,
    hasher: foldhash::quality::RandomState,
}

impl Default for Pending {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: Default::default(),
        }
    }
}

impl Pending {
    fn shard(&self, viewer_id: &ViewerId) -> MutexGuard<'_, Shard> {
        use std::hash::BuildHasher;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the low bits choose the shard"
        )]
        let at = self.hasher.hash_one(viewer_id) as usize % SHARDS;
        // A list of waiting decisions has no half-made state.
        self.shards[at]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The showings that wait, but not those of this very question: it gets the same answer again.
    pub(super) fn of(&self, asked: Asked<'_>, now: Time, mut each: impl FnMut(Showing)) {
        let (viewer_id, media_id, seed) = asked;
        let shard = self.shard(viewer_id);
        let waiting = shard.get(viewer_id).into_iter().flatten();
        for one in waiting.filter(|one| one.seed != seed && now.since(one.decided_at) < WAIT_MS) {
            each(Showing {
                here: one.media_id == *media_id,
                ..one.showing
            });
        }
    }

    /// What was reserved for this very question.
    pub(super) fn reserved(&self, asked: Asked<'_>, now: Time) -> Reserved {
        let (viewer_id, _, seed) = asked;
        let mut reserved = Reserved::default();
        let shard = self.shard(viewer_id);
        let waiting = shard.get(viewer_id).into_iter().flatten();
        for one in waiting.filter(|one| one.seed == seed && now.since(one.decided_at) < WAIT_MS) {
            if let Some(spend) = one.spend {
                reserved.push(one.showing.instrument, spend, one.decided_at);
            }
        }
        reserved
    }

    /// Remembers what was chosen.
    pub(super) fn remember(
        &self,
        asked: Asked<'_>,
        now: Time,
        chosen: impl ExactSizeIterator<Item = Chosen>,
    ) {
        if chosen.len() == 0 {
            return;
        }
        let (viewer_id, media_id, seed) = asked;
        let mut shard = self.shard(viewer_id);
        if shard.len() >= CROWDED {
            shard.retain(|_, waiting| {
                waiting
                    .iter()
                    .any(|one| now.since(one.decided_at) < WAIT_MS)
            });
        }
        let waiting = shard.entry(viewer_id.clone()).or_default();
        waiting.retain(|one| one.seed != seed && now.since(one.decided_at) < WAIT_MS);
        let room = waiting.len().saturating_sub(MOST - 1);
        waiting.drain(..room);
        waiting.extend(chosen.map(|(showing, spend, decided_at)| Waiting {
            showing,
            media_id: media_id.clone(),
            seed,
            decided_at,
            spend,
        }));
    }
}
