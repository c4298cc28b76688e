//! Desk: does what notices ask of ingest.

use std::sync::Arc;

use async_trait::async_trait;

use super::hooks::{Handle, Notice};
use super::stored::Stored;
use super::thumbnails::{self, Thumbnails};
use crate::error::Result;
use crate::media::Registry;
use crate::words::Time;

/// Where notices are worked off.
#[derive(Debug, Clone)]
pub struct Desk {
    /// For the state of channels.
    pub media: Arc<Registry>,
    /// For recorded pictures.
    pub thumbnails: Thumbnails,
    /// For videos.
    pub stored: Arc<Stored>,
}

#[async_trait]
impl Handle for Desk {
    async fn handle(&self, notice: Notice, now: Time) -> Result<()> {
        match notice {
            Notice::Objects(objects) => {
                for object in &objects {
                    if !self.stored.add_object(object, now).await? {
                        self.thumbnails.look(object).await?;
                    }
                }
            }
            Notice::VideoJob { job_id, succeeded } => {
                tracing::info!(kind = "video.job", job_id, succeeded, "a job is over");
                self.stored.job_is_over(&job_id, now).await?;
            }
            Notice::Stream {
                channel_arn,
                on_air,
                at,
            } => {
                self.media.set_on_air(&channel_arn, on_air, at).await?;
            }
            Notice::Recording(recording) => {
                thumbnails::record(&self.thumbnails.db, &recording).await?;
            }
            Notice::Nothing(what) => {
                tracing::debug!(kind = "notice.nothing", what, "a notice asks nothing");
            }
        }
        Ok(())
    }
}
