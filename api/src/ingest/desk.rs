//! Desk: does what notices ask of ingest.

use async_trait::async_trait;

use super::hooks::{Handle, Notice};
use super::thumbnails;
use crate::db::Db;
use crate::error::Result;
use crate::words::Time;

/// Where notices are worked off.
#[derive(Debug, Clone)]
pub struct Desk {
    db: Db,
}

impl Desk {
    /// A desk on this node.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Handle for Desk {
    async fn handle(&self, notice: Notice, _: Time) -> Result<()> {
        match notice {
            Notice::Recording(recording) => Ok(thumbnails::record(&self.db, &recording).await?),
            Notice::Objects(_) | Notice::VideoJob { .. } | Notice::Stream { .. } => Ok(()),
            Notice::Nothing(what) => {
                tracing::debug!(kind = "notice.nothing", what, "a notice asks nothing");
                Ok(())
            }
        }
    }
}
