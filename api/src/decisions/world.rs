//! A world in memory: all that a decision reads, without a store. Golden cases and replays decide in one.
//!
//! What a new rule reads of the outside has its one place here: a field, and its line in [`World::scene`].

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use beckon_classifier::schema::Schema;

use super::budget::{Reserved, Standing, Tills};
use super::missing::Missing;
use super::policies::Policies;
use super::scene::Scene;
use super::shown::Shown;
use super::{Ask, Ranking, context, seed, sticky};
use crate::cues::Show;
use crate::detections::{Sight, Stretch};
use crate::error::Result;
use crate::instruments::hours::WallClock;
use crate::instruments::{DeliveryRules, Index, Killed};
use crate::media::{AdBreak, Media, OverlayLife};
use crate::viewers::Viewer;
use crate::words::Time;

/// All that a decision reads but the question, the viewer and the clock.
#[derive(Debug)]
pub(super) struct World {
    pub(super) media: Arc<Media>,
    pub(super) breaks: Vec<AdBreak>,
    /// Nothing is shown on the media.
    pub(super) held: bool,
    /// What must not be shown, whatever else may run.
    pub(super) killed: Killed,
    /// What a host puts to all.
    pub(super) show: Option<Show>,
    pub(super) detections: Stretch,
    pub(super) index: Index,
    /// What holds over all instruments.
    pub(super) delivery: DeliveryRules,
    /// What campaigns have left: their whole budgets unless told.
    pub(super) tills: Tills,
    pub(super) reserved: Reserved,
    pub(super) ranking: Arc<Ranking>,
    pub(super) policies: Policies,
    pub(super) context: context::Fields,
    /// How overlays live where neither instrument nor media says.
    pub(super) life: OverlayLife,
    /// Who asks tries out.
    pub(super) tries_out: bool,
    /// How many of a hundred viewers are held out.
    pub(super) holdout_percent: f64,
    /// What the draws hang on beside viewer, media and cue.
    pub(super) salt: u64,
}

impl World {
    /// A world where nothing is held, shown or in a break.
    pub(super) fn new(
        media: Arc<Media>,
        detections: Stretch,
        index: Index,
        life: OverlayLife,
    ) -> anyhow::Result<Self> {
        let stock = index
            .campaigns()
            .map(|running| (running, running.most_impressions(), Standing::Spent));
        Ok(Self {
            media,
            detections,
            tills: Tills::stocked(stock, Time::from_ms(0)),
            reserved: Reserved::default(),
            index,
            delivery: DeliveryRules::default(),
            breaks: Vec::new(),
            held: false,
            killed: Killed::default(),
            show: None,
            ranking: Arc::default(),
            policies: Policies::new()?,
            context: context::Fields::of(&Schema::default()),
            life,
            tries_out: false,
            holdout_percent: 0.0,
            salt: 0,
        })
    }

    /// What this viewer's question depends on.
    pub(super) fn scene<'a>(
        &'a self,
        viewer: &'a Viewer,
        shown: &'a Shown,
        ask: &'a Ask<'_>,
        now: Time,
    ) -> Result<Scene<'a>> {
        let window = ask.window()?;
        let show = self.show.as_ref();
        Ok(Scene {
            media: &self.media,
            window,
            held: self.held,
            killed: &self.killed,
            show,
            position: ask.position()?,
            breaks: &self.breaks,
            sight: Rc::new(Sight::new(
                self.detections.touching(window),
                window,
                self.index.entities(),
            )),
            clock: WallClock::new(now),
            index: &self.index,
            delivery: &self.delivery,
            viewer,
            mode: sticky::mode(&viewer.viewer_id, self.tries_out, self.holdout_percent),
            personal: viewer.personalisation() && ask.personalisation != Some(false),
            missing: Missing::default(),
            shown,
            tills: &self.tills,
            reserved: &self.reserved,
            can_draw: ask.can_draw,
            viewport: ask.viewport(),
            free: OnceCell::new(),
            slots: ask.slots,
            per_kind: ask.per_kind,
            ranking: &self.ranking,
            context: &self.context,
            locale: ask.locale.as_deref(),
            policy: self.policies.of(show, &self.ranking, Missing::default()),
            life: self.media.details.overlay_life.unwrap_or(self.life),
            seed: seed::of(self.salt, &self.media.media_id, &viewer.viewer_id, ask),
            now,
        })
    }
}
