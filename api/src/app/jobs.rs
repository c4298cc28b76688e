//! What a node does by itself: folds events, asks once a second what other nodes have changed, and retrains.

use std::num::NonZeroU64;
use std::time::Duration;

use tokio::task::JoinSet;

use super::App;
use crate::config::now;
use crate::db::Revisions;
use crate::learning;

/// Starts the jobs; they end when the set is dropped.
pub(super) fn start(app: &App) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(follow_revisions(app.clone()));
    let events = app.events.clone();
    jobs.spawn(async move { events.fold().await });
    if let Some(every) = NonZeroU64::new(app.options.retrain_every_rows) {
        let learning = app.learning.clone().into_inner();
        jobs.spawn(learning::jobs::retrain(learning, every));
    }
    jobs
}

async fn follow_revisions(app: App) {
    let stations = app.refreshed();
    let mut revisions = Revisions::default();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tick.tick().await;
        let changed = match revisions.changed(&app.db, now()).await {
            Ok(changed) if changed.is_empty() => continue,
            Ok(changed) => changed,
            Err(error) => {
                tracing::warn!(kind = "revisions.failed", %error, "the database did not say what has changed");
                continue;
            }
        };
        for station in &stations {
            if let Err(error) = station.refresh(&changed).await {
                tracing::warn!(
                    kind = "refresh.failed",
                    error = format!("{error:#}"),
                    "a station kept its old value"
                );
            }
        }
    }
}
