//! Kill switches: what must not be shown is taken off wherever it may be on screen, with the switch itself.

use std::sync::Arc;

use super::carry::Carriage;
use super::cue::MOST_WITHDRAWN;
use super::{Cue, Cues, store};
use crate::auth::Caller;
use crate::error::Result;
use crate::instruments::{KillSwitch, Live, Target};
use crate::media::Media;
use crate::words::{InstrumentId, Time};

impl Cues {
    /// Sets a kill switch. What it stops is withdrawn wherever it may be on screen.
    ///
    /// # Errors
    /// When there is no such instrument or media, or the database does not answer; then nothing has changed.
    pub async fn kill(
        self: &Arc<Self>,
        target: Target,
        note: Option<String>,
        caller: &Caller,
        now: Time,
    ) -> Result<KillSwitch> {
        let instruments = &self.sources.instruments;
        // Who kills in haste may mistype: an unknown id is told, and not taken for done.
        match &target {
            Target::Instrument(instrument_id) => drop(instruments.get(instrument_id).await?),
            Target::Media(media_id) => drop(self.sources.media.get(media_id)?),
            // Not from memory alone: one of theirs may have gone live on another node only just now.
            Target::Advertiser(_) => instruments.reload().await?,
        }
        let switch = KillSwitch {
            target,
            note,
            set_by: caller.subject.to_string(),
            set_at: now,
        };
        let withdrawals = self.withdrawals(&switch.target, now).await?;
        let along = store::Withdrawals(&withdrawals);
        let switches = instruments.kill_switches();
        switches.set(&switch, caller, &along).await?;
        self.tell_and_carry(&withdrawals)?;
        Ok(switch)
    }

    async fn withdrawals(&self, target: &Target, now: Time) -> Result<Vec<(Cue, Carriage)>> {
        if let Target::Media(media_id) = target {
            let media = self.sources.media.get(media_id)?;
            return Ok(vec![self.withdrawal(&media, Vec::new(), now)?]);
        }
        let mut withdrawals = Vec::new();
        for media in self.media_of_late(now).await? {
            // As many as a cue has room for; they follow one another as fast as the channel takes them.
            for some in self.withdrawn(target, &media).chunks(MOST_WITHDRAWN) {
                withdrawals.push(self.withdrawal(&media, some.to_vec(), now)?);
            }
        }
        Ok(withdrawals)
    }

    /// What to withdraw from a media: nothing but what the switch stops.
    fn withdrawn(&self, target: &Target, media: &Media) -> Vec<InstrumentId> {
        if let Target::Instrument(instrument_id) = target {
            return vec![instrument_id.clone()];
        }
        let index = self.sources.instruments.index();
        let here = |live: &&Arc<Live>| target.stops(live) && live.runs_on(&media.media_id);
        let found = index.all().iter().filter(here);
        found.map(|live| live.instrument_id.clone()).collect()
    }

    /// How many instruments that are live a switch stops.
    pub(super) fn stops(&self, target: &Target) -> usize {
        let index = self.sources.instruments.index();
        let stopped = index.all().iter().filter(|live| target.stops(live));
        stopped.count()
    }
}
