//! Fold: event, tallies and training row in one transaction, shared by all requests that wait at that moment.
//!
//! While one commit is under way the next requests gather, so a lone event waits for nobody, and a crowd costs one
//! commit. What is answered is durable. Exposures follow after the commit, by event id, so that telling them twice
//! changes nothing; what a crash left untold the log still knows, and the sweep tells it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::store::{self, Folded, Rules};
use super::trace::{self, Due};
use super::{Event, Intake};
use crate::config::now;
use crate::db::Db;
use crate::decisions::receipt::instrument_id;
use crate::instruments::{Instruments, Version};
use crate::viewers::{Trace, Viewers};
use crate::words::Time;

/// How many events share a commit at the most: past it a waiting caller gains nothing from sharing.
const MOST: usize = 500;
/// How often two nodes that got in each other's way begin anew.
const ATTEMPTS: u32 = 5;
/// How long another node may be between its commit and its exposures before we tell them in its place.
const GRACE_MS: i64 = 10_000;
/// Every how many seconds we look for what was left untold.
const SWEEP_S: u32 = 30;

/// One request's events, and where its answer goes; nothing is sent where nothing was stored.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) events: Vec<Event>,
    pub(super) answer: oneshot::Sender<Vec<Intake>>,
}

/// Folds all that comes, one commit after another.
#[derive(Debug)]
pub(super) struct Fold {
    db: Db,
    instruments: Arc<Instruments>,
    viewers: Arc<Viewers>,
    rules: Rules,
    inbox: mpsc::Receiver<Turn>,
    /// Events whose exposures are told: the next commit notes it.
    told: Vec<String>,
}

impl Fold {
    pub(super) fn new(
        db: Db,
        instruments: Arc<Instruments>,
        viewers: Arc<Viewers>,
        waiting_ms: i64,
        inbox: mpsc::Receiver<Turn>,
    ) -> Self {
        let schema_id = viewers.schema().digest().to_owned();
        Self {
            instruments,
            rules: Rules {
                schema_id,
                waiting_ms,
            },
            db,
            viewers,
            inbox,
            told: Vec::new(),
        }
    }

    /// Folds until nobody can send any more.
    pub(super) async fn run(mut self) {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        // What the process before us left untold needs no grace: it is gone.
        let (mut seconds, mut grace_ms) = (0, 0);
        loop {
            tokio::select! {
                turn = self.inbox.recv() => match turn {
                    Some(turn) => self.commit(turn).await,
                    None => return,
                },
                _ = tick.tick() => {
                    if seconds % SWEEP_S == 0 {
                        self.sweep(now().plus_ms(-grace_ms)).await;
                        grace_ms = GRACE_MS;
                    }
                    seconds += 1;
                    self.note_told().await;
                }
            }
        }
    }

    /// Commits this request and all others that wait.
    async fn commit(&mut self, first: Turn) {
        let mut turns = vec![first];
        let mut count = turns[0].events.len();
        while count < MOST {
            let Ok(turn) = self.inbox.try_recv() else {
                break;
            };
            count += turn.events.len();
            turns.push(turn);
        }
        let (events, answers): (Vec<Vec<Event>>, Vec<_>) = turns
            .into_iter()
            .map(|turn| (turn.events, turn.answer))
            .unzip();
        let lengths: Vec<usize> = events.iter().map(Vec::len).collect();
        let events: Vec<Event> = events.into_iter().flatten().collect();
        let Folded { intakes, due } = match self.fold(&events).await {
            Ok(folded) => folded,
            Err(error) => {
                // The callers' channels close, and they are told to send again.
                tracing::error!(
                    kind = "events.not_folded",
                    events = events.len(),
                    error = format!("{error:#}"),
                    "events were not stored"
                );
                return;
            }
        };
        self.tell(due).await;
        let mut rest = intakes.as_slice();
        for (answer, length) in answers.into_iter().zip(lengths) {
            let (own, others) = rest.split_at(length);
            rest = others;
            // A caller who has gone away asks again, and is told that they are known.
            let _ = answer.send(own.to_vec());
        }
    }

    async fn fold(&mut self, events: &[Event]) -> anyhow::Result<Folded> {
        let mut attempt = 1;
        loop {
            match store::fold(&self.db, events, &self.told, &self.rules, now()).await {
                Ok(folded) => {
                    self.told.clear();
                    return Ok(folded);
                }
                Err(error) if attempt < ATTEMPTS && store::is_collision(&error) => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 5)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Tells the viewer store what was drawn and done. A failure is no loss: the log keeps it as due.
    async fn tell(&mut self, due: Vec<Due>) {
        if due.is_empty() {
            return;
        }
        let told: Vec<String> = due.iter().map(|due| due.event_id.clone()).collect();
        match self.record(due).await {
            Ok(()) => self.told.extend(told),
            Err(error) => {
                tracing::warn!(kind = "exposures.late", %error, "exposures will be told later");
            }
        }
    }

    async fn record(&self, due: Vec<Due>) -> crate::error::Result<()> {
        let mut traces: Vec<Trace> = Vec::with_capacity(due.len());
        for due in due {
            let instrument = instrument_id(due.instrument);
            let version = self.instruments.version(&instrument, due.version).await?;
            // Versions outlive their instrument; where there never was one, the showing counts as that of its instrument.
            let labels = version.as_deref().map(Version::labels).unwrap_or_default();
            traces.push(due.trace(labels));
        }
        self.viewers.record(&traces).await
    }

    async fn note_told(&mut self) {
        if self.told.is_empty() {
            return;
        }
        match trace::note_told(&self.db, &self.told).await {
            Ok(()) => self.told.clear(),
            Err(error) => {
                tracing::warn!(
                    kind = "exposures.unnoted",
                    error = format!("{error:#}"),
                    "told exposures were not noted"
                );
            }
        }
    }

    /// Tells what was received before this moment and is still due.
    async fn sweep(&mut self, before: Time) {
        loop {
            match trace::due(&self.db, before, MOST).await {
                Ok(due) if due.is_empty() => return,
                Ok(due) => {
                    let count = due.len();
                    self.tell(due).await;
                    let told = self.told.len() >= count;
                    self.note_told().await;
                    if !told || !self.told.is_empty() || count < MOST {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(
                        kind = "exposures.unswept",
                        error = format!("{error:#}"),
                        "due exposures could not be read"
                    );
                    return;
                }
            }
        }
    }
}
