//! What holds about media at this moment only: that nothing may be shown on them, and whether their channels are on air.

mod store;

use std::collections::{HashMap, HashSet};

use super::Registry;
use crate::db::{Along, Slot};
use crate::error::Result;
use crate::words::{MediaId, Time};

/// The topic under which it changes.
pub(super) const TOPIC: &str = "media.state";

/// What a channel's service, or a call that it refused, said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnAir {
    /// It broadcasts.
    pub on_air: bool,
    /// Since when this is known.
    pub changed_at: Time,
}

/// All of it at one moment.
#[derive(Debug, Default)]
pub(super) struct States {
    held: HashSet<MediaId>,
    channels: HashMap<String, OnAir>,
}

pub(super) type StateSlot = Slot<States>;

impl Registry {
    pub(super) async fn rebuild_state(&self) -> anyhow::Result<()> {
        self.state.rebuild(store::all(&self.db)).await
    }

    /// Whether nothing may be shown on this media now.
    #[must_use]
    pub fn is_held(&self, media_id: &MediaId) -> bool {
        self.state.load().held.contains(media_id)
    }

    /// Holds a media, or lets go of it; what goes along with it is written in the same transaction. Doing it again
    /// changes nothing but writes what goes along.
    ///
    /// # Errors
    /// When there is no such media, or the database does not answer.
    pub async fn hold(
        &self,
        media_id: &MediaId,
        held: bool,
        along: Option<&dyn Along>,
        now: Time,
    ) -> Result<()> {
        self.get(media_id)?;
        store::hold(&self.db, media_id, held, along, now).await?;
        Ok(self.rebuild_state().await?)
    }

    /// What is known of a channel, from memory; `None` where nobody has said anything yet.
    #[must_use]
    pub fn on_air(&self, channel: &str) -> Option<OnAir> {
        self.state.load().channels.get(channel).copied()
    }

    /// Notes that a channel went on or off air at this moment; false where something later is known already, as when
    /// notices come out of order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_on_air(&self, channel: &str, on_air: bool, at: Time) -> Result<bool> {
        let changed = store::set_on_air(&self.db, channel, on_air, at).await?;
        if changed {
            self.rebuild_state().await?;
        }
        Ok(changed)
    }

    /// Whether a channel may be called: always, unless it is off air; then one of all nodes may find out now and then
    /// whether it still is, more and more seldom.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn may_call(&self, channel: &str, now: Time) -> Result<bool> {
        if self.on_air(channel).is_none_or(|known| known.on_air) {
            return Ok(true);
        }
        Ok(store::take_probe(&self.db, channel, now).await?)
    }
}
