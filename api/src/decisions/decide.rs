//! The one call: gathers what a decision needs of the other stations, and hands it to the pure files.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use beckon_classifier::draw::uniform;
use beckon_classifier::schema::Schema;

use super::budget::{self, Keeper, Tills};
use super::choose::Scratch;
use super::missing::Missing;
use super::policies::Policies;
use super::scene::{Choice, Scene};
use super::terms::Mode;
use super::{
    Ask, Ranking, answer, choose, context, diagnosis, filters, gather, link, pending, receipt,
    seed, shown, sticky, wire,
};
use crate::auth::Caller;
use crate::config::BudgetOptions;
use crate::cues::Cues;
use crate::db::{Db, Slot};
use crate::detections::{Detections, Sight};
use crate::error::Result;
use crate::instruments::hours::WallClock;
use crate::instruments::{Delivery, Instruments};
use crate::media::{self, OverlayLife};
use crate::metrics::METRICS;
use crate::viewers::{Viewer, Viewers};
use crate::words::{MediaId, Time, ViewerId};

/// Which of a seed's draws says whether a decision's explanation is logged; ranking's own come from seeds of their own.
const EXPLAINED: u64 = 0x0065_7870_6c61_696e;

/// What decisions need of the other stations.
#[derive(Debug)]
pub struct Sources {
    /// Where counts of reasons are kept, and the books of campaigns.
    pub db: Db,
    /// Media, for their zero and overlay life.
    pub media: Arc<media::Registry>,
    /// What was seen.
    pub detections: Arc<Detections>,
    /// Who watches.
    pub viewers: Arc<Viewers>,
    /// What may run.
    pub instruments: Arc<Instruments>,
    /// What holds over all of it.
    pub delivery: Arc<Delivery>,
    /// What a host puts to all.
    pub cues: Arc<Cues>,
    /// What ranks; `learning` fills it.
    pub ranking: Arc<Slot<Ranking>>,
}

/// The station.
#[derive(Debug)]
pub struct Decisions {
    pub(super) sources: Sources,
    sealer: receipt::Sealer,
    links: link::Links,
    /// Where this installation is reached from outside, where that was told.
    public_url: Option<String>,
    pending: pending::Pending,
    tills: Arc<Tills>,
    keeper: Keeper,
    policies: Policies,
    context: context::Fields,
    /// How overlays live where neither instrument nor media says.
    pub(super) life: OverlayLife,
    /// How many of a hundred viewers are held out.
    holdout_percent: f64,
    /// Belongs to this installation, so that nobody can foretell its draws.
    salt: u64,
    /// The share of decisions whose explanation goes into the log.
    explained: f64,
    /// Replays take turns: they must not take the cores from those who watch.
    pub(super) replays: tokio::sync::Semaphore,
}

impl Decisions {
    /// Builds the station.
    ///
    /// # Errors
    /// When a key is broken.
    pub fn new(
        sources: Sources,
        keys: &crate::auth::Keys,
        life: OverlayLife,
        holdout_percent: f64,
        budgets: BudgetOptions,
    ) -> anyhow::Result<Self> {
        let digest = blake3::keyed_hash(&keys.receipt()[0], b"the salt of decisions");
        let mut salt = [0; 8];
        salt.copy_from_slice(&digest.as_bytes()[..8]);
        let tills = Arc::new(Tills::default());
        let (db, instruments) = (sources.db.clone(), sources.instruments.clone());
        Ok(Self {
            keeper: Keeper::new(db, instruments, tills.clone(), budgets),
            tills,
            sources,
            sealer: receipt::Sealer::new(keys.receipt())?,
            links: link::Links::new(keys.receipt()),
            public_url: None,
            pending: pending::Pending::default(),
            policies: Policies::new()?,
            context: context::Fields::of(&Schema::default()),
            life,
            holdout_percent,
            salt: u64::from_le_bytes(salt),
            explained: 0.0,
            replays: tokio::sync::Semaphore::new(1),
        })
    }

    /// Lets links lead to this address.
    ///
    /// # Errors
    /// When it is no address that can stand in front of them.
    pub fn reached_at(self, public_url: Option<String>) -> anyhow::Result<Self> {
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url {
            let detail = "the public URL must be http or https, a host and perhaps a path";
            anyhow::ensure!(link::is_base(url), "{detail}: {url}");
        }
        Ok(Self { public_url, ..self })
    }

    /// What stands in front of links: what the operator says, or what the question was asked of.
    fn base<'a>(&'a self, ask: &'a Ask<'_>) -> Option<&'a str> {
        self.public_url.as_deref().or(ask.asked_of.as_deref())
    }

    /// The same station, which writes the explanations of this share of its decisions to the log.
    #[must_use]
    pub fn explaining(self, explained: f64) -> Self {
        Self { explained, ..self }
    }

    /// Opens receipts, for the events that bring them back.
    #[must_use]
    pub fn sealer(&self) -> &receipt::Sealer {
        &self.sealer
    }

    /// Keeps this node's part of campaigns' budgets until it stops.
    pub async fn keep_budgets(&self, stopped: impl Future<Output = ()>) {
        self.keeper.run(stopped).await;
    }

    pub(super) const fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// Decides, and writes the answer's JSON.
    ///
    /// # Errors
    /// When the media is unknown, or the window is not one. Where a store fails or is too slow there is an answer of
    /// what is known without it.
    #[expect(
        clippy::too_many_lines,
        reason = "it gathers, a line or two for each thing that a choice reads"
    )]
    pub async fn decide(
        &self,
        media_id: &MediaId,
        caller: &Caller,
        ask: &Ask<'_>,
        now: Time,
        began: Instant,
    ) -> Result<Vec<u8>> {
        let media = self.sources.media.get(media_id)?;
        let (window, position) = (ask.window()?, ask.position()?);
        let seed = seed::of(self.salt, media_id, &caller.subject, ask);
        let deadline = began + ask.timeout;
        let (pages, viewer, show) = tokio::join!(
            gather::pages(&self.sources.detections, media_id, window, deadline),
            self.viewer(caller, ask, seed, deadline),
            gather::show(
                &self.sources.cues,
                media_id,
                ask.cue_id.as_deref(),
                deadline
            ),
        );
        let ((pages, a), (viewer, b), (show, c)) = (pages, viewer, show);
        let missing = a.and(b).and(c);
        for lack in missing.iter() {
            METRICS.degraded.with_label_values(&[lack.as_str()]).inc();
        }
        let index = self.sources.instruments.index();
        let delivery = self.sources.delivery.standing();
        let killed = self.sources.instruments.kill_switches().killed();
        let breaks = self.sources.media.ad_breaks(media_id);
        let ranking = self.sources.ranking.load();
        let without_model = missing.is_contextual().then(|| ranking.without_model());
        let ranking = without_model.as_ref().unwrap_or(&ranking);
        let mode = sticky::mode(&viewer.viewer_id, caller.test, self.holdout_percent);
        let asked = (&viewer.viewer_id, media_id, seed);
        // Who tries out sees each thing as if for the first time, and nobody remembers it.
        let mut shown = shown::Shown::default();
        let mut reserved = budget::Reserved::default();
        if mode != Mode::Test {
            shown = shown::Shown::gather(&self.sealer, &index, &media, &viewer, ask, now);
            self.pending.of(asked, now, |showing| shown.add(showing));
            reserved = self.pending.reserved(asked, now);
        }
        let scene = Scene {
            media: &media,
            window,
            held: self.sources.media.is_held(media_id),
            killed: &killed,
            show: show.as_ref(),
            position,
            breaks: &breaks,
            sight: Rc::new(Sight::new(&pages, window, index.entities())),
            clock: WallClock::new(now),
            index: &index,
            delivery: &delivery.rules,
            viewer: &viewer,
            mode,
            personal: viewer.personalisation()
                && ask.personalisation != Some(false)
                && !missing.is_contextual(),
            missing,
            shown: &shown,
            tills: &self.tills,
            reserved: &reserved,
            can_draw: ask.can_draw,
            viewport: ask.viewport(),
            free: OnceCell::new(),
            slots: ask.slots,
            per_kind: ask.per_kind,
            ranking,
            context: &self.context,
            locale: ask.locale.as_deref(),
            policy: self.policies.of(show.as_ref(), ranking, missing),
            life: media.details.overlay_life.unwrap_or(self.life),
            seed,
            now,
        };
        let finish = |mut choice: Choice, scratch: &mut Scratch| {
            // Whom a cue asked, the next one asks again while something is due: two clocks would only cross.
            choice.free_at = choice.free_at.filter(|_| ask.cue_id.is_none());
            if mode != Mode::Test && !viewer.viewer_id.is_anonymous() {
                self.pending.remember(asked, now, choice.chosen(&scene));
            }
            if mode != Mode::Test {
                diagnosis::count::count(&scene, &choice, scratch);
            }
            let took = || began.elapsed();
            let explained: Option<&dyn Fn() -> Duration> =
                if ask.explain { Some(&took) } else { None };
            let seals = answer::Seals {
                sealer: &self.sealer,
                links: self.base(ask).map(|base| (&self.links, base)),
            };
            let answer = answer::write(seals, &scene, &choice, explained, scratch)?;
            if self.explained > 0.0 && uniform(seed, EXPLAINED) < self.explained {
                wire::explain::log(&scene, &choice, scratch, began.elapsed());
            }
            Ok(answer)
        };
        // Where a till is dry the decision waits for it, once, and chooses again.
        let dry = choose::with_scratch(|scratch| {
            let choice = choose::choose(filters::ALL, &scene, scratch);
            let dry = budget::note_asked(&scene, scratch.could_be_shown());
            if dry.is_empty() {
                return Ok(finish(choice, scratch));
            }
            budget::undo(&scene, &choice.picks);
            Err(dry)
        });
        match dry {
            Ok(answer) => answer,
            Err(dry) => {
                self.keeper.fill(&dry, now, deadline).await;
                choose::with_scratch(|scratch| {
                    let choice = choose::choose(filters::ALL, &scene, scratch);
                    finish(choice, scratch)
                })
            }
        }
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
