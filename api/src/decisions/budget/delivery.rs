//! How a campaign delivers: what its account says beside its plan.

use super::pace;
use crate::instruments::campaigns::{Counted, Running, Target};
use crate::words::Time;

/// What became of a campaign so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// All events, by what is counted.
    pub(super) events: [u64; Counted::ALL.len()],
    /// Impressions that took what was reserved for them.
    pub(super) settled: u64,
    /// What was billed, and what was not.
    pub(super) billed: u64,
    pub(super) unbilled: u64,
    pub(super) billed_micros: u64,
    /// Given away, and neither drawn nor come back.
    pub(super) reserved: u64,
    pub(super) reserved_micros: u64,
}

impl Account {
    /// What its target counts, as far as it may be billed.
    pub(super) fn reached(&self, running: &Running) -> u64 {
        let counted = running
            .target
            .map_or(running.billed, |target| target.counted);
        self.of(counted, running.billed)
    }

    /// How much there was of this, as far as it may be billed.
    pub(super) fn of(&self, counted: Counted, billed: Counted) -> u64 {
        match counted {
            Counted::Impression => self.settled,
            counted if counted == billed => self.billed,
            counted => self.events[counted as usize],
        }
    }
}

/// How a campaign delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) account: Account,
    pub(super) target: Option<Target>,
    pub(super) planned: Option<u64>,
    pub(super) reached: u64,
    pub(super) forecast: Option<u64>,
    pub(super) under_delivery: bool,
}

impl Delivery {
    /// By this account, at this moment.
    pub(super) fn of(running: &Running, account: Account, now: Time) -> Self {
        let reached = account.reached(running);
        let target = running.target;
        let planned = target.map(|target| {
            let planned = pace::planned(running, target, now, 0, None).floor();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of the target is no larger than that, and not negative"
            )]
            let planned = planned as u64;
            planned
        });
        let begun = now > running.paced_from && running.ends_at.is_some();
        let forecast = target
            .filter(|_| begun)
            .map(|_| pace::forecast(running, reached, now));
        let short = |(forecast, target): (u64, Target)| {
            u128::from(forecast) * 100 < u128::from(target.amount) * 95
        };
        Self {
            account,
            target,
            planned,
            reached,
            forecast,
            under_delivery: forecast.zip(target).is_some_and(short),
        }
    }
}
