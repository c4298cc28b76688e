//! Kill switches: what must not be shown is taken off wherever it may be on screen, with the switch itself.

use std::sync::Arc;

use super::carry::Carriage;
use super::{Cue, Cues, store};
use crate::auth::Caller;
use crate::error::Result;
use crate::instruments::{KillSwitch, Live, Target};
use crate::media::Media;
use crate::words::{InstrumentId, Time};

/// How many instruments are withdrawn from a media one by one; where there are more, everything is taken off: a channel
/// takes few cues a second, and what may stay comes again at the next check.
const MOST: usize = 8;

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
            return Ok(vec![self.withdrawal(&media, None, now)?]);
        }
        let mut withdrawals = Vec::new();
        for media in self.media_of_late(now).await? {
            for instrument_id in self.withdrawn(target, &media) {
                withdrawals.push(self.withdrawal(&media, instrument_id, now)?);
            }
        }
        Ok(withdrawals)
    }

    /// What to withdraw from a media; `None` is everything.
    fn withdrawn(&self, target: &Target, media: &Media) -> Vec<Option<InstrumentId>> {
        if let Target::Instrument(instrument_id) = target {
            return vec![Some(instrument_id.clone())];
        }
        let index = self.sources.instruments.index();
        let here = |live: &&Arc<Live>| target.stops(live) && live.runs_on(&media.media_id);
        let found = index.all().iter().filter(here);
        let found: Vec<_> = found.map(|live| Some(live.instrument_id.clone())).collect();
        if found.len() > MOST {
            return vec![None];
        }
        found
    }

    /// How many instruments that are live a switch stops.
    pub(super) fn stops(&self, target: &Target) -> usize {
        let index = self.sources.instruments.index();
        let stopped = index.all().iter().filter(|live| target.stops(live));
        stopped.count()
    }
}
