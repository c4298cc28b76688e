//! What others ask of the log and of what is folded from it.

use std::collections::BTreeMap;

use super::{Board, Events, Grain, Outcome, Shown, Stretch, board, shown, store};
use crate::error::Result;
use crate::words::{AnswerId, InstrumentId, MediaId, ViewerId};

impl Events {
    /// What became of an instrument.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn results(&self, instrument_id: &InstrumentId) -> Result<Outcome> {
        Ok(store::outcome(&self.db, instrument_id).await?)
    }

    /// How many gave each answer, in the order of their ids.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn answers(&self, instrument_id: &InstrumentId) -> Result<Vec<(AnswerId, u64)>> {
        Ok(store::answers(&self.db, instrument_id).await?)
    }

    /// Whether this viewer has answered this instrument.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_answered(&self, viewer: &ViewerId, asked: &InstrumentId) -> Result<bool> {
        Ok(store::has_answered(&self.db, viewer, asked).await?)
    }

    /// How viewers stand on a media, and this one among them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn board(&self, media: &MediaId, own: Option<&ViewerId>, most: u32) -> Result<Board> {
        Ok(store::board(&self.db, media, own, most).await?)
    }

    /// A viewer's name on a media's board.
    #[must_use]
    pub fn handle(&self, media_id: &MediaId, viewer_id: &str) -> String {
        board::handle(&self.handle_key, media_id, viewer_id)
    }

    /// How often each instrument was chosen and drawn, and engaged with then, by its id; what a host put to all does not count.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tallies(&self) -> Result<BTreeMap<String, (u64, u64)>> {
        Ok(store::tallies(&self.db).await?)
    }

    /// The newest overlays that were drawn, at most so many, the oldest of them first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shown(&self, most: u32) -> Result<Vec<Shown>> {
        Ok(shown::newest(&self.db, &self.schema_id, most).await?)
    }

    /// What happened in a stretch of time, to be added up.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn grains(&self, stretch: &Stretch) -> Result<Vec<Grain>> {
        Ok(store::grains(&self.db, stretch).await?)
    }

    /// How many viewers each variant of an instrument was drawn for, by its place.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn viewers_by_variant(&self, id: &InstrumentId) -> Result<Vec<(u8, u64)>> {
        Ok(store::viewers_by_variant(&self.db, id.as_str()).await?)
    }

    /// Takes a viewer out of the log and all that was folded from it; the counts stay.
    ///
    /// # Errors
    /// When the database does not answer; then nothing is changed.
    pub async fn erase_viewer(&self, viewer_id: &ViewerId) -> Result<()> {
        Ok(store::erase_viewer(&self.db, viewer_id).await?)
    }
}
