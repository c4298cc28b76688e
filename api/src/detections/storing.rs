//! Storing a batch: who may not be stored is left out before, and who opted out meanwhile is erased after.

use std::time::Duration;

use super::{Analysed, Analysis, Detection, Detections, Forget, Stored, model};
use crate::config::now as clock;
use crate::db::Along;
use crate::error::Result;
use crate::media::Media;
use crate::words::{Position, Time};

/// How often what has expired is let go of.
const LETTING_GO: Duration = Duration::from_secs(600);

impl Detections {
    /// Stores a batch; celebrities only where the media has a legal basis for it, and nobody who opted out.
    ///
    /// # Errors
    /// When the store does not answer; what was stored of the batch by then is stored again with it.
    pub async fn put(&self, media: &Media, batch: Vec<Detection>, now: Time) -> Result<Stored> {
        Ok(self.put_kept(media, batch, now).await?.1)
    }

    /// The same, and what was stored.
    pub(super) async fn put_kept(
        &self,
        media: &Media,
        batch: Vec<Detection>,
        now: Time,
    ) -> Result<(Vec<Detection>, Stored)> {
        let (batch, stored) = self.allowed(media, batch).await?;
        if batch.is_empty() {
            return Ok((batch, stored));
        }
        self.store.put(&media.media_id, &batch, None, now).await?;
        let stored = self.settle(media, &batch, stored, now).await?;
        Ok((batch, stored))
    }

    /// Stores what an analysis found and how far it came, along with its own record; `None` where that
    /// record stands there already, and then nothing is stored that is not there.
    ///
    /// # Errors
    /// When the store does not answer; then the record is not stored, and the analysis can be done again.
    pub async fn put_analysed(
        &self,
        media: &Media,
        batch: Vec<Detection>,
        to: Position,
        along: &dyn Along,
        now: Time,
    ) -> Result<Option<Stored>> {
        let (batch, stored) = self.allowed(media, batch).await?;
        let mark = Analysed { to, at: now };
        let analysis = Some(Analysis { mark, along });
        let id = &media.media_id;
        if !self.store.put(id, &batch, analysis, now).await? {
            return Ok(None);
        }
        self.marks.set(id, mark);
        Ok(Some(self.settle(media, &batch, stored, now).await?))
    }

    async fn allowed(
        &self,
        media: &Media,
        batch: Vec<Detection>,
    ) -> Result<(Vec<Detection>, Stored)> {
        let opted_out = self.people.opted_out(&batch).await?;
        Ok(model::allowed(media, batch, &opted_out))
    }

    /// Who opted out between the question and the storing is on the list by now, or erased after it: nobody is
    /// stored for good who stands on it.
    async fn settle(
        &self,
        media: &Media,
        batch: &[Detection],
        mut stored: Stored,
        now: Time,
    ) -> Result<Stored> {
        self.pages
            .forget(&media.media_id, batch.iter().map(|d| d.position));
        let late = self.erase_late(batch, now).await?;
        stored.stored -= late;
        stored.left_out_people += late;
        Ok(stored)
    }

    /// Lets go of what has expired, again and again: from the store, where that does not do it by itself, and from
    /// memory. Ends only when dropped.
    pub async fn let_go(&self) {
        let mut tick = tokio::time::interval(LETTING_GO);
        loop {
            tick.tick().await;
            let now = clock();
            match self.erase(&Forget::Expired(now), now).await {
                Ok(gone) if gone.detections == 0 => {}
                Ok(gone) => {
                    let (detections, media) = (gone.detections, gone.media);
                    tracing::info!(
                        kind = "detections.expired",
                        detections,
                        media,
                        "old detections were deleted"
                    );
                }
                Err(error) => {
                    tracing::warn!(kind = "detections.expiry_failed", %error, "old detections are deleted later");
                }
            }
            self.pages.forget_all();
        }
    }
}
