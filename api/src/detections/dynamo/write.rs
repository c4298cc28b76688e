//! Writing many items: in batches of 25, and again what the table did not take, until it has all of them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::Context;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::item::{Item, MEDIA, SORT};
use crate::config::now;

/// How many items a call may carry.
const BATCH: usize = 25;
/// How many calls are under way at once.
const AT_ONCE: usize = 4;
/// How often a batch is tried before the write fails: with the waits below about half a minute.
const TRIES: u32 = 12;
const FIRST_WAIT_MS: u64 = 25;
const LONGEST_WAIT_MS: u64 = 5_000;
/// What DynamoDB says when it is asked for more than it gives at this moment.
const THROTTLED: &[&str] = &[
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
];

/// One write of one key.
pub enum Change {
    Put(Item),
    Delete(Item),
}

impl Change {
    /// The key: a call must not carry two writes of one.
    fn key(&self) -> (String, String) {
        let (Self::Put(item) | Self::Delete(item)) = self;
        let part = |name: &str| {
            let value = item.get(name).and_then(|value| value.as_s().ok());
            value.cloned().unwrap_or_default()
        };
        (part(MEDIA), part(SORT))
    }

    fn request(self) -> anyhow::Result<WriteRequest> {
        let request = WriteRequest::builder();
        Ok(match self {
            Self::Put(item) => {
                let put = PutRequest::builder().set_item(Some(item)).build()?;
                request.put_request(put)
            }
            Self::Delete(key) => {
                let delete = DeleteRequest::builder().set_key(Some(key)).build()?;
                request.delete_request(delete)
            }
        }
        .build())
    }
}

/// Makes all changes; of two of one key the last one.
///
/// # Errors
/// When the table does not answer, or does not take all of it in about half a minute: a part may be written then,
/// and writing all of it again is harmless.
pub async fn all(client: &Client, table: &str, changes: Vec<Change>) -> anyhow::Result<()> {
    let by_key: BTreeMap<_, _> = changes.into_iter().map(|c| (c.key(), c)).collect();
    let requests: anyhow::Result<Vec<WriteRequest>> =
        by_key.into_values().map(Change::request).collect();
    let requests = requests?;
    let batches: Vec<Vec<WriteRequest>> = requests.chunks(BATCH).map(<[_]>::to_vec).collect();
    stream::iter(batches)
        .map(|batch| one(client, table, batch))
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
}

async fn one(client: &Client, table: &str, mut left: Vec<WriteRequest>) -> anyhow::Result<()> {
    for attempt in 0..TRIES {
        let asked = HashMap::from([(table.to_owned(), left.clone())]);
        let call = client.batch_write_item().set_request_items(Some(asked));
        match call.send().await {
            Ok(answer) => {
                let mut unprocessed = answer.unprocessed_items.unwrap_or_default();
                left = unprocessed.remove(table).unwrap_or_default();
            }
            // All of it is left.
            Err(error) if error.code().is_some_and(|code| THROTTLED.contains(&code)) => {}
            Err(error) => return Err(error).context("failed to write to DynamoDB"),
        }
        if left.is_empty() {
            return Ok(());
        }
        tracing::debug!(
            kind = "dynamo.unprocessed",
            left = left.len(),
            attempt,
            "DynamoDB took a part"
        );
        tokio::time::sleep(wait(attempt)).await;
    }
    anyhow::bail!(
        "DynamoDB took all but {} items: its table is too slow",
        left.len()
    )
}

/// Doubles, and differs from one writer to the next.
fn wait(attempt: u32) -> Duration {
    let longest = (FIRST_WAIT_MS << attempt.min(16)).min(LONGEST_WAIT_MS);
    let spread = now().ms().unsigned_abs() % (longest / 2 + 1);
    Duration::from_millis(longest - spread)
}
