//! Works notices off: each until it is done, or has failed so often that it is left, with its reason.

use std::time::Duration;

use async_trait::async_trait;

use super::store::{self, Due};
use super::{Notice, notice};
use crate::config::now;
use crate::db::{Db, Lease};
use crate::error::{Error, Result};
use crate::words::Time;

/// How often the notices are looked at.
const TICK: Duration = Duration::from_millis(250);
/// One node works them off; another takes over after this long.
const LEASE_MS: i64 = 15_000;
/// How many are read at once.
const MOST: i64 = 32;
/// How often one is tried.
const TRIES: i64 = 10;
/// How long what was settled is remembered: well beyond the hour in which a replay is not refused by its time.
const KEEP_MS: i64 = 24 * 3_600_000;

/// Does what a notice asks.
#[async_trait]
pub trait Handle: Send + Sync {
    /// Does it. It may be asked again for what was done already, and in any order.
    async fn handle(&self, notice: Notice, now: Time) -> Result<()>;
}

/// Works notices off, on one node at a time. Ends only when dropped; what was not settled is done again then.
pub async fn work(db: Db, desk: impl Handle) {
    let holder = uuid::Uuid::now_v7().to_string();
    let lease = Lease::new("ingest:notices", holder, LEASE_MS);
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut pruned_at = 0;
    loop {
        tick.tick().await;
        if let Err(error) = round(&db, &lease, &desk, &mut pruned_at).await {
            let error = format!("{error:#}");
            tracing::warn!(kind = "notices.failed", error, "notices wait");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

async fn round(
    db: &Db,
    lease: &Lease,
    desk: &impl Handle,
    pruned_at: &mut i64,
) -> anyhow::Result<()> {
    let due = store::due(db, now(), MOST).await?;
    if due.is_empty() || !lease.hold(db, now()).await? {
        return Ok(());
    }
    for due in due {
        // Renewed for each, so that a slow one is not worked off by two nodes at once.
        if !lease.hold(db, now()).await? {
            return Ok(());
        }
        settle(db, desk, &due).await?;
    }
    if now().ms() - *pruned_at > KEEP_MS / 24 {
        store::prune(db, now().plus_ms(-KEEP_MS)).await?;
        *pruned_at = now().ms();
    }
    Ok(())
}

async fn settle(db: &Db, desk: &impl Handle, due: &Due) -> anyhow::Result<()> {
    let handled = match notice::read(&due.body) {
        Ok(notice) => desk.handle(notice, now()).await,
        Err(error) => Err(error),
    };
    let id = &due.notice_id;
    match handled {
        Ok(()) => store::settle(db, due, "done", None, now()).await,
        // What is refused is refused the next time too.
        Err(Error::Refused(refusal)) => {
            tracing::warn!(
                kind = "notice.refused",
                id,
                why = refusal.detail,
                "a notice is left"
            );
            store::settle(db, due, "failed", Some(refusal.detail), now()).await
        }
        Err(Error::Failed(error)) => {
            let (why, last) = (format!("{error:#}"), due.attempts + 1 >= TRIES);
            tracing::warn!(
                kind = "notice.failed",
                id,
                why,
                last,
                "a notice could not be worked off"
            );
            let state = if last { "failed" } else { "new" };
            let again = now().plus_ms(again_ms(due.attempts));
            store::settle(db, due, state, Some(why), again).await
        }
    }
}

/// 1 s, 2 s, 4 s … at most five minutes.
fn again_ms(attempts: i64) -> i64 {
    let doubled = 1000_i64 << attempts.clamp(0, 20);
    doubled.min(300_000)
}
