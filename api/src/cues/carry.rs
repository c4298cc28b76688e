//! Carriage: a stored cue into the stream, with patience and by one carrier at a time; after a crash another goes on.

use std::time::Duration;

use super::signal::NotPut;
use super::{Cue, Cues, Kind, lock, store, wire};
use crate::config::now;
use crate::media::{Media, Signal};
use crate::metrics::METRICS;
use crate::words::Time;

/// For how long a carrier has a cue to itself; each try holds it anew.
pub(super) const HELD_MS: i64 = 5_000;
/// How long to wait after the first refusal; twice as long after each that follows.
const BACK_OFF: Duration = Duration::from_millis(400);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(4);

/// Whether a cue still has to be put into the stream when it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Carriage {
    /// It is there, or there is no channel.
    Done,
    /// This node begins to.
    DueBy(String),
}

/// What came of one try.
enum Tried {
    Ended {
        carried: bool,
    },
    Again(Duration),
    /// Another carries it.
    Lost,
}

impl Cues {
    /// The carriage of a cue that is stored before it is put into the stream.
    pub(super) fn carriage(&self, media: &Media) -> Carriage {
        match &media.details.signal {
            Some(_) => Carriage::DueBy(self.carrier.clone()),
            None => Carriage::Done,
        }
    }

    /// Carries cues that no node is carrying, as after a crash, while they are valid; says how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn carry_left_behind(
        self: &std::sync::Arc<Self>,
        now: Time,
    ) -> anyhow::Result<usize> {
        let left = store::left_behind(&self.db, now).await?;
        let mut carried = 0;
        for cue in left {
            // Deleted in between: then nobody listens either.
            let Ok(media) = self.sources.media.get(&cue.media_id) else {
                continue;
            };
            if cue.kind == Kind::Check {
                lock(&self.newest).insert(cue.media_id.clone(), cue.cue_id.clone());
            }
            carried += 1;
            let cues = self.clone();
            tokio::spawn(async move { cues.carry(&media, &cue).await });
        }
        Ok(carried)
    }

    /// Puts a stored cue into the stream. Where the channel takes no more at the moment it waits, until a newer
    /// cue has taken this one's place or its time is over: late is worse than never.
    pub(super) async fn carry(&self, media: &Media, cue: &Cue) {
        let Some(through) = &media.details.signal else {
            return;
        };
        let mut pause = BACK_OFF;
        while now() < cue.valid_until && self.still_counts(cue) {
            match self.try_once(through, cue, pause).await {
                Ok(Tried::Ended { carried }) => return self.end(cue, carried).await,
                Ok(Tried::Lost) => return,
                Ok(Tried::Again(after)) => {
                    pause = (pause * 2).min(LONGEST_BACK_OFF);
                    tokio::time::sleep(after).await;
                }
                Err(error) => {
                    tracing::warn!(kind = "signal.unheld", media = %cue.media_id, error = format!("{error:#}"), "a cue is tried again");
                    tokio::time::sleep(pause).await;
                }
            }
        }
        METRICS.cues_dropped.inc();
        tracing::warn!(kind = "signal.dropped", media = %cue.media_id, cue = %cue.cue_id, "a cue came too late for the stream");
        self.end(cue, false).await;
    }

    async fn try_once(
        &self,
        through: &Signal,
        cue: &Cue,
        pause: Duration,
    ) -> anyhow::Result<Tried> {
        if !store::carries(&self.db, cue, &self.carrier, now()).await? {
            return Ok(Tried::Lost);
        }
        let (channel, account) = (through.channel(), through.account());
        let registry = &self.sources.media;
        if !registry.may_call(&channel, now()).await.map_err(failed)? {
            return Ok(Tried::Ended { carried: false });
        }
        let wait_ms = store::take_room(&self.db, &channel, &account, now()).await?;
        if wait_ms > 0 {
            return Ok(Tried::Again(Duration::from_millis(wait_ms.unsigned_abs())));
        }
        let put = self.signal.put(through, &wire::json(cue)?).await;
        self.note(&channel, put.as_ref().err()).await;
        Ok(match put {
            Ok(()) => Tried::Ended { carried: true },
            Err(NotPut::OffAir) => Tried::Ended { carried: false },
            Err(NotPut::Refused(why)) => {
                tracing::error!(kind = "signal.refused", media = %cue.media_id, why, "a cue is not in the stream");
                Tried::Ended { carried: false }
            }
            Err(why @ (NotPut::Throttled | NotPut::Unreachable(_))) => {
                tracing::warn!(kind = "signal.late", media = %cue.media_id, %why, "a cue is tried again");
                Tried::Again(jittered(pause))
            }
        })
    }

    /// A check gives way to a newer one: both say no more than "ask now".
    fn still_counts(&self, cue: &Cue) -> bool {
        cue.kind != Kind::Check || lock(&self.newest).get(&cue.media_id) == Some(&cue.cue_id)
    }

    async fn end(&self, cue: &Cue, carried: bool) {
        if let Err(error) = store::end_carriage(&self.db, cue, carried).await {
            // At worst another node puts it in once more: players know it by its id.
            tracing::warn!(kind = "signal.unnoted", cue = %cue.cue_id, error = format!("{error:#}"), "what became of a cue is not noted");
        }
    }

    /// Keeps whether the channel is off air, for all nodes, and says so once, when it changes.
    pub(super) async fn note(&self, channel: &str, not_put: Option<&NotPut>) {
        let outcome = match not_put {
            None => "put",
            Some(NotPut::OffAir) => "off_air",
            Some(NotPut::Throttled) => "throttled",
            Some(NotPut::Refused(_) | NotPut::Unreachable(_)) => "failed",
        };
        METRICS.cues.with_label_values(&[outcome]).inc();
        let registry = &self.sources.media;
        let was_on_air = registry.on_air(channel).is_none_or(|known| known.on_air);
        let noted = match not_put {
            Some(NotPut::OffAir) if was_on_air => {
                tracing::warn!(
                    kind = "channel.off_air",
                    channel,
                    "the channel is off air: cues go by SSE alone"
                );
                registry.set_on_air(channel, false, now()).await
            }
            None if !was_on_air => {
                tracing::info!(
                    kind = "channel.on_air",
                    channel,
                    "the channel is on air again"
                );
                registry.set_on_air(channel, true, now()).await
            }
            _ => return,
        };
        if let Err(error) = noted {
            tracing::warn!(kind = "channel.unnoted", channel, %error, "the state of a channel is not noted");
        }
    }
}

fn failed(error: crate::error::Error) -> anyhow::Error {
    match error {
        crate::error::Error::Failed(error) => error,
        refused @ crate::error::Error::Refused(_) => anyhow::anyhow!(refused),
    }
}

/// Half of the pause and a random part of the rest, so that nodes that were refused together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let random = uuid::Uuid::now_v7().as_bytes()[15];
    pause.mul_f64(0.5 + f64::from(random) / 512.0)
}
