//! What a node does by itself: folds events, asks what other nodes have changed, looks after cues, retrains, and lets go
//! when it is told to stop.

use std::num::NonZeroU64;

use tokio::task::JoinSet;

use super::{App, prune};
use crate::config::Switch;
use crate::db::follow_revisions;
use crate::ingest::{Supervisor, hooks, stored};
use crate::learning;

/// Starts the jobs; they end when the set is dropped.
pub(super) fn start(app: &App) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(follow_revisions(app.db.clone(), app.refreshed()));
    jobs.spawn(app.ticker().run());
    jobs.spawn(prune::prune(app.clone()));
    if app.options.ingest == Switch::On {
        let most = app.options.most_watches;
        let supervisor = Supervisor::new(app.watching(), app.recognisers(), most);
        jobs.spawn(supervisor.run(told_to_stop()));
        jobs.spawn(hooks::work(app.db.clone(), app.desk()));
        jobs.spawn(stored::work(app.stored.as_ref().clone()));
        if let Some(folder) = app.options.videos.watch_folder.clone() {
            jobs.spawn(stored::folder::watch(app.stored.as_ref().clone(), folder));
        }
        #[cfg(feature = "aws")]
        jobs.spawn(keep_models(app.clone()));
    }
    let webhooks = app.webhooks.clone();
    jobs.spawn(async move { webhooks.deliver().await });
    jobs.spawn(end_streams(app.clone()));
    let decisions = app.decisions.clone();
    jobs.spawn(async move { decisions.keep_counts().await });
    let decisions = app.decisions.clone();
    jobs.spawn(async move { decisions.keep_budgets(told_to_stop()).await });
    let events = app.events.clone();
    jobs.spawn(async move { events.fold().await });
    if app.options.store.keep_detections_days.is_some() {
        let detections = app.detections.clone().into_inner();
        jobs.spawn(async move { detections.let_go().await });
    }
    if let Some(every) = NonZeroU64::new(app.options.retrain_every_rows) {
        let learning = app.learning.clone().into_inner();
        jobs.spawn(learning::jobs::retrain(learning, every));
    }
    jobs
}

/// Models of one's own bill while they run: they do as the timetables say.
#[cfg(feature = "aws")]
async fn keep_models(app: App) {
    let lead_ms = i64::from(app.options.model_lead_s) * 1_000;
    let media = app.media.clone().into_inner();
    let keeper = crate::ingest::models::Keeper::new(app.db, media, app.recognisers, lead_ms);
    keeper.run().await;
}

/// A server that is told to stop waits for what it is answering, and streams of cues and of results have no end of their own.
async fn end_streams(app: App) {
    told_to_stop().await;
    app.end_streams();
}

/// Resolves when the process is told to stop. Others hear of it too.
async fn told_to_stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
