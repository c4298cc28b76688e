//! Slot: a value built from the database, swapped whole when its topic's revision moves.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use sqlx::Row;

use super::Db;
use crate::config::now;
use crate::words::Time;

/// Says, in the writer's own transaction, that a topic has changed.
///
/// # Errors
/// When the database does not answer.
pub async fn bump(tx: &mut sqlx::AnyConnection, topic: &str, now: Time) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into revision (topic, revision, changed_at) values ($1, 1, $2)
         on conflict (topic) do update set revision = revision.revision + 1, changed_at = excluded.changed_at",
    )
    .bind(topic.to_owned())
    .bind(now.ms())
    .execute(tx)
    .await
    .map(drop)
}

/// What holds a value built from the database.
#[async_trait]
pub trait Refresh: Send + Sync {
    /// Builds the value anew if one of these topics concerns it.
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()>;
}

/// The value itself; readers never wait.
#[derive(Debug)]
pub struct Slot<T> {
    value: ArcSwap<T>,
    /// Rebuilding is serialised, so that an older value never replaces a newer one.
    rebuilding: tokio::sync::Mutex<()>,
}

impl<T: Default> Default for Slot<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Slot<T> {
    /// A slot that holds this until the first rebuild.
    pub fn new(value: T) -> Self {
        Self {
            value: ArcSwap::from_pointee(value),
            rebuilding: tokio::sync::Mutex::default(),
        }
    }

    /// The value of this moment.
    pub fn load(&self) -> arc_swap::Guard<Arc<T>> {
        self.value.load()
    }

    /// The value of this moment, to keep.
    pub fn load_full(&self) -> Arc<T> {
        self.value.load_full()
    }

    /// Builds the value and swaps it in; a failure leaves the old one.
    ///
    /// # Errors
    /// When building fails.
    pub async fn rebuild<E>(&self, build: impl Future<Output = Result<T, E>>) -> Result<(), E> {
        let _turn = self.rebuilding.lock().await;
        self.value.store(Arc::new(build.await?));
        Ok(())
    }
}

/// Which revisions this node has seen.
#[derive(Debug, Default)]
pub struct Revisions {
    seen: HashMap<String, i64>,
    looked_at: i64,
}

/// Clocks of nodes differ, and a transaction commits after it took its time: look back this far.
const OVERLAP_MS: i64 = 30_000;

impl Revisions {
    /// The topics that have changed since the last look. One query, whatever the number of topics.
    ///
    /// # Errors
    /// When the database does not answer; nothing counts as seen then.
    pub async fn changed(&mut self, db: &Db, now: Time) -> Result<Vec<String>, sqlx::Error> {
        let rows = sqlx::query("select topic, revision from revision where changed_at >= $1")
            .bind(self.looked_at - OVERLAP_MS)
            .fetch_all(db.pool())
            .await?;
        self.looked_at = now.ms();
        let mut changed = Vec::new();
        for row in rows {
            let (topic, revision) = (row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?);
            if self.seen.insert(topic.clone(), revision) != Some(revision) {
                changed.push(topic);
            }
        }
        Ok(changed)
    }
}

/// Asks once a second what has changed, and lets the stations rebuild what they hold of it. Ends only when dropped.
pub async fn follow_revisions(db: Db, stations: Vec<Arc<dyn Refresh>>) {
    let mut revisions = Revisions::default();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tick.tick().await;
        let changed = match revisions.changed(&db, now()).await {
            Ok(changed) if changed.is_empty() => continue,
            Ok(changed) => changed,
            Err(error) => {
                tracing::warn!(kind = "revisions.failed", %error, "the database did not say what has changed");
                continue;
            }
        };
        for station in &stations {
            if let Err(error) = station.refresh(&changed).await {
                tracing::warn!(
                    kind = "refresh.failed",
                    error = format!("{error:#}"),
                    "a station kept its old value"
                );
            }
        }
    }
}
