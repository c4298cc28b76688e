//! Signal: carries a cue inside the stream.

use async_trait::async_trait;
use serde::Serialize;

use crate::fetch::{FetchError, Fetcher};
use crate::media;

/// How much of a refusal is read.
const LARGEST_ANSWER: usize = 4 * 1024;

/// Why a cue is not in the stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPut {
    /// The channel is not broadcasting.
    #[error("the channel is off air")]
    OffAir,
    /// More than the channel takes; later is fine.
    #[error("the channel takes no more cues at this moment")]
    Throttled,
    /// It will not be taken later either.
    #[error("the channel's service refused it: {0}")]
    Refused(String),
    /// There was no answer.
    #[error("the channel's service cannot be reached: {0}")]
    Unreachable(String),
}

/// Puts metadata into a channel's stream at its live edge.
#[async_trait]
pub trait Signal: Send + Sync + std::fmt::Debug {
    /// Puts a kilobyte at the most.
    async fn put(&self, through: &media::Signal, metadata: &str) -> Result<(), NotPut>;
}

/// Every way into a stream that this node has.
#[derive(Debug)]
pub struct Signals {
    origin: Origin,
    ivs: Option<Box<dyn Signal>>,
}

impl Signals {
    /// Live origins, and IVS where this build reaches it.
    #[must_use]
    pub fn new(origin: Origin, ivs: Option<Box<dyn Signal>>) -> Self {
        Self { origin, ivs }
    }
}

#[async_trait]
impl Signal for Signals {
    async fn put(&self, through: &media::Signal, metadata: &str) -> Result<(), NotPut> {
        match (through, &self.ivs) {
            (media::Signal::Origin { .. }, _) => self.origin.put(through, metadata).await,
            (media::Signal::Ivs { .. }, Some(ivs)) => ivs.put(through, metadata).await,
            (media::Signal::Ivs { .. }, None) => {
                let why = "this node was built without AWS, and has no way to IVS";
                Err(NotPut::Refused(why.to_owned()))
            }
        }
    }
}

/// A live origin that takes the PutMetadata call as IVS has it on the wire.
#[derive(Debug)]
pub struct Origin {
    fetch: Fetcher,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PutMetadata<'a> {
    channel_arn: &'a str,
    metadata: &'a str,
}

impl Origin {
    /// Calls origins within this reach.
    pub fn new(fetch: Fetcher) -> Self {
        Self { fetch }
    }
}

#[async_trait]
impl Signal for Origin {
    async fn put(&self, through: &media::Signal, metadata: &str) -> Result<(), NotPut> {
        let media::Signal::Origin { url, channel_arn } = through else {
            return Err(NotPut::Refused(
                "this is no channel of an origin".to_owned(),
            ));
        };
        let call = PutMetadata {
            channel_arn,
            metadata,
        };
        let body = serde_json::to_vec(&call).map_err(|error| NotPut::Refused(error.to_string()))?;
        let url = format!("{}/PutMetadata", url.trim_end_matches('/'));
        let url = self.fetch.address(&url).map_err(not_fetched)?;
        let answer = self.fetch.post_json(&url, body, None, LARGEST_ANSWER).await;
        let answer = answer.map_err(not_fetched)?;
        let kind = answer.error_type.unwrap_or_default();
        let said = || String::from_utf8_lossy(&answer.bytes).into_owned();
        match answer.status {
            200..=299 => Ok(()),
            // AWS may put more behind the name.
            404 if kind.starts_with("ChannelNotBroadcasting") => Err(NotPut::OffAir),
            429 => Err(NotPut::Throttled),
            500..=599 => Err(NotPut::Unreachable(format!(
                "it answered {}",
                answer.status
            ))),
            status => Err(NotPut::Refused(format!(
                "it answered {status} {kind} {}",
                said()
            ))),
        }
    }
}

fn not_fetched(error: FetchError) -> NotPut {
    match error {
        FetchError::Forbidden(why) => NotPut::Refused(why),
        other => NotPut::Unreachable(other.to_string()),
    }
}
