//! Where detections and blobs lie: on this machine, or in DynamoDB and S3 where this program is built with AWS's clients.

use std::sync::Arc;

#[cfg(feature = "aws")]
use crate::aws::Aws;
use crate::blobs::{Blobs, Folder, Objects};
use crate::config::StoreOptions;
use crate::db::Db;
use crate::detections::Detections;

/// What opens the stores that may lie in AWS.
#[derive(Debug, Clone, Default)]
pub struct Places {
    #[cfg(feature = "aws")]
    pub aws: Aws,
}

impl Places {
    /// Where detections lie.
    ///
    /// # Errors
    /// When a table is named and this program is built without AWS's clients.
    pub async fn detections(&self, options: &StoreOptions, db: Db) -> anyhow::Result<Detections> {
        let keep_ms = options.keep_detections_ms();
        match &options.detections_table {
            None => Ok(Detections::in_sql(db, keep_ms)),
            Some(table) => self.in_dynamo(table, db, keep_ms).await,
        }
    }

    /// Where blobs lie.
    ///
    /// # Errors
    /// When the folder cannot be made, or a bucket is named and this program is built without AWS's clients.
    pub async fn blobs(&self, options: &StoreOptions) -> anyhow::Result<Arc<dyn Blobs>> {
        match &options.blobs_bucket {
            None => Ok(Arc::new(Folder::open(&options.blobs_dir())?)),
            Some(bucket) => self.in_s3(bucket).await,
        }
    }
}

#[cfg(feature = "aws")]
impl Places {
    /// Objects of the buckets that others fill.
    pub(super) fn objects(&self) -> Arc<dyn Objects> {
        Arc::new(crate::blobs::s3::Buckets::new(self.aws.clone()))
    }

    async fn in_dynamo(
        &self,
        table: &str,
        db: Db,
        keep_ms: Option<i64>,
    ) -> anyhow::Result<Detections> {
        let config = self.aws.config().await;
        Ok(Detections::in_dynamo(config, table.to_owned(), db, keep_ms))
    }

    async fn in_s3(&self, bucket: &str) -> anyhow::Result<Arc<dyn Blobs>> {
        let config = self.aws.config().await;
        Ok(Arc::new(crate::blobs::s3::Bucket::new(
            config,
            bucket.to_owned(),
        )))
    }
}

#[cfg(not(feature = "aws"))]
#[expect(
    clippy::unused_async,
    reason = "with AWS's clients it waits for their configuration"
)]
impl Places {
    #[expect(
        clippy::unused_self,
        reason = "with AWS's clients it has their configuration"
    )]
    pub(super) fn objects(&self) -> Arc<dyn Objects> {
        Arc::new(crate::blobs::NoObjects)
    }

    async fn in_dynamo(&self, table: &str, _: Db, _: Option<i64>) -> anyhow::Result<Detections> {
        anyhow::bail!(
            "the table {table} cannot be used: this program is built without AWS's clients (`--features aws`)"
        )
    }

    async fn in_s3(&self, bucket: &str) -> anyhow::Result<Arc<dyn Blobs>> {
        anyhow::bail!(
            "the bucket {bucket} cannot be used: this program is built without AWS's clients (`--features aws`)"
        )
    }
}
