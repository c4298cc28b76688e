//! Who recognises whole videos that lie in a bucket: a job is started, and its answer fetched page by page.

use async_trait::async_trait;

use super::model::{Job, Want};
use crate::detections::Detection;

/// A service that looks at whole videos.
#[async_trait]
pub trait VideoRecogniser: Send + Sync + std::fmt::Debug {
    /// Starts a job and hands back its id. The same `token` is the same job, however often it is started.
    ///
    /// # Errors
    /// When it cannot be started; what cannot be started later either is a [`Refused`].
    async fn start(
        &self,
        bucket: &str,
        key: &str,
        want: Want,
        token: &str,
    ) -> anyhow::Result<String>;
    /// A page of what a job has found, the first without `next`. Positions count from the video's start; pages may
    /// break inside one of them.
    ///
    /// # Errors
    /// When the service does not answer.
    async fn page(&self, job: &Job, next: Option<&str>) -> anyhow::Result<JobPage>;
}

/// What a job says.
#[derive(Debug, Clone, PartialEq)]
pub enum JobPage {
    /// It is still at it.
    Running,
    /// It gave up, and why.
    Failed(String),
    /// It is done, and this is a part of its answer.
    Page {
        /// What was seen.
        detections: Vec<Detection>,
        /// How to ask for the next part; the last has none.
        next: Option<String>,
    },
}

/// What asking again would not change.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);
