//! Sending: into the stream where the media has a channel, and to those who listen.

use std::time::Duration;

use super::due::{Moment, Triggered};
use super::signal::NotPut;
use super::{Cue, Cues, NewCue, store, wire};
use crate::config::now;
use crate::error::{ErrorCode, Refusal, Result};
use crate::media::Media;
use crate::words::{CueId, MediaId, Position, Time};

/// What a channel takes.
const LARGEST: usize = 1_024;
/// How long to wait after the first refusal; twice as long after each that follows.
const BACK_OFF: Duration = Duration::from_millis(400);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(5);

impl Cues {
    fn check(
        &self,
        media: &Media,
        seen: Position,
        spread_ms: u32,
        now: Time,
    ) -> Result<(Cue, String)> {
        let id = uuid::Uuid::now_v7().to_string();
        let cue_id = CueId::parse(&id)
            .map_err(|invalid| anyhow::anyhow!("a new id is valid: {}", invalid.detail))?;
        let cue = Cue::check(cue_id, media.media_id.clone(), seen, spread_ms, now);
        let json = wire::json(&cue)?;
        if json.len() >= LARGEST {
            return Err(anyhow::anyhow!("a cue of {} bytes is too long", json.len()).into());
        }
        Ok((cue, json))
    }

    /// Sends a cue now. What the channel refuses is neither stored nor told.
    ///
    /// # Errors
    /// When the channel is off air, takes no more at this moment or cannot be reached, or the database does not answer.
    pub async fn send(&self, media: &Media, new: NewCue, now: Time) -> Result<Cue> {
        let seen = new.seen.unwrap_or_else(|| media.position_at(now));
        let spread_ms = new.spread_ms.unwrap_or(self.spread_ms);
        let (cue, json) = self.check(media, seen, spread_ms, now)?;
        self.room(media, now)
            .map_err(|_| refused(&NotPut::Throttled))?;
        if let Some(through) = &media.details.signal {
            let put = self.signal.put(through, &json).await;
            self.note(&media.media_id, put.as_ref().err());
            put.map_err(|why| refused(&why))?;
        }
        store::put(&self.db, &cue).await?;
        self.hub.tell(&cue, &json);
        Ok(cue)
    }

    /// Begins the lives that are due and sends a check cue about them; `None` where nothing is due. Of all who look
    /// at the same moment, on whatever node, one sends.
    pub(super) async fn announce(
        &self,
        media: &Media,
        triggered: &[Triggered],
        moment: Moment,
    ) -> Result<Option<Announced>> {
        let (cue, json) = self.check(media, moment.seen, self.spread_ms, moment.now)?;
        if !store::claim(&self.db, &cue, triggered, moment).await? {
            return Ok(None);
        }
        self.hub.tell(&cue, &json);
        super::lock(&self.newest).insert(cue.media_id.clone(), cue.cue_id.clone());
        tracing::info!(kind = "cue.sent", media = %cue.media_id, cue = %cue.cue_id, seen_ms = cue.seen.ms(), "check now");
        Ok(Some(Announced { cue, json }))
    }

    /// Puts a cue into the stream. Where the channel takes no more at the moment it waits, until a newer cue has
    /// taken this one's place or its time is over: late is worse than never.
    pub(super) async fn carry(&self, media: &Media, announced: &Announced) {
        let Some(through) = &media.details.signal else {
            return;
        };
        let Announced { cue, json } = announced;
        let mut pause = BACK_OFF;
        while now() < cue.valid_until && self.is_newest(cue) {
            if let Err(wait_ms) = self.room(media, now()) {
                tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())).await;
                continue;
            }
            let put = self.signal.put(through, json).await;
            self.note(&cue.media_id, put.as_ref().err());
            match put {
                Ok(()) | Err(NotPut::OffAir) => return,
                Err(NotPut::Refused(why)) => {
                    tracing::error!(kind = "signal.refused", media = %cue.media_id, why, "a cue is not in the stream");
                    return;
                }
                Err(why @ (NotPut::Throttled | NotPut::Unreachable(_))) => {
                    tracing::warn!(kind = "signal.late", media = %cue.media_id, %why, "a cue is tried again");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_BACK_OFF);
        }
        tracing::warn!(kind = "signal.dropped", media = %cue.media_id, cue = %cue.cue_id, "a cue came too late for the stream");
    }

    fn is_newest(&self, cue: &Cue) -> bool {
        super::lock(&self.newest).get(&cue.media_id) == Some(&cue.cue_id)
    }

    /// Takes room for one cue on the media's channel, or says for how many milliseconds there is none.
    fn room(&self, media: &Media, now: Time) -> std::result::Result<(), i64> {
        let channel = match &media.details.signal {
            Some(crate::media::Signal::Origin { url, channel_arn }) => {
                format!("{url} {channel_arn}")
            }
            Some(crate::media::Signal::Ivs { channel_arn }) => channel_arn.clone(),
            None => media.media_id.to_string(),
        };
        super::lock(&self.buckets)
            .entry(channel)
            .or_default()
            .take(now)
    }

    /// Keeps whether the channel is off air, and says so once, when it changes.
    fn note(&self, media_id: &MediaId, not_put: Option<&NotPut>) {
        let mut off_air = super::lock(&self.off_air);
        match not_put {
            Some(NotPut::OffAir) => {
                if off_air.insert(media_id.clone()) {
                    tracing::warn!(kind = "channel.off_air", media = %media_id, "the channel is off air: cues go by SSE alone");
                }
            }
            None => {
                if off_air.remove(media_id) {
                    tracing::info!(kind = "channel.on_air", media = %media_id, "the channel is on air again");
                }
            }
            Some(_) => {}
        }
    }
}

/// A cue whose lives have begun.
#[derive(Debug, Clone)]
pub(super) struct Announced {
    pub cue: Cue,
    pub json: String,
}

fn refused(why: &NotPut) -> Refusal {
    let code = match why {
        NotPut::OffAir => ErrorCode::OffAir,
        NotPut::Throttled => ErrorCode::RateLimited,
        NotPut::Refused(_) | NotPut::Unreachable(_) => ErrorCode::SignalFailed,
    };
    Refusal {
        code,
        detail: why.to_string(),
        field: None,
        bound: (code == ErrorCode::RateLimited).then(|| "5 a second".to_owned()),
    }
}
