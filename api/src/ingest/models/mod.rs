//! Models of one's own that bill while they run: started before the media that need them, stopped after.

mod act;
mod keeper;
mod store;

use async_trait::async_trait;

pub use keeper::Keeper;

/// What a service does with such a model. Each may be asked twice.
#[async_trait]
pub trait Models: Send + Sync + std::fmt::Debug {
    /// Begins to start it; that takes minutes.
    async fn start(&self, arn: &str) -> anyhow::Result<()>;
    /// Begins to stop it.
    async fn stop(&self, arn: &str) -> anyhow::Result<()>;
    /// What it does at this moment.
    async fn status(&self, arn: &str) -> anyhow::Result<Status>;
}

/// What a model does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does not run, and costs nothing.
    Stopped,
    /// It is being started.
    Starting,
    /// It answers, and bills.
    Running,
    /// It is being stopped.
    Stopping,
    /// It cannot be started, or is gone.
    Failed,
}
