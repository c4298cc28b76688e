//! Taking a batch: each event is checked against its receipt, all that pass are folded, and answers learn the standing.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::check::{self, Shows};
use super::model::Taken;
use super::read::RawEvent;
use super::{Event, EventType, Events, Intake, Standing, fold, store};
use crate::decisions::Mode;
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::instruments::{Answer, Version};
use crate::words::{AnswerId, InstrumentId, Time, ViewerId};

/// Whom we asked what.
#[derive(Debug)]
struct Asked {
    viewer_id: ViewerId,
    instrument_id: InstrumentId,
    version: Arc<Version>,
    /// It is only tried out: nothing is stored that could be looked up.
    test: bool,
}

/// How many gave each answer, read once a batch and instrument.
type Counts = BTreeMap<InstrumentId, BTreeMap<AnswerId, u64>>;

impl Events {
    /// Takes a batch, item by item. What is answered as stored will not be lost.
    pub(super) async fn take(
        &self,
        batch: &[RawEvent<'_>],
        sent_at: Option<Time>,
        now: Time,
    ) -> Result<Vec<Taken>> {
        let (mut admitted, mut events) = (Vec::with_capacity(batch.len()), Vec::new());
        for raw in batch {
            admitted.push(match self.admit(raw, sent_at, now).await {
                Ok((event, asked)) => {
                    events.push(event);
                    Ok(asked)
                }
                Err(Error::Refused(refusal)) => Err(refusal),
                Err(failed) => return Err(failed),
            });
        }
        let mut intakes = self.store(events).await?.into_iter();
        let mut counts = Counts::new();
        let mut taken = Vec::with_capacity(batch.len());
        for item in admitted {
            taken.push(match item {
                Err(refusal) => Err(refusal),
                Ok(asked) => {
                    let intake = intakes.next().ok_or_else(unavailable)?;
                    let standing = match asked {
                        Some(asked) => self.standing(&asked, intake, &mut counts).await?,
                        None => None,
                    };
                    Ok((intake, standing))
                }
            });
        }
        Ok(taken)
    }

    /// Checks one event, and says what was asked if it is an answer.
    async fn admit(
        &self,
        raw: &RawEvent<'_>,
        sent_at: Option<Time>,
        now: Time,
    ) -> Result<(Event, Option<Asked>)> {
        let claim = check::claim(raw, |receipt| self.sealer.open(receipt, now))?;
        let shown = claim.receipt.chosen;
        let instrument_id = claim.receipt.instrument_id();
        let viewer_id = claim.receipt.viewer_id.clone();
        let test = claim.receipt.terms.mode == Mode::Test;
        let version = self
            .instruments
            .version(&instrument_id, shown.version)
            .await?;
        let shows = match version.as_deref().map(Version::question) {
            None => Shows::Unknown,
            Some(None) => Shows::Offer,
            Some(Some(question)) => Shows::Question(question),
        };
        let event = check::admit(claim, shows, sent_at, now)?;
        let asked = version
            .filter(|_| event.event_type == EventType::Answer)
            .map(|version| Asked {
                viewer_id,
                instrument_id,
                version,
                test,
            });
        Ok((event, asked))
    }

    /// Hands the events to the fold and waits until they are durable.
    pub(super) async fn store(&self, events: Vec<Event>) -> Result<Vec<Intake>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        self.to_fold
            .send(fold::Turn { events, answer })
            .await
            .map_err(|_| unavailable())?;
        answered.await.map_err(|_| unavailable())
    }

    /// How the question stands, for a viewer who has answered it. Whether it has is asked of the votes where this
    /// event did not become one: an event's word is not enough to give a right answer away.
    async fn standing(
        &self,
        asked: &Asked,
        intake: Intake,
        counts: &mut Counts,
    ) -> Result<Option<Standing>> {
        let Some(question) = asked.version.question() else {
            return Ok(None);
        };
        let (viewer_id, instrument_id) = (&asked.viewer_id, &asked.instrument_id);
        let has_answered = match intake {
            Intake::New | Intake::AlreadyAnswered if !asked.test => true,
            _ => asked.test || store::has_answered(&self.db, viewer_id, instrument_id).await?,
        };
        if !has_answered {
            return Ok(None);
        }
        if !counts.contains_key(instrument_id) {
            let read = store::answers(&self.db, instrument_id).await?;
            counts.insert(instrument_id.clone(), read.into_iter().collect());
        }
        let counted = counts.get(instrument_id);
        let tally = |answer: &Answer| {
            let count = counted.and_then(|counted| counted.get(&answer.answer_id));
            (answer.answer_id.clone(), count.copied().unwrap_or_default())
        };
        Ok(Some(Standing {
            correct: question.correct.clone(),
            tallies: question.answers.iter().map(tally).collect(),
        }))
    }
}

pub(super) fn unavailable() -> Error {
    let detail = "the events were not stored: send them again";
    Refusal::new(ErrorCode::Unavailable, detail).into()
}
