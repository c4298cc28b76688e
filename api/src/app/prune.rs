//! Prune: forgets what nobody asks for any more. One node does it, and another where that one is gone.

use std::time::Duration;

use super::App;
use crate::config::now;
use crate::db::Lease;
use crate::idempotency;
use crate::ingest::ledger;
use crate::words::Time;

const DAY_MS: i64 = 24 * 3_600_000;
/// Segments are kept for a week, for people who ask what happened.
const KEEP_SEGMENTS_MS: i64 = 7 * DAY_MS;
/// Cues are good for a minute, and are looked back at for some hours.
const KEEP_CUES_MS: i64 = DAY_MS;
/// Counts of reasons are asked about for a month back.
const KEEP_COUNTS_MS: i64 = 62 * DAY_MS;
/// How often it is looked.
const EVERY: Duration = Duration::from_secs(600);
const LEASE_MS: i64 = 1_500_000;

/// Prunes until it is dropped.
pub(super) async fn prune(app: App) {
    let lease = Lease::new("prune", uuid::Uuid::now_v7().to_string(), LEASE_MS);
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = once(&app, &lease, now()).await {
            let error = format!("{error:#}");
            tracing::warn!(kind = "prune.failed", error, "what is old is kept for now");
        }
    }
}

async fn once(app: &App, lease: &Lease, now: Time) -> anyhow::Result<()> {
    if !lease.hold(&app.db, now).await? {
        return Ok(());
    }
    let segments = ledger::prune(&app.db, now.plus_ms(-KEEP_SEGMENTS_MS)).await?;
    let cues = app.cues.prune(now.plus_ms(-KEEP_CUES_MS)).await?;
    let answers = idempotency::prune(&app.db, now.plus_ms(-idempotency::KEPT_MS)).await?;
    let counts = now.plus_ms(-KEEP_COUNTS_MS);
    let counts = app.decisions.prune_counts(counts).await?;
    if segments + cues + answers + counts > 0 {
        tracing::info!(
            kind = "pruned",
            segments,
            cues,
            answers,
            counts,
            "what is old is forgotten"
        );
    }
    Ok(())
}
