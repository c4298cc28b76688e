//! Budgets: what a campaign may spend is cut into slices that nodes sell impressions from.
//!
//! A slice is granted by one conditional update of its campaign's row, so that what is given away never exceeds a limit.
//! Decisions reserve from it in memory (`till`), the receipt carries the reserve, and the impression settles it in the
//! transaction that stores the event. A slice is sold from for a minute and ends when no receipt out of it is good for
//! billing any more: then what was not settled returns. What a living node did not reserve it hands back at once; a dead
//! node's slice counts as spent until its end.
//!
//! Granting and pacing are one: the keeper grants no more than the plan allows (`pace`). A node holds nothing of a
//! campaign that nobody asks for. The first decision that needs it waits some milliseconds for the keeper, and so do those
//! that come while a till is dry; a till that is paced or spent says so without waiting.

mod audience;
mod clerk;
mod delivery;
pub mod http;
mod keeper;
mod milestones;
mod pace;
mod reserve;
mod store;
mod till;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

pub(super) use keeper::Keeper;
pub(super) use reserve::{Reserved, note_asked, reserve, undo};
pub use store::{Charge, charge};
pub(super) use till::Standing;

use super::{Reason, Spend};
use crate::instruments::campaigns::Running;
use crate::words::Time;
use till::Till;

/// What stands for a slice where nothing is reserved: the campaign has neither budget nor goal.
pub const NO_SLICE: u128 = 0;

/// Every till of this node, by its campaign's key.
#[derive(Debug, Default)]
pub(super) struct Tills {
    tills: ArcSwap<HashMap<u128, Arc<Till>>>,
}

impl Tills {
    fn till(&self, key: u128) -> Arc<Till> {
        if let Some(till) = self.tills.load().get(&key) {
            return till.clone();
        }
        let opened = Arc::new(Till::default());
        let before = self.tills.rcu(|tills| {
            let mut tills = HashMap::clone(tills);
            tills.entry(key).or_insert_with(|| opened.clone());
            tills
        });
        before.get(&key).cloned().unwrap_or(opened)
    }

    fn all(&self) -> Vec<(u128, Arc<Till>)> {
        let tills = self.tills.load();
        tills
            .iter()
            .map(|(key, till)| (*key, till.clone()))
            .collect()
    }

    /// Tills that hold so many impressions each, and say so when they are sold; for worlds without a keeper.
    pub(super) fn stocked<'a>(
        stock: impl Iterator<Item = (&'a Running, u64, Standing)>,
        now: Time,
    ) -> Self {
        let tills = Self::default();
        for (running, count, when_empty) in stock {
            let till = tills.till(running.key);
            let micros = running.impression_micros();
            let slice = till::Slice::new(running.key, micros, now.plus_ms(i64::MAX / 4), count);
            till.set_slice(Some(Arc::new(slice)));
            till.set_when_empty(when_empty);
        }
        tills
    }

    /// Forgets the till of a campaign that is over.
    fn forget(&self, key: u128) {
        self.tills.rcu(|tills| {
            let mut tills = HashMap::clone(tills);
            tills.remove(&key);
            tills
        });
    }

    /// How the campaign stands on this node.
    pub(super) fn standing(&self, running: &Running, now: Time) -> Standing {
        if !running.is_reserved() {
            return Standing::Open;
        }
        let tills = self.tills.load();
        let till = tills.get(&running.key);
        till.map_or(Standing::Dry, |till| till.standing(now))
    }

    /// Notes that something of the campaign could have been shown.
    pub(super) fn note_asked(&self, running: &Running) {
        if running.is_reserved() {
            self.till(running.key).note_asked();
        }
    }

    /// Reserves one impression; what the receipt carries.
    pub(super) fn reserve(&self, running: &Running, now: Time) -> Result<Spend, Reason> {
        let spend = |slice, micros| Spend {
            campaign: running.key,
            slice,
            per: running.billed,
            micros,
        };
        if !running.is_reserved() {
            return Ok(spend(NO_SLICE, running.impression_micros()));
        }
        match self.till(running.key).reserve(now) {
            // What the slice costs is what was given away for it, whatever the price is by now.
            Ok((slice, micros)) => Ok(spend(slice, micros)),
            Err(standing) => Err(reason(standing).unwrap_or(Reason::Paced)),
        }
    }

    /// Takes a reserve back that was told to nobody.
    pub(super) fn give_back(&self, spend: Spend) {
        if spend.slice != NO_SLICE {
            self.till(spend.campaign).give_back(spend.slice);
        }
    }
}

/// Why nothing of a campaign is shown that stands so.
pub(super) const fn reason(standing: Standing) -> Option<Reason> {
    match standing {
        Standing::Open => None,
        // The keeper was asked, and did not answer in time.
        Standing::Dry | Standing::Paced => Some(Reason::Paced),
        Standing::Spent => Some(Reason::BudgetSpent),
    }
}

#[cfg(test)]
mod tests;
