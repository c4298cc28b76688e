//! Prune: forgets lines of the ledger that no watcher needs to go on.

use std::time::Duration;

use super::ledger;
use crate::config::now;
use crate::db::{Db, Lease};

/// Segments are kept so long: a week of what happened, for people who ask.
const KEEP_MS: i64 = 7 * 24 * 3600 * 1000;
/// How often it is looked. One node does it, and another where that one is gone.
const EVERY: Duration = Duration::from_secs(600);
const LEASE_MS: i64 = 1_500_000;

/// Prunes until it is dropped.
pub async fn prune(db: Db) {
    let lease = Lease::new("prune:ingest", uuid::Uuid::now_v7().to_string(), LEASE_MS);
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        let now = now();
        let pruned = async {
            if !lease.hold(&db, now).await? {
                return Ok(0);
            }
            ledger::prune(&db, now.plus_ms(-KEEP_MS)).await
        };
        match pruned.await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(kind = "ledger.pruned", count, "old segments are forgotten")
            }
            Err(error) => {
                let error: anyhow::Error = error;
                let error = format!("{error:#}");
                tracing::warn!(kind = "ledger.kept", error, "old segments are kept for now");
            }
        }
    }
}
