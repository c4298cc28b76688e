//! Hub: tells cues to those who listen on this node. Who is slow misses cues, and holds nobody up.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

use super::Cue;
use crate::words::{CueId, MediaId};

/// How many cues wait for one listener.
const WAITING: usize = 16;
/// How many cues are remembered as told.
const REMEMBERED: usize = 4_096;

/// A cue as it is told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its id.
    pub cue_id: CueId,
    /// The whole of it.
    pub json: Arc<str>,
}

/// Who listens, by media.
#[derive(Debug)]
pub struct Hub {
    rooms: Mutex<HashMap<MediaId, broadcast::Sender<Told>>>,
    told: Mutex<Recent>,
    closed: watch::Sender<bool>,
}

/// The last ids, each once.
#[derive(Debug, Default)]
struct Recent {
    order: VecDeque<CueId>,
    known: HashSet<CueId>,
}

impl Recent {
    fn insert(&mut self, cue_id: &CueId) -> bool {
        if !self.known.insert(cue_id.clone()) {
            return false;
        }
        self.order.push_back(cue_id.clone());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            rooms: Mutex::default(),
            told: Mutex::default(),
            closed: watch::Sender::new(false),
        }
    }
}

impl Hub {
    /// Tells a cue, once: it may come from this node and again from the database.
    pub fn tell(&self, cue: &Cue, json: &str) {
        if !lock(&self.told).insert(&cue.cue_id) {
            return;
        }
        let mut rooms = lock(&self.rooms);
        let Some(room) = rooms.get(&cue.media_id) else {
            return;
        };
        let told = Told {
            cue_id: cue.cue_id.clone(),
            json: json.into(),
        };
        // Nobody listens any more.
        if room.send(told).is_err() {
            rooms.remove(&cue.media_id);
        }
    }

    /// Listens to a media's cues from now on.
    pub fn listen(&self, media_id: &MediaId) -> Listener {
        let mut rooms = lock(&self.rooms);
        let room = rooms
            .entry(media_id.clone())
            .or_insert_with(|| broadcast::Sender::new(WAITING));
        Listener {
            cues: room.subscribe(),
            closed: self.closed.subscribe(),
        }
    }

    /// Ends what everybody listens to.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }
}

/// One who listens.
#[derive(Debug)]
pub struct Listener {
    cues: broadcast::Receiver<Told>,
    closed: watch::Receiver<bool>,
}

impl Listener {
    /// The next cue; `None` when the node stops. May be dropped while it waits, without losing one.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            tokio::select! {
                biased;
                _ = self.closed.wait_for(|closed| *closed) => return None,
                cue = self.cues.recv() => match cue {
                    Ok(told) => return Some(told),
                    // It was too slow: the cues that it missed are old by now.
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Neither table has a half-made state: a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Time;

    fn cue(media: &str, n: usize) -> Cue {
        Cue::check(&format!("cue-{n}"), media, Time::from_ms(0))
    }

    async fn heard(listener: &mut Listener) -> Option<String> {
        let next = tokio::time::timeout(std::time::Duration::from_millis(20), listener.next());
        next.await.ok().flatten().map(|told| told.json.to_string())
    }

    #[tokio::test]
    async fn a_cue_reaches_each_listener_of_its_media_once() {
        let hub = Hub::default();
        let media = MediaId::parse("a").expect("an id");
        let (mut one, mut two) = (hub.listen(&media), hub.listen(&media));
        hub.tell(&cue("b", 1), "other");
        hub.tell(&cue("a", 2), "first");
        hub.tell(&cue("a", 2), "again");
        for listener in [&mut one, &mut two] {
            assert_eq!(heard(listener).await.as_deref(), Some("first"));
            assert_eq!(heard(listener).await, None);
        }
    }

    #[tokio::test]
    async fn who_is_slow_misses_the_oldest_and_hears_the_newest() {
        let hub = Hub::default();
        let mut slow = hub.listen(&MediaId::parse("a").expect("an id"));
        for n in 0..100 {
            hub.tell(&cue("a", n), &n.to_string());
        }
        let mut all = Vec::new();
        while let Some(json) = heard(&mut slow).await {
            all.push(json);
        }
        assert_eq!(
            (all.len(), all.last().map(String::as_str)),
            (WAITING, Some("99"))
        );
    }

    #[tokio::test]
    async fn closing_ends_those_who_wait_and_those_who_come_later() {
        let hub = Hub::default();
        let media = MediaId::parse("a").expect("an id");
        let mut early = hub.listen(&media);
        hub.close();
        assert!(early.next().await.is_none());
        assert!(hub.listen(&media).next().await.is_none());
    }
}
