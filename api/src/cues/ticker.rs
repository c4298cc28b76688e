//! Ticker: looks at every media a few times a second, and signals while something is due.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::due::{Moment, due};
use super::look::{Seen, windows};
use super::{Cues, store};
use crate::config::now;
use crate::db::Lease;
use crate::detections::{Detections, Sight};
use crate::error::Result;
use crate::instruments::Instruments;
use crate::instruments::hours::WallClock;
use crate::media::{Media, Registry};
use crate::words::{MediaId, Time};

/// How often it looks.
const TICK: Duration = Duration::from_millis(250);
/// A holder that is gone is followed by another after this long.
const LEASE_MS: i64 = 5_000;

/// How often it looks for cues that nobody carries.
const CLEAR_MS: i64 = 1_000;

/// For how long a look counts: a node that stood still in between would claim by an old moment, and the life would end
/// too soon. Not the wall's clock says so, which may have been set back meanwhile.
const LOOK_COUNTS: Duration = Duration::from_secs(2);

/// What cues depend on.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The media.
    pub media: Arc<Registry>,
    /// What was seen.
    pub detections: Arc<Detections>,
    /// What may run.
    pub instruments: Arc<Instruments>,
}

/// Looks, and signals through the station.
#[derive(Debug)]
pub struct Ticker {
    cues: Arc<Cues>,
    holder: String,
    /// When it last looked for cues that nobody carries.
    cleared_at: Time,
    /// Until when this node is surely the only one that signals a media.
    held: HashMap<MediaId, Time>,
}

impl Ticker {
    /// A ticker of this node.
    #[must_use]
    pub fn new(cues: Arc<Cues>) -> Self {
        Self {
            cues,
            cleared_at: Time::from_ms(0),
            holder: uuid::Uuid::now_v7().to_string(),
            held: HashMap::new(),
        }
    }

    /// Looks until it is dropped.
    pub async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tick.tick().await;
            let looked = self.look_at_all(now()).await;
            if let Err(error) = &looked
                && !failing
            {
                tracing::warn!(kind = "tick.failed", %error, "cues cannot be looked after at the moment");
            }
            failing = looked.is_err();
        }
    }

    /// Looks at every media once, and says how many cues it sent.
    ///
    /// # Errors
    /// When a store does not answer; the media after that were not looked at.
    pub async fn look_at_all(&mut self, now: Time) -> Result<usize> {
        let (mut sent, round) = (0, Instant::now());
        if !(0..CLEAR_MS).contains(&now.since(self.cleared_at)) {
            self.cleared_at = now;
            self.cues.carry_left_behind(now).await?;
        }
        for media in self.cues.sources.media.all() {
            // A round over many media is no standstill.
            let (now, began) = (now.plus_ms(millis(round.elapsed())), Instant::now());
            sent += usize::from(self.look(&media, now, began).await?);
        }
        Ok(sent)
    }

    async fn look(&mut self, media: &Arc<Media>, now: Time, began: Instant) -> Result<bool> {
        let sources = &self.cues.sources;
        let killed = sources.instruments.kill_switches().killed().clone();
        if sources.media.is_held(&media.media_id) || killed.stops_media(&media.media_id) {
            return Ok(false);
        }
        let index = sources.instruments.index().clone();
        let detections = &sources.detections;
        let analysed = detections.analysed(&media.media_id).await?;
        let (mut seen, clock) = (Seen::default(), WallClock::new(now));
        for window in windows(analysed, media.position_at(now), now) {
            let pages = detections.pages().touching(&media.media_id, window).await?;
            let sight = Sight::new(&pages, window, index.entities());
            seen.take(&sight, (&index, &killed), media, (&clock, now));
        }
        let triggered = seen.triggered(self.cues.life_on(media));
        let Some(newest) = triggered.iter().map(|t| t.seen).max() else {
            return Ok(false);
        };
        let moment = Moment { seen: newest, now };
        let lives = store::lives(&self.cues.db, &media.media_id).await?;
        if due(&triggered, &lives, moment).is_empty() || !self.holds(&media.media_id, now).await? {
            return Ok(false);
        }
        if began.elapsed() > LOOK_COUNTS {
            return Ok(false);
        }
        let Some(announced) = self.cues.announce(media, &triggered, moment).await? else {
            return Ok(false);
        };
        // The channel may make it wait; other media do not wait with it.
        let (cues, media) = (self.cues.clone(), media.clone());
        tokio::spawn(async move { cues.carry(&media, &announced).await });
        Ok(true)
    }

    /// Whether this node signals the media. Asked only when something is due, so that a media at rest costs no write.
    async fn holds(&mut self, media_id: &MediaId, now: Time) -> Result<bool> {
        if self.held.get(media_id).is_some_and(|until| now < *until) {
            return Ok(true);
        }
        let lease = Lease::new(format!("cues:{media_id}"), self.holder.clone(), LEASE_MS);
        let held = lease.hold(&self.cues.db, now).await?;
        if held {
            // Well before its end, it is asked for again.
            self.held
                .insert(media_id.clone(), now.plus_ms(LEASE_MS / 2));
        } else {
            self.held.remove(media_id);
        }
        Ok(held)
    }
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
