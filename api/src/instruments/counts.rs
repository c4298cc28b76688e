//! What became of a live instrument as a candidate: counted beside it, without a lock, so that every decision can.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::words::InstrumentId;

/// How many things are told apart. What each number stands for is the affair of who counts.
pub const SLOTS: usize = 48;

/// The counts of one instrument since they were taken last.
#[derive(Debug)]
pub struct Counts([AtomicU32; SLOTS]);

impl Default for Counts {
    fn default() -> Self {
        Self([const { AtomicU32::new(0) }; SLOTS])
    }
}

impl Counts {
    /// Counts one more.
    pub fn note(&self, slot: usize) {
        self.add(slot, 1);
    }

    /// Counts so many more.
    pub fn add(&self, slot: usize, more: u32) {
        if let Some(count) = self.0.get(slot) {
            count.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// Takes what was counted, by slot; nothing stays.
    pub fn take(&self) -> impl Iterator<Item = (usize, u32)> {
        let taken = self.0.iter().map(|count| {
            // Most stand at nothing, and a look is cheaper than a swap.
            match count.load(Ordering::Relaxed) {
                0 => 0,
                _ => count.swap(0, Ordering::Relaxed),
            }
        });
        taken.enumerate().filter(|(_, count)| *count > 0)
    }
}

/// The counts of every instrument that is, or lately was, live: they outlast the index that decisions see.
#[derive(Debug, Default)]
pub(super) struct AllCounts(Mutex<HashMap<u128, (InstrumentId, Arc<Counts>)>>);

impl AllCounts {
    /// An instrument's counts, by its id as a number.
    pub(super) fn of(&self, key: u128, instrument_id: &InstrumentId) -> Arc<Counts> {
        let mut all = self.lock();
        let new = || (instrument_id.clone(), Arc::default());
        all.entry(key).or_insert_with(new).1.clone()
    }

    /// All counts; those that no index holds any more are forgotten with this.
    pub(super) fn all(&self) -> Vec<(InstrumentId, Arc<Counts>)> {
        let mut all = self.lock();
        let found = all.values().cloned().collect();
        // Two hold what no index does: this table, and what is given out just now.
        all.retain(|_, (_, counts)| Arc::strong_count(counts) > 2);
        found
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u128, (InstrumentId, Arc<Counts>)>> {
        // The table has no half-made state: a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_once_and_nothing_is_lost_in_between() {
        let counts = Counts::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1_000).for_each(|i| counts.note(i % 2)));
            }
        });
        counts.add(SLOTS, 1);
        let taken: Vec<_> = counts.take().collect();
        assert_eq!(taken, [(0, 2_000), (1, 2_000)]);
        assert_eq!(counts.take().count(), 0);
    }

    #[test]
    fn counts_outlast_their_index_until_they_are_taken() {
        let all = AllCounts::default();
        let id = InstrumentId::parse("a").expect("an id");
        all.of(1, &id).note(3);
        let found = all.all();
        assert_eq!(found[0].1.take().collect::<Vec<_>>(), [(3, 1)]);
        drop(found);
        assert!(all.all().is_empty(), "no index holds it any more");
        let held = all.of(1, &id);
        held.note(0);
        assert_eq!((all.all().len(), all.all().len()), (1, 1));
    }
}
