//! Preview: a version as its overlay would be, for colleagues. Nothing is chosen, nothing counts.

use super::{Decisions, answer};
use crate::error::Result;
use crate::instruments::Locale;
use crate::words::InstrumentId;

impl Decisions {
    /// A version of an instrument as its overlay's JSON, whatever its state. Its receipt is empty, so no event can come of it.
    ///
    /// # Errors
    /// When there is no such version, or the database does not answer.
    pub async fn preview(
        &self,
        instrument_id: &InstrumentId,
        version: u32,
        locale: Option<&Locale>,
    ) -> Result<Vec<u8>> {
        let instruments = &self.sources.instruments;
        let live = instruments.prepared(instrument_id, version).await?;
        let show_ms = live.life_on(self.life).show_ms;
        let locale = locale.map(Locale::as_str);
        Ok(answer::preview(&live, locale, show_ms))
    }
}
