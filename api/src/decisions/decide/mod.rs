//! The one call: gathers what a decision needs of the other stations, hands it to the pure files, and writes what they
//! chose.

mod gathered;

use std::sync::Arc;
use std::time::{Duration, Instant};

use beckon_classifier::draw::uniform;
use beckon_classifier::schema::Schema;

use super::budget::{self, Keeper, Tills};
use super::choose::Scratch;
use super::policies::Policies;
use super::scene::{Choice, Scene};
use super::terms::Mode;
use super::{
    Ask, Ranking, answer, choose, context, diagnosis, filters, link, pending, receipt, wire,
};
use crate::auth::Caller;
use crate::config::BudgetOptions;
use crate::cues::Cues;
use crate::db::{Db, Slot};
use crate::detections::Detections;
use crate::error::Result;
use crate::instruments::{Delivery, Instruments};
use crate::media::{self, OverlayLife};
use crate::viewers::Viewers;
use crate::words::{MediaId, Time};

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
    pub async fn decide(
        &self,
        media_id: &MediaId,
        caller: &Caller,
        ask: &Ask<'_>,
        now: Time,
        began: Instant,
    ) -> Result<Vec<u8>> {
        let deadline = began + ask.timeout;
        let gathered = self.read(media_id, caller, ask, now, deadline).await?;
        let scene = gathered.scene(self, ask);
        // Where a till is dry the decision waits for it, once, and chooses again.
        let answered = choose::with_scratch(|scratch| {
            let choice = choose::choose(filters::ALL, &scene, scratch);
            let dry = budget::note_asked(&scene, scratch.could_be_shown());
            if dry.is_empty() {
                return Ok(self.finish(&scene, choice, ask, began, scratch));
            }
            budget::undo(&scene, &choice.picks);
            Err(dry)
        });
        let dry = match answered {
            Ok(answer) => return answer,
            Err(dry) => dry,
        };
        self.keeper.fill(&dry, now, deadline).await;
        choose::with_scratch(|scratch| {
            let choice = choose::choose(filters::ALL, &scene, scratch);
            self.finish(&scene, choice, ask, began, scratch)
        })
    }

    /// Remembers, counts and writes what was chosen.
    fn finish(
        &self,
        scene: &Scene<'_>,
        mut choice: Choice,
        ask: &Ask<'_>,
        began: Instant,
        scratch: &mut Scratch,
    ) -> Result<Vec<u8>> {
        // Whom a cue asked, the next one asks again while something is due: two clocks would only cross.
        choice.free_at = choice.free_at.filter(|_| ask.cue_id.is_none());
        let viewer_id = &scene.viewer.viewer_id;
        if scene.mode != Mode::Test && !viewer_id.is_anonymous() {
            let asked = (viewer_id, &scene.media.media_id, scene.seed);
            self.pending
                .remember(asked, scene.now, choice.chosen(scene));
        }
        if scene.mode != Mode::Test {
            diagnosis::count::count(scene, &choice, scratch);
        }
        let took = || began.elapsed();
        let explained: Option<&dyn Fn() -> Duration> = if ask.explain { Some(&took) } else { None };
        let seals = answer::Seals {
            sealer: &self.sealer,
            links: self.base(ask).map(|base| (&self.links, base)),
        };
        let answer = answer::write(seals, scene, &choice, explained, scratch)?;
        if self.explained > 0.0 && uniform(scene.seed, EXPLAINED) < self.explained {
            wire::explain::log(scene, &choice, scratch, began.elapsed());
        }
        Ok(answer)
    }
}
