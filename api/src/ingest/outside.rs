//! Outside: the services that ingest speaks to, so that a test can stand in for each.

use std::sync::Arc;

use super::hooks::{OverHttps, Sns};
use super::stored::VideoRecogniser;
use crate::blobs::{NoObjects, Objects};
use crate::fetch::Fetcher;

/// What lies outside of a node.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Who signs messages and asks for subscriptions to be confirmed.
    pub sns: Arc<dyn Sns>,
    /// Objects of buckets.
    pub objects: Arc<dyn Objects>,
    /// Who looks at whole videos in them.
    pub videos: Option<Arc<dyn VideoRecogniser>>,
}

impl Outside {
    /// The services themselves.
    #[must_use]
    pub fn reached_by(fetch: &Fetcher) -> Self {
        Self {
            sns: Arc::new(OverHttps::new(fetch.clone())),
            objects: Arc::new(NoObjects),
            videos: None,
        }
    }
}
