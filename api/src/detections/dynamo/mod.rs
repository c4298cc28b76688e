//! Detections in DynamoDB: a media's lie together, in the order of their positions. How far a media was analysed, and
//! what has changed, stands in the registry's database.

mod item;
mod write;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;

use self::item::{Item, MEDIA, SORT};
use self::write::Change;
use super::model::expiry;
use super::people::ERASED;
use super::store::sql::{changed, mark, record};
use super::{
    Analysed, Analysis, Counting, Detection, Detections, Forget, Kind, Store, Tally, Wanted,
};
use crate::aws::SdkConfig;
use crate::config::now as clock;
use crate::db::Db;
use crate::words::{MediaId, Time, Window};

/// A page of a query is at least this long: what is filtered out counts too.
const SHORTEST_PAGE: u32 = 200;

impl Detections {
    /// Detections in this table, which must be there: partition key `media_id`, sort key `sort_key` (both text),
    /// TTL on `expires_at`. They are kept for so long, or for ever.
    #[must_use]
    pub fn in_dynamo(config: &SdkConfig, table: String, db: Db, keep_ms: Option<i64>) -> Self {
        let store = DynamoStore {
            client: Client::new(config),
            table,
            db: db.clone(),
            keep_ms,
        };
        Self::new(Arc::new(store), db)
    }
}

/// Detections in a table.
#[derive(Debug)]
struct DynamoStore {
    client: Client,
    table: String,
    db: Db,
    keep_ms: Option<i64>,
}

impl DynamoStore {
    /// Hands each wanted item to `each` until it has enough. Reads what was written before, not a little earlier:
    /// a page that was forgotten because it changed is filled from here.
    async fn each(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        after: &str,
        limit: Option<u32>,
        mut each: impl FnMut(&Item) -> anyhow::Result<ControlFlow<()>>,
    ) -> anyhow::Result<()> {
        let Some((from, to)) = item::bounds(wanted, after) else {
            return Ok(());
        };
        let (rule, names, values) = item::filter(wanted, clock());
        let page = limit.map(|limit| i32::try_from(limit.max(SHORTEST_PAGE)).unwrap_or(i32::MAX));
        let mut begin = None;
        loop {
            let mut query = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("#media = :media and #sort between :from and :to")
                .filter_expression(&rule)
                .set_expression_attribute_values(Some(values.clone()))
                .expression_attribute_names("#media", MEDIA)
                .expression_attribute_names("#sort", SORT)
                .expression_attribute_values(":media", item::text(media_id.as_str()))
                .expression_attribute_values(":from", item::text(&from))
                .expression_attribute_values(":to", item::text(&to))
                .set_limit(page)
                .set_exclusive_start_key(begin);
            for (short, name) in &names {
                query = query.expression_attribute_names(*short, *name);
            }
            let answer = query.send().await.context("failed to read from DynamoDB")?;
            for item in answer.items() {
                if each(item)?.is_break() {
                    return Ok(());
                }
            }
            begin = answer.last_evaluated_key;
            if begin.is_none() {
                return Ok(());
            }
        }
    }

    /// The keys of whoever is erased. All of the table is read: that is rare, and an index would be behind.
    async fn keys_of(&self, what: &Forget) -> anyhow::Result<Vec<Item>> {
        let mut keys = Vec::new();
        let mut begin = None;
        loop {
            let scan = self
                .client
                .scan()
                .table_name(&self.table)
                .consistent_read(true)
                .projection_expression("#media, #sort")
                .expression_attribute_names("#media", MEDIA)
                .expression_attribute_names("#sort", SORT)
                .set_exclusive_start_key(begin);
            let scan = match what {
                Forget::ExternalId(id) => scan
                    .filter_expression("#id = :id")
                    .expression_attribute_names("#id", "external_id")
                    .expression_attribute_values(":id", item::text(id)),
                Forget::Celebrity(name) => scan
                    .filter_expression("#name = :name and #kind = :kind")
                    .expression_attribute_names("#name", "name")
                    .expression_attribute_names("#kind", "kind")
                    .expression_attribute_values(":name", item::text(name))
                    .expression_attribute_values(":kind", item::text(Kind::Celebrity.as_str())),
                Forget::Media(_) | Forget::Expired(_) => return Ok(keys),
            };
            let answer = scan.send().await.context("failed to read from DynamoDB")?;
            keys.extend(answer.items.unwrap_or_default());
            begin = answer.last_evaluated_key;
            if begin.is_none() {
                return Ok(keys);
            }
        }
    }

    /// The keys of a media's items, also of those that have expired.
    async fn keys_in(&self, media_id: &MediaId) -> anyhow::Result<Vec<Item>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#media = :media")
            .projection_expression("#media, #sort")
            .expression_attribute_names("#media", MEDIA)
            .expression_attribute_names("#sort", SORT)
            .expression_attribute_values(":media", item::text(media_id.as_str()));
        let mut pages = query.into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(key) = pages.next().await {
            keys.push(key.context("failed to read from DynamoDB")?);
        }
        Ok(keys)
    }
}

#[async_trait]
impl Store for DynamoStore {
    /// The items first, which may be written again, then the record: an analysis that is recorded is stored.
    async fn put(
        &self,
        media_id: &MediaId,
        detections: &[Detection],
        analysis: Option<Analysis<'_>>,
        now: Time,
    ) -> anyhow::Result<bool> {
        let expires_at = expiry(now, self.keep_ms);
        let items = detections
            .iter()
            .map(|detection| Ok(Change::Put(item::of(media_id, detection, expires_at)?)));
        let items: anyhow::Result<Vec<Change>> = items.collect();
        write::all(&self.client, &self.table, items?).await?;
        let mut write = self.db.write().await?;
        let known = match analysis {
            Some(analysis) => !record(&mut write, media_id, analysis).await?,
            None => false,
        };
        // Items may have been replaced even where the record stands there already.
        changed(&mut write, media_id, now).await?;
        write.commit().await.context("failed to store detections")?;
        Ok(!known)
    }

    async fn analysed(&self, media_id: &MediaId) -> anyhow::Result<Option<Analysed>> {
        mark(&self.db, media_id).await
    }

    async fn range(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        after: &str,
        limit: u32,
    ) -> anyhow::Result<Vec<Detection>> {
        let mut found = Vec::new();
        self.each(media_id, wanted, after, Some(limit), |item| {
            found.push(item::read(item)?);
            Ok(if found.len() < limit as usize {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })
        .await?;
        Ok(found)
    }

    async fn tally(
        &self,
        media_id: &MediaId,
        wanted: &Wanted,
        bin_ms: i64,
    ) -> anyhow::Result<Vec<Tally>> {
        let mut counting = Counting::new(wanted.window.from(), bin_ms);
        self.each(media_id, wanted, "", None, |item| {
            counting.add(item::read(item)?);
            Ok(ControlFlow::Continue(()))
        })
        .await?;
        Ok(counting.done())
    }

    async fn forget(&self, what: &Forget, now: Time) -> anyhow::Result<Vec<(MediaId, u64)>> {
        let keys = match what {
            // The table lets go of them by itself, and nobody reads them until then.
            Forget::Expired(_) => return Ok(Vec::new()),
            Forget::Media(media_id) => self.keys_in(media_id).await?,
            Forget::ExternalId(_) | Forget::Celebrity(_) => self.keys_of(what).await?,
        };
        let mut counts: BTreeMap<MediaId, u64> = BTreeMap::new();
        for key in &keys {
            let id = item::read_text(key, MEDIA)?;
            let id = MediaId::parse(id).map_err(|e| anyhow::anyhow!("{}", e.detail))?;
            *counts.entry(id).or_default() += 1;
        }
        let changes = keys.into_iter().map(Change::Delete).collect();
        write::all(&self.client, &self.table, changes).await?;
        let mut write = self.db.write().await?;
        for media_id in counts.keys() {
            changed(&mut write, media_id, now).await?;
        }
        // Who died between the two writes is called again, and finds nothing: then all pages are forgotten.
        crate::db::bump(write.tx(), ERASED, now).await?;
        write.commit().await.context("failed to erase detections")?;
        Ok(counts.into_iter().collect())
    }

    async fn ping(&self) -> anyhow::Result<()> {
        // A question that may be asked of whoever may read: no media has this id.
        let nobody = MediaId::parse(":").map_err(|e| anyhow::anyhow!("{}", e.detail))?;
        let anything = Wanted::all(Window::WHOLE);
        self.range(&nobody, &anything, "", 1).await.map(drop)
    }
}
