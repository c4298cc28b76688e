//! Live results: tells how a question stands to those who listen, at most once a second and only when it has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;

use super::results::in_order;
use super::wire;
use crate::config::now;
use crate::db::Refresh;
use crate::error::Result;
use crate::events::{Events, TALLIES};
use crate::instruments::{Content, Instrument};
use crate::words::{AnswerId, InstrumentId};

/// How many gave each answer, in the question's order.
type Counts = Vec<(AnswerId, u64)>;

/// Who listens, by instrument.
#[derive(Debug)]
pub struct Live {
    events: Arc<Events>,
    rooms: Mutex<HashMap<InstrumentId, Room>>,
    closed: watch::Sender<bool>,
}

#[derive(Debug)]
struct Room {
    content: Content,
    counts: Counts,
    told: watch::Sender<Arc<str>>,
}

impl Room {
    /// Tells those who listen, if something has changed.
    fn tell(&mut self, instrument_id: &InstrumentId, counts: Counts) {
        if self.counts != counts {
            self.told
                .send_replace(wire::live_json(instrument_id, &counts, now()).into());
            self.counts = counts;
        }
    }
}

impl Live {
    /// Tells what these events count.
    #[must_use]
    pub fn new(events: Arc<Events>) -> Self {
        Self {
            events,
            rooms: Mutex::default(),
            closed: watch::Sender::new(false),
        }
    }

    /// Listens to how a question stands, from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn listen(&self, instrument: &Instrument) -> Result<Listener> {
        let (id, content) = (&instrument.instrument_id, &instrument.definition.content);
        let counts = self.counts(id, content).await?;
        let mut rooms = self.rooms();
        let room = rooms.entry(id.clone()).or_insert_with(|| Room {
            content: content.clone(),
            told: watch::Sender::new(wire::live_json(id, &counts, now()).into()),
            counts: counts.clone(),
        });
        room.tell(id, counts);
        let mut told = room.told.subscribe();
        // What stands now is news to who has just come.
        told.mark_changed();
        Ok(Listener {
            told,
            closed: self.closed.subscribe(),
        })
    }

    async fn counts(&self, id: &InstrumentId, content: &Content) -> Result<Counts> {
        Ok(in_order(content, self.events.answers(id).await?))
    }

    /// Ends what everybody listens to.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<InstrumentId, Room>> {
        // The table has no half-made state: a panic elsewhere leaves it whole.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nodes look for changes once a second: a crowd of votes is told as one.
#[async_trait]
impl Refresh for Live {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if !changed.iter().any(|topic| topic == TALLIES) {
            return Ok(());
        }
        let listened: Vec<(InstrumentId, Content)> = {
            let mut rooms = self.rooms();
            rooms.retain(|_, room| room.told.receiver_count() > 0);
            let room = |(id, room): (&InstrumentId, &Room)| (id.clone(), room.content.clone());
            rooms.iter().map(room).collect()
        };
        for (id, content) in listened {
            let counts = self.counts(&id, &content).await?;
            if let Some(room) = self.rooms().get_mut(&id) {
                room.tell(&id, counts);
            }
        }
        Ok(())
    }
}

/// One who listens.
#[derive(Debug)]
pub struct Listener {
    told: watch::Receiver<Arc<str>>,
    closed: watch::Receiver<bool>,
}

impl Listener {
    /// How it stands, when that is news; `None` when the node stops. Who is slow hears the newest alone.
    pub async fn next(&mut self) -> Option<Arc<str>> {
        tokio::select! {
            biased;
            _ = self.closed.wait_for(|closed| *closed) => None,
            changed = self.told.changed() => {
                changed.ok()?;
                Some(self.told.borrow_and_update().clone())
            }
        }
    }
}
