//! Sending: what a host or an operator says now, and what is due on screen.

use std::sync::Arc;

use super::carry::Carriage;
use super::due::{Moment, Triggered, begun};
use super::signal::NotPut;
use super::{Cue, Cues, NewCue, NewKind, store, wire};
use crate::audit::Change;
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::instruments::{Definition, Instrument, State};
use crate::media::{Media, OverlayLife};
use crate::words::{CueId, InstrumentId, MediaId, Time};

/// What a channel takes.
const LARGEST: usize = 1_024;

impl Cues {
    /// A cue as it would be sent now, and its JSON.
    pub(super) fn make(&self, media: &Media, new: NewCue, now: Time) -> Result<(Cue, String)> {
        let id = uuid::Uuid::now_v7().to_string();
        let cue_id = CueId::parse(&id)
            .map_err(|invalid| anyhow::anyhow!("a new id is valid: {}", invalid.detail))?;
        let stands_at = media.position_at(now);
        let media_id = media.media_id.clone();
        let cue = Cue::new(cue_id, media_id, new, stands_at, self.spread_ms, now);
        let json = wire::json(&cue)?;
        if json.len() >= LARGEST {
            return Err(anyhow::anyhow!("a cue of {} bytes is too long", json.len()).into());
        }
        Ok((cue, json))
    }

    /// Sends a cue now. What the channel refuses is neither stored nor told; but a withdrawal is stored and told
    /// first, and put into the stream as soon as the channel takes it.
    ///
    /// # Errors
    /// When a show's instrument cannot be shown or the media is held, when the channel is off air, takes no more at
    /// this moment or cannot be reached, or the database does not answer.
    pub async fn send(self: &Arc<Self>, media: &Arc<Media>, new: NewCue, now: Time) -> Result<Cue> {
        if let NewKind::Withdraw { .. } = &new.kind {
            let (cue, _) = self.make(media, new, now)?;
            let withdrawals = [(cue, self.carriage(media))];
            store::put_withdrawals(&self.db, &withdrawals).await?;
            self.tell_and_carry(&withdrawals)?;
            let [(cue, _)] = withdrawals;
            return Ok(cue);
        }
        if self.sources.media.is_held(&media.media_id) {
            let detail = format!("{} is held: let go of it first", media.media_id);
            return Err(Refusal::new(ErrorCode::MediaHeld, detail).into());
        }
        let killed = self.sources.instruments.kill_switches().killed().clone();
        if killed.stops_media(&media.media_id) {
            let detail = format!(
                "a kill switch is set for {}: clear it first",
                media.media_id
            );
            return Err(Refusal::new(ErrorCode::MediaHeld, detail).into());
        }
        let shown = self.life_of_show(media, &new.kind, now).await?;
        let (cue, json) = self.make(media, new, now)?;
        self.put_now(media, &json, now).await?;
        let moment = Moment {
            seen: cue.kind.show_at().unwrap_or(cue.seen),
            now,
        };
        let begun = shown.map(|life| begun(&cue.kind, life, moment));
        store::put(&self.db, &cue, &begun.unwrap_or_default(), moment).await?;
        self.learn(std::slice::from_ref(&cue));
        self.hub.tell(&cue, &json);
        Ok(cue)
    }

    /// Puts metadata into the media's stream at once, or says why not.
    async fn put_now(&self, media: &Media, json: &str, now: Time) -> Result<()> {
        let signal = media.details.signal.as_ref();
        let alone = media.media_id.as_str();
        let channel = signal.map_or_else(|| alone.to_owned(), crate::media::Signal::channel);
        let account = signal.map_or_else(|| alone.to_owned(), crate::media::Signal::account);
        if store::take_room(&self.db, &channel, &account, now).await? > 0 {
            return Err(refused(&NotPut::Throttled));
        }
        let Some(through) = signal else {
            return Ok(());
        };
        let put = self.signal.put(through, json).await;
        self.note(&channel, put.as_ref().err()).await;
        put.map_err(|why| refused(&why))
    }

    /// How the instrument of a show lives; refused where nobody could be shown it.
    async fn life_of_show(
        &self,
        media: &Media,
        kind: &NewKind,
        now: Time,
    ) -> Result<Option<OverlayLife>> {
        let NewKind::Show { instrument_id, .. } = kind else {
            return Ok(None);
        };
        // Not from memory: it may have gone live on another node only just now.
        let (running, definition) = self.running(instrument_id).await?;
        let killed = self.sources.instruments.kill_switches().killed();
        let media_ids = &definition.media_ids;
        let why = if !running {
            "is not live"
        } else if killed.stops_definition(instrument_id, &definition) {
            "is stopped by a kill switch"
        } else if !media_ids.is_empty() && !media_ids.contains(&media.media_id) {
            "runs on other media only"
        } else if !definition.schedule.unwrap_or_default().runs_at(now) {
            "is outside its schedule"
        } else {
            return Ok(Some(definition.life_on(self.life_on(media))));
        };
        let detail = format!("the instrument {instrument_id} {why}");
        Err(Refusal::field("instrument_id", detail, "one that may run here now").into())
    }

    /// Whether an instrument runs, and what the version that runs says, else the latest.
    async fn running(&self, instrument_id: &InstrumentId) -> Result<(bool, Definition)> {
        let instruments = &self.sources.instruments;
        let found = instruments.get(instrument_id).await?;
        let running = match found.standing.running() {
            Some(version) => instruments.version(instrument_id, version).await?,
            None => None,
        };
        Ok(match running {
            Some(version) => (true, version.definition.clone()),
            None => (false, found.definition),
        })
    }

    /// Holds a media, or lets go of it. A hold takes off what is on screen.
    ///
    /// # Errors
    /// When there is no such media, or the database does not answer; then nothing has changed.
    pub async fn hold(self: &Arc<Self>, media_id: &MediaId, held: bool, now: Time) -> Result<()> {
        let media = self.sources.media.get(media_id)?;
        if !held {
            return self.sources.media.hold(media_id, false, None, now).await;
        }
        let withdrawals = [self.withdrawal(&media, Vec::new(), now)?];
        let along = store::Withdrawals(&withdrawals);
        let registry = &self.sources.media;
        registry.hold(media_id, true, Some(&along), now).await?;
        self.tell_and_carry(&withdrawals)
    }

    /// Moves an instrument to a state. Where it leaves `live` it is taken off wherever it may be on screen: on the media
    /// that had a cue within the longest time that an overlay shows and rests.
    ///
    /// # Errors
    /// When there is none of this id, when no step leads there or the caller may not take it, or when the database does not
    /// answer; then nothing has changed.
    pub async fn move_instrument(
        self: &Arc<Self>,
        instrument_id: &InstrumentId,
        to: State,
        change: Change<'_>,
    ) -> Result<Instrument> {
        let mut withdrawals = Vec::new();
        if matches!(to, State::Paused | State::Archived) {
            for media in self.media_of_late(change.now).await? {
                let withdrawn = vec![instrument_id.clone()];
                withdrawals.push(self.withdrawal(&media, withdrawn, change.now)?);
            }
        }
        let along = store::Withdrawals(&withdrawals);
        let instruments = &self.sources.instruments;
        let moved = instruments.move_to(instrument_id, to, Some(&along), change);
        let moved = moved.await?;
        if moved.has_left {
            self.tell_and_carry(&withdrawals)?;
        }
        Ok(moved.instrument)
    }

    /// The media on which something may be on screen.
    pub(super) async fn media_of_late(&self, now: Time) -> Result<Vec<Arc<Media>>> {
        let found = store::media_since(&self.db, now.plus_ms(-ON_SCREEN_MS)).await?;
        let media = &self.sources.media;
        // Deleted in between: then nobody watches either.
        Ok(found.iter().filter_map(|id| media.get(id).ok()).collect())
    }

    pub(super) fn withdrawal(
        &self,
        media: &Media,
        instruments: Vec<InstrumentId>,
        now: Time,
    ) -> Result<(Cue, Carriage)> {
        let new = NewCue {
            kind: NewKind::Withdraw { instruments },
            seen: None,
            spread_ms: None,
        };
        Ok((self.make(media, new, now)?.0, self.carriage(media)))
    }

    /// Tells stored withdrawals to those who listen, and puts them into their streams.
    pub(super) fn tell_and_carry(self: &Arc<Self>, withdrawals: &[(Cue, Carriage)]) -> Result<()> {
        for (cue, carriage) in withdrawals {
            self.learn(std::slice::from_ref(cue));
            self.hub.tell(cue, &wire::json(cue)?);
            tracing::info!(kind = "cue.sent", media = %cue.media_id, cue = %cue.cue_id, "withdraw");
            if *carriage != Carriage::Done
                && let Ok(media) = self.sources.media.get(&cue.media_id)
            {
                let (cues, cue) = (self.clone(), cue.clone());
                tokio::spawn(async move { cues.carry(&media, &cue).await });
            }
        }
        Ok(())
    }

    /// Begins the lives that are due and sends a check cue about them; `None` where nothing is due. Of all who look
    /// at the same moment, on whatever node, one sends.
    pub(super) async fn announce(
        &self,
        media: &Media,
        triggered: &[Triggered],
        moment: Moment,
    ) -> Result<Option<Cue>> {
        let new = NewCue {
            kind: NewKind::Check,
            seen: Some(moment.seen),
            spread_ms: None,
        };
        let (cue, json) = self.make(media, new, moment.now)?;
        let carriage = self.carriage(media);
        if !store::claim(&self.db, &cue, &carriage, triggered, moment).await? {
            return Ok(None);
        }
        self.learn(std::slice::from_ref(&cue));
        self.hub.tell(&cue, &json);
        super::lock(&self.newest).insert(cue.media_id.clone(), cue.cue_id.clone());
        tracing::info!(kind = "cue.sent", media = %cue.media_id, cue = %cue.cue_id, seen_ms = cue.seen.ms(), "check now");
        Ok(Some(cue))
    }
}

/// How long after a cue something may still be on screen: as long as any overlay shows, and may be asked for again.
const ON_SCREEN_MS: i64 = 2 * 3_600_000;

fn refused(why: &NotPut) -> Error {
    let code = match why {
        NotPut::OffAir => ErrorCode::OffAir,
        NotPut::Throttled => ErrorCode::RateLimited,
        NotPut::Refused(_) | NotPut::Unreachable(_) => ErrorCode::SignalFailed,
    };
    Error::Refused(Refusal {
        code,
        detail: why.to_string(),
        field: None,
        bound: (code == ErrorCode::RateLimited).then(|| "5 a second".to_owned()),
    })
}
