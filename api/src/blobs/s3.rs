//! Blobs in a bucket of S3, and objects of the buckets that others fill.

use std::path::Path;

use anyhow::Context;
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use tokio::sync::OnceCell;

use super::{Blobs, Objects};
use crate::aws::{Aws, SdkConfig};

/// Buckets stand in the path, not in the host's name: names with dots have no certificate there, and an endpoint of
/// one's own has no such hosts.
fn client(config: &SdkConfig) -> Client {
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(true);
    Client::from_conf(config.build())
}

/// Blobs in a bucket.
#[derive(Debug)]
pub struct Bucket {
    client: Client,
    bucket: String,
}

impl Bucket {
    /// Blobs in this bucket, which must be there.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self {
            client: client(config),
            bucket,
        }
    }
}

#[async_trait]
impl Blobs for Bucket {
    async fn put(&self, key: &str, bytes: &[u8]) -> anyhow::Result<()> {
        // S3 answers once the object is durable, and shows it whole or not at all.
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(ByteStream::from(bytes.to_vec()))
            .send()
            .await
            .with_context(|| format!("cannot store the blob {key}"))?;
        Ok(())
    }

    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match open(&self.client, &self.bucket, key).await? {
            Some(object) => {
                let body = object.body.collect().await;
                let body = body.with_context(|| format!("cannot read the blob {key}"))?;
                Ok(Some(body.to_vec()))
            }
            None => Ok(None),
        }
    }

    async fn ping(&self) -> anyhow::Result<()> {
        let bucket = &self.bucket;
        self.client
            .head_bucket()
            .bucket(bucket)
            .send()
            .await
            .map(drop)
            .with_context(|| format!("the bucket {bucket} cannot be reached"))
    }
}

/// Objects of any bucket that the node's role may read.
#[derive(Debug)]
pub struct Buckets {
    aws: Aws,
    /// Made when first needed: a node without AWS has no need to look for it.
    client: OnceCell<Client>,
}

impl Buckets {
    /// Reads as this configuration says.
    #[must_use]
    pub fn new(aws: Aws) -> Self {
        Self {
            aws,
            client: OnceCell::new(),
        }
    }

    async fn open(&self, bucket: &str, key: &str) -> anyhow::Result<GetObjectOutput> {
        let make = async || client(self.aws.config().await);
        let client = self.client.get_or_init(make).await;
        let found = open(client, bucket, key).await?;
        found.with_context(|| format!("{bucket}/{key} is not there"))
    }
}

#[async_trait]
impl Objects for Buckets {
    async fn get(&self, bucket: &str, key: &str, largest: usize) -> anyhow::Result<Bytes> {
        let object = self.open(bucket, key).await?;
        let mut body = object.body;
        let mut bytes = BytesMut::new();
        // The length that a header claims is not what bounds the memory.
        while let Some(chunk) = body.try_next().await.context("an object broke off")? {
            anyhow::ensure!(
                bytes.len() + chunk.len() <= largest,
                "{bucket}/{key} is larger than {largest} bytes"
            );
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    async fn save(&self, bucket: &str, key: &str, to: &Path) -> anyhow::Result<()> {
        let object = self.open(bucket, key).await?;
        let draft = to.with_extension(format!("draft-{}", uuid::Uuid::now_v7().simple()));
        let written = write(object.body, &draft).await;
        let done = match written {
            Ok(()) => tokio::fs::rename(&draft, to).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        if done.is_err() {
            // What is half-way there is of no use; that it cannot be removed changes nothing.
            let _ = tokio::fs::remove_file(&draft).await;
        }
        done.with_context(|| format!("cannot save {bucket}/{key}"))
    }
}

async fn write(body: ByteStream, to: &Path) -> anyhow::Result<()> {
    let mut file = tokio::fs::File::create(to).await?;
    tokio::io::copy(&mut body.into_async_read(), &mut file).await?;
    Ok(file.sync_all().await?)
}

/// An object; `None` where there is none.
async fn open(client: &Client, bucket: &str, key: &str) -> anyhow::Result<Option<GetObjectOutput>> {
    match client.get_object().bucket(bucket).key(key).send().await {
        Ok(object) => Ok(Some(object)),
        Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {bucket}/{key}")),
    }
}
