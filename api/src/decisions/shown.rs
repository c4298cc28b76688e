//! What this viewer was shown lately: the stored exposures, what this node decided and has not heard of yet,
//! and what the device itself brings along.

use super::Ask;
use super::receipt::Sealer;
use crate::media::Media;
use crate::viewers::Viewer;
use crate::words::Time;

/// One showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Showing {
    /// Which decision brought it: the same showing may be known from two sides.
    pub(super) decision: u128,
    /// Of which instrument.
    pub(super) instrument: u128,
    /// On the media in question.
    pub(super) here: bool,
    /// When it appeared.
    pub(super) shown_at: Time,
    /// When it hides.
    pub(super) hides_at: Time,
}

/// All showings, each once.
#[derive(Debug, Default)]
pub(super) struct Shown {
    showings: Vec<Showing>,
}

impl Shown {
    /// Gathers the stored exposures and what the device brings along; what the node itself knows is added to it.
    pub(super) fn gather(
        sealer: &Sealer,
        media: &Media,
        viewer: &Viewer,
        ask: &Ask<'_>,
        now: Time,
    ) -> Self {
        let mut shown = Self {
            showings: Vec::with_capacity(viewer.exposures().len() + ask.recent.len() + 2),
        };
        for exposure in viewer.exposures() {
            shown.showings.push(Showing {
                decision: exposure.decision,
                instrument: exposure.instrument,
                here: exposure.media_id == media.media_id,
                shown_at: exposure.shown_at,
                hides_at: exposure.hides_at,
            });
        }
        for receipt in ask.recent.iter().take(8) {
            // A receipt that does not open is of no harm here: it only fails to remind us.
            let Ok(receipt) = sealer.open(receipt, now) else {
                continue;
            };
            if receipt.viewer_id == viewer.viewer_id {
                shown.add(Showing {
                    decision: receipt.decision,
                    instrument: receipt.chosen.instrument,
                    here: receipt.media_id == media.media_id,
                    shown_at: receipt.issued_at,
                    hides_at: receipt.issued_at.plus_ms(i64::from(receipt.show_ms)),
                });
            }
        }
        shown
    }

    /// Adds a showing unless it is known from another side.
    pub(super) fn add(&mut self, showing: Showing) {
        let known =
            |s: &Showing| s.decision == showing.decision && s.instrument == showing.instrument;
        if !self.showings.iter().any(known) {
            self.showings.push(showing);
        }
    }

    /// The showings, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Showing> {
        self.showings.iter()
    }
}
