//! The viewers of late in memory: shards, so that they do not wait for one another; two generations, so that they stay few.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::Viewer;
use crate::words::{Time, ViewerId};

const SHARDS: usize = 64;

type Hasher = foldhash::fast::RandomState;

#[derive(Debug)]
struct Held {
    viewer: Arc<Viewer>,
    read_at: Time,
}

/// When the young are as many as they may be they become the old, and the old are dropped; who is asked for
/// while old is young again. So the viewers of late stay, at the cost of one insertion each.
#[derive(Debug, Default)]
struct Shard {
    young: HashMap<ViewerId, Held, Hasher>,
    old: HashMap<ViewerId, Held, Hasher>,
    /// Counts the writes to viewers of this shard.
    turn: u64,
}

/// All viewers in memory.
#[derive(Debug)]
pub(super) struct Memory {
    shards: Box<[RwLock<Shard>]>,
    hasher: Hasher,
    fresh_ms: i64,
    /// How many viewers a generation of one shard holds.
    most: usize,
}

/// The writes that had happened when a read began; see [`Memory::keep`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn(u64);

impl Memory {
    /// Believes a viewer for so long, and holds about so many.
    pub(super) fn new(fresh_ms: i64, viewers: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            hasher: Hasher::default(),
            fresh_ms,
            most: (viewers / SHARDS).max(1),
        }
    }

    /// A viewer that was read not too long ago.
    pub(super) fn get(&self, viewer_id: &ViewerId, now: Time) -> Option<Arc<Viewer>> {
        let fresh = |held: &&Held| (0..=self.fresh_ms).contains(&now.since(held.read_at));
        {
            let shard = self.read(viewer_id);
            if let Some(held) = shard.young.get(viewer_id) {
                return fresh(&held).then(|| held.viewer.clone());
            }
            shard.old.get(viewer_id).filter(fresh)?;
        }
        let mut shard = self.write(viewer_id);
        let held = shard.old.remove(viewer_id)?;
        let viewer = held.viewer.clone();
        shard.insert(held, self.most);
        Some(viewer)
    }

    /// A viewer that was read at most so long ago, fresh or not: better than nothing while the store does not answer.
    pub(super) fn last(
        &self,
        viewer_id: &ViewerId,
        now: Time,
        oldest_ms: i64,
    ) -> Option<Arc<Viewer>> {
        let shard = self.read(viewer_id);
        let held = shard
            .young
            .get(viewer_id)
            .or_else(|| shard.old.get(viewer_id))?;
        let usable = (0..=oldest_ms).contains(&now.since(held.read_at));
        usable.then(|| held.viewer.clone())
    }

    /// To be noted before a viewer is read from the store.
    pub(super) fn turn(&self, viewer_id: &ViewerId) -> Turn {
        Turn(self.read(viewer_id).turn)
    }

    /// Keeps what was read, unless a write has come in between: the read may have been older.
    pub(super) fn keep(&self, viewer: Arc<Viewer>, since: Turn, now: Time) {
        let mut shard = self.write(&viewer.viewer_id);
        if Turn(shard.turn) == since {
            let read_at = now;
            shard.insert(Held { viewer, read_at }, self.most);
        }
    }

    /// Forgets a viewer that was written.
    pub(super) fn forget(&self, viewer_id: &ViewerId) {
        let mut shard = self.write(viewer_id);
        shard.turn += 1;
        shard.young.remove(viewer_id);
        shard.old.remove(viewer_id);
    }

    fn shard(&self, viewer_id: &ViewerId) -> &RwLock<Shard> {
        // The upper bits choose the shard: the maps inside use the lower ones.
        let at = self.hasher.hash_one(viewer_id.as_str()) >> 58;
        &self.shards[usize::try_from(at).unwrap_or_default() % SHARDS]
    }

    fn read(&self, viewer_id: &ViewerId) -> RwLockReadGuard<'_, Shard> {
        // No half-made state: a panic elsewhere leaves the maps whole.
        self.shard(viewer_id)
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, viewer_id: &ViewerId) -> RwLockWriteGuard<'_, Shard> {
        self.shard(viewer_id)
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn insert(&mut self, held: Held, most: usize) {
        if self.young.len() >= most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(held.viewer.viewer_id.clone(), held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewers::{Declared, Stored};
    use beckon_classifier::schema::Schema;

    fn viewer(id: &str) -> Arc<Viewer> {
        let id = ViewerId::parse(id).expect("an id");
        Arc::new(Viewer::of(
            &id,
            Stored::default(),
            &Declared::default(),
            &Schema::default(),
        ))
    }

    #[test]
    fn a_viewer_is_believed_for_a_while_and_then_read_again() {
        let (memory, alice) = (Memory::new(2_000, 640), viewer("alice"));
        let id = &alice.viewer_id;
        assert!(memory.get(id, Time::from_ms(0)).is_none());
        memory.keep(alice.clone(), memory.turn(id), Time::from_ms(0));
        let found = memory.get(id, Time::from_ms(2_000)).expect("still fresh");
        assert!(Arc::ptr_eq(&found, &alice));
        assert!(memory.get(id, Time::from_ms(2_001)).is_none());
    }

    #[test]
    fn who_is_not_fresh_any_more_is_still_known_for_a_while_but_not_after_a_write() {
        let (memory, alice) = (Memory::new(2_000, 640), viewer("alice"));
        let id = &alice.viewer_id;
        memory.keep(alice.clone(), memory.turn(id), Time::from_ms(0));
        let last = |ms| memory.last(id, Time::from_ms(ms), 10_000);
        assert!(memory.get(id, Time::from_ms(10_000)).is_none());
        assert!(last(10_000).is_some_and(|found| Arc::ptr_eq(&found, &alice)));
        assert!(last(10_001).is_none());
        memory.forget(id);
        assert!(last(0).is_none());
    }

    #[test]
    fn what_was_read_before_a_write_is_not_kept_after_it() {
        let (memory, alice) = (Memory::new(2_000, 640), viewer("alice"));
        let id = &alice.viewer_id;
        let turn = memory.turn(id);
        memory.forget(id);
        memory.keep(alice.clone(), turn, Time::from_ms(0));
        assert!(memory.get(id, Time::from_ms(0)).is_none());
    }

    #[test]
    fn memory_is_bounded_and_keeps_who_is_asked_for() {
        let (memory, alice) = (Memory::new(2_000, 640), viewer("alice"));
        let now = Time::from_ms(0);
        memory.keep(alice.clone(), memory.turn(&alice.viewer_id), now);
        for i in 0..640 * 5 {
            let other = viewer(&format!("v{i}"));
            memory.keep(other.clone(), memory.turn(&other.viewer_id), now);
            if i % 50 == 0 {
                assert!(memory.get(&alice.viewer_id, now).is_some(), "after {i}");
            }
        }
        let held: usize = memory
            .shards
            .iter()
            .map(|shard| {
                let shard = shard.read().expect("no panic");
                shard.young.len() + shard.old.len()
            })
            .sum();
        assert!(held <= 640 * 2, "{held} are held");
    }
}
