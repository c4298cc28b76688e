//! Preview: a version as its overlay would be, for colleagues. Nothing is chosen, nothing counts.

use super::{Decisions, answer};
use crate::error::Result;
use crate::instruments::Locale;
use crate::words::{AnswerId, InstrumentId};

impl Decisions {
    /// A version of an instrument as its overlay's JSON, whatever its state. Its receipt is empty, so no event can come of it.
    ///
    /// # Errors
    /// When there is no such version or variant, or the database does not answer.
    pub async fn preview(
        &self,
        instrument_id: &InstrumentId,
        version: u32,
        variant_id: Option<&AnswerId>,
        locale: Option<&Locale>,
    ) -> Result<Vec<u8>> {
        let instruments = &self.sources.instruments;
        let variant = match variant_id {
            Some(id) => Some(instruments.variant_at(instrument_id, version, id).await?),
            None => None,
        };
        let live = instruments.prepared(instrument_id, version).await?;
        let show_ms = live.life_on(self.life).show_ms;
        let locale = locale.map(Locale::as_str);
        Ok(answer::preview(&live, variant, locale, show_ms))
    }
}
