//! Room for calls: how many of an operation are under way at once, and how many begin in a second.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Mutex;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::bucket::Bucket;
use crate::ingest::spend::Operation;

/// The room of each operation: one that is slow does not hold up the others.
#[derive(Debug)]
pub struct Budget {
    began: Instant,
    gates: BTreeMap<Operation, Gate>,
}

#[derive(Debug)]
struct Gate {
    at_once: Semaphore,
    rate: Mutex<Bucket>,
}

impl Budget {
    pub fn new(per_second: NonZeroU32, at_once: NonZeroU32) -> Self {
        let gate = || Gate {
            at_once: Semaphore::new(at_once.get() as usize),
            rate: Mutex::new(Bucket::new(per_second.get() as usize)),
        };
        Self {
            began: Instant::now(),
            gates: Operation::ALL.map(|operation| (operation, gate())).into(),
        }
    }

    /// Waits for its turn; the call is under way until what this returns is dropped. Who came first goes first.
    pub async fn enter(&self, operation: Operation) -> anyhow::Result<SemaphorePermit<'_>> {
        let gate = self.gates.get(&operation);
        let gate = gate.ok_or_else(|| anyhow::anyhow!("{operation} has no budget"))?;
        let permit = gate.at_once.acquire().await?;
        loop {
            let now = self.began.elapsed();
            let taken = gate
                .rate
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .take(now);
            match taken {
                Ok(()) => return Ok(permit),
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn budget(per_second: u32, at_once: u32) -> Budget {
        let some = |n| NonZeroU32::new(n).expect("more than none");
        Budget::new(some(per_second), some(at_once))
    }

    #[tokio::test]
    async fn calls_past_the_rate_begin_a_second_later_and_hold_up_no_other_operation() {
        let budget = budget(3, 100);
        for _ in 0..3 {
            drop(budget.enter(Operation::DetectLabels).await.expect("room"));
        }
        let other = budget.enter(Operation::RecognizeCelebrities);
        assert!(other.now_or_never().is_some(), "another operation waited");
        let fourth = budget.enter(Operation::DetectLabels);
        drop(fourth.await.expect("room"));
        assert!(budget.began.elapsed().as_secs() >= 1);
    }

    #[tokio::test]
    async fn no_more_are_under_way_than_allowed() {
        let budget = budget(100, 2);
        let enter = || budget.enter(Operation::DetectLabels).now_or_never();
        let first = enter().expect("room").expect("room");
        let _second = enter().expect("room").expect("room");
        assert!(enter().is_none(), "a third was under way");
        drop(first);
        assert!(enter().is_some(), "room was lost");
    }
}
