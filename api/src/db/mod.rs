//! The registry's database: SQLite on one machine, PostgreSQL at scale, one SQL text for both.

mod lease;
mod slot;

pub use lease::Lease;
pub use slot::{Refresh, Revisions, Slot, bump, follow_revisions};

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyPool, Connection, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Every table, one file a station; the same files on both engines.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Which engine answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writer at a time.
    Sqlite,
    /// A server.
    Postgres,
}

/// A pool of connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pool: AnyPool,
    engine: Engine,
    /// SQLite takes one writer at a time; waiting here is fair, while its own busy wait is not.
    writer: Arc<Mutex<()>>,
}

/// A write in progress: commit it, or it never happened.
#[derive(Debug)]
pub struct Write {
    tx: Transaction<'static, Any>,
    _turn: Option<OwnedMutexGuard<()>>,
}

/// Something that is written along with something else: in one transaction where that lies in this database.
#[async_trait]
pub trait Along: Send + Sync {
    /// Writes it; false where it stands there already, and then what it goes along with is not written either.
    async fn write(&self, write: &mut Write) -> anyhow::Result<bool>;
}

impl Db {
    /// Opens the database of a `sqlite:` or `postgres:` URL.
    ///
    /// # Errors
    /// When the URL is of no engine that we know, or the engine does not answer.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = match url.split(':').next() {
            Some("sqlite") => Engine::Sqlite,
            Some("postgres" | "postgresql") => Engine::Postgres,
            _ => anyhow::bail!("the database URL must begin with sqlite: or postgres:"),
        };
        let options: AnyConnectOptions = url.parse().context("the database URL cannot be read")?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        // `full`: what is acknowledged survives a power cut, not only a crash of ours.
                        for pragma in [
                            "pragma journal_mode = wal",
                            "pragma synchronous = full",
                            "pragma foreign_keys = on",
                            "pragma busy_timeout = 5000",
                        ] {
                            sqlx::query(pragma).execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .context("the database does not answer")?;
        Ok(Self {
            pool,
            engine,
            writer: Arc::default(),
        })
    }

    /// Brings the tables up to date. Safe to run twice, and by two nodes at once.
    ///
    /// # Errors
    /// When a migration fails, or the database was written by a newer version.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        MIGRATIONS
            .run(&self.pool)
            .await
            .context("the database cannot be brought up to date")
    }

    /// Which engine answers.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// For reading.
    #[must_use]
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Begins a write.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write(&self) -> Result<Write, sqlx::Error> {
        match self.engine {
            Engine::Postgres => Ok(Write {
                tx: self.pool.begin().await?,
                _turn: None,
            }),
            Engine::Sqlite => {
                let turn = self.writer.clone().lock_owned().await;
                // `immediate`: a transaction that reads first and writes later could be refused half-way.
                let tx = self.pool.begin_with("begin immediate").await?;
                Ok(Write {
                    tx,
                    _turn: Some(turn),
                })
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        self.pool.acquire().await?.ping().await
    }

    /// Closes the pool after what is under way.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl Write {
    /// The transaction, for queries.
    pub fn tx(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.tx
    }

    /// Makes it durable.
    ///
    /// # Errors
    /// When it could not be made durable; then nothing was written.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.tx.commit().await
    }
}
