//! What is fetched from SNS: certificates, and the confirmation of a subscription.

use anyhow::ensure;
use async_trait::async_trait;
use bytes::Bytes;

use super::sns::is_sns;
use crate::fetch::{Fetcher, Url};

/// The largest answer that is read.
const LARGEST: usize = 64 * 1024;

/// SNS, as far as it is spoken to. The addresses are of its own hosts.
#[async_trait]
pub trait Sns: Send + Sync + std::fmt::Debug {
    /// The PEM file at this address.
    async fn certificate(&self, url: &Url) -> anyhow::Result<Bytes>;
    /// Confirms a subscription by visiting its address.
    async fn confirm(&self, url: &Url) -> anyhow::Result<()>;
}

/// SNS itself.
#[derive(Debug)]
pub struct OverHttps {
    fetch: Fetcher,
}

impl OverHttps {
    /// SNS, by this fetcher.
    #[must_use]
    pub fn new(fetch: Fetcher) -> Self {
        Self { fetch }
    }

    async fn get(&self, url: &Url) -> anyhow::Result<Bytes> {
        let fetched = self.fetch.get(url, LARGEST).await?;
        // A redirect would hand the trust in the host to another one.
        let stayed = fetched.url.scheme() == "https" && fetched.url.host_str().is_some_and(is_sns);
        ensure!(stayed, "{url} leads away to {}", fetched.url);
        Ok(fetched.bytes)
    }
}

#[async_trait]
impl Sns for OverHttps {
    async fn certificate(&self, url: &Url) -> anyhow::Result<Bytes> {
        self.get(url).await
    }

    async fn confirm(&self, url: &Url) -> anyhow::Result<()> {
        self.get(url).await.map(drop)
    }
}
