//! Retraining by itself: every so many overlays drawn.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use super::{Learning, store};
use crate::error::{Error, Result};

/// Retrains each time that `every` more overlays have been drawn, until it is dropped. On several nodes the first to
/// come trains, and the others see that it was done.
pub async fn retrain(learning: Arc<Learning>, every: NonZeroU64) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut last = 0;
    loop {
        tick.tick().await;
        if learning.drawn() < last + every.get() {
            continue;
        }
        match due(&learning, every).await {
            Ok(at) => last = at,
            Err(Error::Refused(refusal)) => {
                tracing::info!(
                    kind = "learning.not_yet",
                    detail = refusal.detail,
                    "nothing was trained"
                );
                last = learning.drawn();
            }
            Err(Error::Failed(error)) => {
                tracing::error!(
                    kind = "learning.failed",
                    error = format!("{error:#}"),
                    "a training failed"
                );
                last = learning.drawn();
            }
        }
    }
}

/// Trains, unless another has just done so; says from where to count on.
async fn due(learning: &Learning, every: NonZeroU64) -> Result<u64> {
    let (last, drawn) = (
        store::drawn_at_last_run(&learning.stores.db).await?,
        learning.drawn(),
    );
    if drawn < last + every.get() {
        return Ok(last);
    }
    learning.train().await?;
    Ok(drawn)
}
