//! A till: the slice of one campaign's budget that this node sells impressions from. Nothing here waits, and nothing is
//! written: a reserve is one step of a number in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use arc_swap::ArcSwapOption;

use crate::words::Time;

/// A part of a budget that one node holds.
#[derive(Debug)]
pub(in crate::decisions) struct Slice {
    /// Its id, as a number.
    pub(super) id: u128,
    /// What one impression out of it costs, in millionths.
    pub(super) micros: u64,
    /// Nothing is sold out of it from this on.
    pub(super) sells_until: Time,
    left: AtomicU64,
}

impl Slice {
    pub(super) const fn new(id: u128, micros: u64, sells_until: Time, count: u64) -> Self {
        Self {
            id,
            micros,
            sells_until,
            left: AtomicU64::new(count),
        }
    }

    /// How many can still be sold.
    pub(super) fn left(&self) -> u64 {
        self.left.load(Ordering::Acquire)
    }

    /// Takes one; false where none is left.
    fn sell(&self) -> bool {
        self.take(1) == 1
    }

    /// Takes so many at the most, and says how many it were.
    pub(super) fn take(&self, most: u64) -> u64 {
        let taken = self
            .left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                left.checked_sub(most.min(left))
            });
        taken.map_or(0, |before| before.min(most))
    }

    /// Puts so many in.
    pub(super) fn put(&self, count: u64) {
        self.left.fetch_add(count, Ordering::AcqRel);
    }
}

/// What a decision finds at a till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decisions) enum Standing {
    /// Something is left to sell.
    Open,
    /// Nothing is left here, and more has not been asked for yet.
    Dry,
    /// The campaign is ahead of its plan.
    Paced,
    /// The campaign's budget or goal has nothing left to give.
    Spent,
}

const WHEN_EMPTY: [Standing; 3] = [Standing::Dry, Standing::Paced, Standing::Spent];

/// One campaign's till on this node.
#[derive(Debug, Default)]
pub(in crate::decisions) struct Till {
    slice: ArcSwapOption<Slice>,
    /// How it stands when nothing is left, by its place in [`WHEN_EMPTY`].
    when_empty: AtomicU8,
    /// How often something could have been shown since the keeper last looked.
    asked: AtomicU64,
}

impl Till {
    /// How it stands.
    pub(in crate::decisions) fn standing(&self, now: Time) -> Standing {
        let slice = self.slice.load();
        let sells = slice
            .as_ref()
            .is_some_and(|slice| now < slice.sells_until && slice.left() > 0);
        if sells {
            return Standing::Open;
        }
        WHEN_EMPTY[usize::from(self.when_empty.load(Ordering::Acquire)) % WHEN_EMPTY.len()]
    }

    /// Reserves one impression: which slice holds it, and what it costs.
    pub(super) fn reserve(&self, now: Time) -> Result<(u128, u64), Standing> {
        let slice = self.slice.load();
        match slice.as_ref() {
            Some(slice) if now < slice.sells_until && slice.sell() => Ok((slice.id, slice.micros)),
            _ => Err(match self.standing(now) {
                // Somebody was quicker.
                Standing::Open => Standing::Dry,
                standing => standing,
            }),
        }
    }

    /// Takes a reserve back that was told to nobody. One of a slice that is not sold from any more returns when that ends.
    pub(super) fn give_back(&self, slice_id: u128) {
        if let Some(slice) = self
            .slice
            .load()
            .as_ref()
            .filter(|slice| slice.id == slice_id)
        {
            slice.put(1);
        }
    }

    /// Notes that something could have been shown.
    pub(super) fn note_asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// How often something could have been shown since this was last called.
    pub(super) fn take_asked(&self) -> u64 {
        self.asked.swap(0, Ordering::Relaxed)
    }

    pub(super) fn put_asked(&self, count: u64) {
        self.asked.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn slice(&self) -> Option<Arc<Slice>> {
        self.slice.load_full()
    }

    /// Sells from this slice from now on.
    pub(super) fn set_slice(&self, slice: Option<Arc<Slice>>) {
        self.slice.store(slice);
    }

    /// How it stands when nothing is left; `Open` says that more can be asked for.
    pub(super) fn set_when_empty(&self, standing: Standing) {
        let at = WHEN_EMPTY.iter().position(|one| *one == standing);
        let at = u8::try_from(at.unwrap_or_default()).unwrap_or_default();
        self.when_empty.store(at, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_760_000_000_000);

    fn till(count: u64) -> Till {
        let till = Till::default();
        till.set_slice(Some(Arc::new(Slice::new(7, 12, NOW.plus_ms(1_000), count))));
        till
    }

    #[test]
    fn a_slice_is_sold_to_its_last_impression_and_not_beyond() {
        let till = till(2);
        assert_eq!(till.reserve(NOW), Ok((7, 12)));
        assert_eq!(till.reserve(NOW), Ok((7, 12)));
        assert_eq!(till.reserve(NOW), Err(Standing::Dry));
        till.set_when_empty(Standing::Paced);
        assert_eq!(till.reserve(NOW), Err(Standing::Paced));
        till.give_back(8);
        assert_eq!(till.reserve(NOW), Err(Standing::Paced), "of another slice");
        till.give_back(7);
        assert_eq!(till.reserve(NOW), Ok((7, 12)));
    }

    #[test]
    fn a_slice_whose_time_is_over_sells_nothing() {
        let till = till(5);
        assert_eq!(till.standing(NOW.plus_ms(999)), Standing::Open);
        assert_eq!(till.reserve(NOW.plus_ms(1_000)), Err(Standing::Dry));
    }

    #[test]
    fn however_many_ask_at_once_no_impression_is_sold_twice() {
        let till = Arc::new(till(1_000));
        let sellers = (0..8).map(|_| {
            let till = till.clone();
            std::thread::spawn(move || (0..500).filter(|_| till.reserve(NOW).is_ok()).count())
        });
        let sellers: Vec<_> = sellers.collect();
        let taken = till.slice().expect("a slice").take(100);
        let sold: usize = sellers.into_iter().map(|s| s.join().expect("sold")).sum();
        assert_eq!((taken as usize) + sold, 1_000);
    }
}
