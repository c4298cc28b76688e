//! All that one decision reads, held until it is made.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::Guard;

use super::Decisions;
use crate::auth::Caller;
use crate::cues::Show;
use crate::decisions::budget::Reserved;
use crate::decisions::missing::Missing;
use crate::decisions::scene::Scene;
use crate::decisions::shown::Shown;
use crate::decisions::terms::Mode;
use crate::decisions::{Ask, Ranking, choose, gather, seed, sticky};
use crate::detections::{Page, Sight};
use crate::error::Result;
use crate::instruments::delivery::Standing;
use crate::instruments::hours::WallClock;
use crate::instruments::{Index, Killed};
use crate::media::{AdBreak, Media};
use crate::metrics::METRICS;
use crate::viewers::Viewer;
use crate::words::{MediaId, Position, Time, ViewerId, Window};

/// What a decision reads of stores and of the other stations.
pub(super) struct Gathered {
    media: Arc<Media>,
    window: Window,
    position: Position,
    pages: Vec<Arc<Page>>,
    viewer: Arc<Viewer>,
    show: Option<Show>,
    missing: Missing,
    held: bool,
    breaks: Arc<[AdBreak]>,
    index: Guard<Arc<Index>>,
    delivery: Guard<Arc<Standing>>,
    killed: Guard<Arc<Killed>>,
    ranking: Guard<Arc<Ranking>>,
    /// What ranks instead, where there was no time for the model.
    without_model: Option<Ranking>,
    mode: Mode,
    shown: Shown,
    reserved: Reserved,
    seed: u64,
    now: Time,
}

impl Decisions {
    /// Reads what a decision depends on, within the caller's time.
    pub(super) async fn read(
        &self,
        media_id: &MediaId,
        caller: &Caller,
        ask: &Ask<'_>,
        now: Time,
        deadline: Instant,
    ) -> Result<Gathered> {
        let from = &self.sources;
        let media = from.media.get(media_id)?;
        let (window, position) = (ask.window()?, ask.position()?);
        let seed = seed::of(self.salt, media_id, &caller.subject, ask);
        let ((pages, a), (viewer, b), (show, c)) = tokio::join!(
            gather::pages(&from.detections, media_id, window, deadline),
            self.viewer(caller, ask, seed, deadline),
            gather::show(&from.cues, media_id, ask.cue_id.as_deref(), deadline),
        );
        let missing = a.and(b).and(c);
        for lack in missing.iter() {
            METRICS.degraded.with_label_values(&[lack.as_str()]).inc();
        }
        let index = from.instruments.index();
        let ranking = from.ranking.load();
        let mode = sticky::mode(&viewer.viewer_id, caller.test, self.holdout_percent);
        // Who tries out sees each thing as if for the first time, and nobody remembers it.
        let (mut shown, mut reserved) = (Shown::default(), Reserved::default());
        if mode != Mode::Test {
            let asked = (&viewer.viewer_id, media_id, seed);
            shown = Shown::gather(&self.sealer, &index, &media, &viewer, ask, now);
            self.pending.of(asked, now, |showing| shown.add(showing));
            reserved = self.pending.reserved(asked, now);
        }
        Ok(Gathered {
            window,
            position,
            pages,
            viewer,
            show,
            held: from.media.is_held(media_id),
            breaks: from.media.ad_breaks(media_id),
            delivery: from.delivery.standing(),
            killed: from.instruments.kill_switches().killed(),
            without_model: missing.is_contextual().then(|| ranking.without_model()),
            media,
            missing,
            index,
            ranking,
            mode,
            shown,
            reserved,
            seed,
            now,
        })
    }

    async fn viewer(
        &self,
        caller: &Caller,
        ask: &Ask<'_>,
        seed: u64,
        deadline: Instant,
    ) -> (Arc<Viewer>, Missing) {
        if ask.anonymous || caller.subject.is_anonymous() {
            // Named after the decision alone: what is done about two of them never joins up.
            let viewer_id = ViewerId::anonymous(choose::decision_number(seed));
            return (Arc::new(Viewer::nobody(viewer_id)), Missing::default());
        }
        gather::viewer(&self.sources.viewers, &caller.subject, deadline).await
    }
}

impl Gathered {
    /// What the choice depends on.
    pub(super) fn scene<'a>(&'a self, station: &'a Decisions, ask: &'a Ask<'_>) -> Scene<'a> {
        let (missing, show) = (self.missing, self.show.as_ref());
        let ranking = self.without_model.as_ref().unwrap_or(&self.ranking);
        let entities = self.index.entities();
        Scene {
            media: &self.media,
            window: self.window,
            held: self.held,
            killed: &self.killed,
            show,
            position: self.position,
            breaks: &self.breaks,
            sight: Rc::new(Sight::new(&self.pages, self.window, entities)),
            clock: WallClock::new(self.now),
            index: &self.index,
            delivery: &self.delivery.rules,
            viewer: &self.viewer,
            mode: self.mode,
            personal: self.viewer.personalisation()
                && ask.personalisation != Some(false)
                && !missing.is_contextual(),
            missing,
            shown: &self.shown,
            tills: &station.tills,
            reserved: &self.reserved,
            can_draw: ask.can_draw,
            viewport: ask.viewport(),
            free: OnceCell::new(),
            slots: ask.slots,
            per_kind: ask.per_kind,
            ranking,
            context: &station.context,
            locale: ask.locale.as_deref(),
            policy: station.policies.of(show, ranking, missing),
            life: self.media.details.overlay_life.unwrap_or(station.life),
            seed: self.seed,
            now: self.now,
        }
    }
}
