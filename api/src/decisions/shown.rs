//! What this viewer was shown lately: the stored exposures, what this node decided and has not heard of yet,
//! and what the device itself brings along.

use std::cell::{OnceCell, RefCell};
use std::sync::LazyLock;

use super::Ask;
use super::composition::Held;
use super::limits::Limits;
use super::receipt::Sealer;
use super::request::Told;
use super::scene::Scene;
use super::showings::Showings;
use crate::instruments::caps::Caps;
use crate::instruments::{Index, Kind, Live};
use crate::media::Media;
use crate::viewers::{Acts, Code, Counts, Exposure, Labels, Level, Viewer};
use crate::words::{MediaId, Time};

/// One showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Showing {
    /// Which decision brought it: the same showing may be known from two sides.
    pub(super) decision: u128,
    /// Of which instrument.
    pub(super) instrument: u128,
    /// Its kind, where it is known.
    pub(super) kind: Option<Kind>,
    /// Under what else it counts.
    pub(super) labels: Labels<Code>,
    /// On the media in question.
    pub(super) here: bool,
    /// When it appeared.
    pub(super) shown_at: Time,
    /// When it hides.
    pub(super) hides_at: Time,
    /// It stands in what is counted for life.
    pub(super) counted: bool,
}

/// The kinds by their labels' codes.
static KINDS: LazyLock<[(Code, Kind); Kind::ALL.len()]> =
    LazyLock::new(|| Kind::ALL.map(|kind| (Code::of(kind.as_str()), kind)));

impl Showing {
    /// Of a live instrument, known before the viewer's store has heard of it.
    pub(super) fn of(live: &Live, decision: u128, shown_at: Time, show_ms: i64) -> Self {
        Self {
            decision,
            instrument: live.key,
            kind: Some(live.kind),
            labels: live.labels,
            here: true,
            shown_at,
            hides_at: shown_at.plus_ms(show_ms),
            counted: false,
        }
    }

    /// Of a stored exposure.
    pub(super) fn stored(exposure: &Exposure, here: &MediaId) -> Self {
        let Exposure {
            decision,
            instrument,
            labels,
            media_id,
            shown_at,
            hides_at,
        } = exposure;
        let kind = |code: Code| KINDS.iter().find(|(known, _)| *known == code);
        Self {
            decision: *decision,
            instrument: *instrument,
            kind: labels.kind.and_then(kind).map(|(_, kind)| *kind),
            labels: *labels,
            here: media_id == here,
            shown_at: *shown_at,
            hides_at: *hides_at,
            counted: true,
        }
    }
}

/// What was shown on this media last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lately {
    /// Until when something shows, where something does.
    pub(super) shows_until: Option<Time>,
    /// When the last of what shows no more was hidden.
    pub(super) hidden_at: Option<Time>,
}

/// All showings, each once.
#[derive(Debug, Default)]
pub(super) struct Shown {
    showings: Showings,
    /// What the device itself counts, where nobody else may.
    told: Counts,
    /// When the device's session began, where it says so.
    pub(super) session_from: Option<Time>,
    limits: OnceCell<Limits>,
    /// What holds whatever the candidate; worked out once a decision.
    held: OnceCell<Held>,
    /// What an overlay of this media may still hold back.
    lately: OnceCell<Lately>,
    /// Which advertisers and campaigns have reached their caps, as far as somebody asked: many candidates share theirs.
    reached: RefCell<Vec<(Level, Code, bool)>>,
    /// What was shown of advertisers that may still keep others away: which live instrument, and until when it shows.
    advertised: OnceCell<Vec<(u32, Time)>>,
}

impl Shown {
    /// Gathers the stored exposures and what the device brings along; what the node itself knows is added to it.
    pub(super) fn gather(
        sealer: &Sealer,
        index: &Index,
        media: &Media,
        viewer: &Viewer,
        ask: &Ask<'_>,
        now: Time,
    ) -> Self {
        let mut shown = Self {
            showings: Showings::with_capacity(viewer.exposures().len() + ask.recent.len() + 2),
            session_from: ask.session_ms.map(|ms| now.plus_ms(-ms)),
            ..Self::default()
        };
        for exposure in viewer.exposures() {
            shown
                .showings
                .push(Showing::stored(exposure, &media.media_id));
        }
        let nobody = viewer.viewer_id.is_anonymous();
        if nobody && !ask.shown.is_empty() {
            // The device's own list says all that its receipts say.
            ask.shown
                .iter()
                .for_each(|told| shown.hear(told, index, now));
            return shown;
        }
        for receipt in ask.recent.iter().take(8) {
            // A receipt that does not open is of no harm here: it only fails to remind us.
            let Ok(receipt) = sealer.open(receipt, now) else {
                continue;
            };
            let own = receipt.viewer_id == viewer.viewer_id;
            if own || nobody && receipt.viewer_id.is_anonymous() {
                let live = index.by_key(receipt.chosen.instrument);
                let live = live.map(|at| index.get(at));
                shown.add(Showing {
                    decision: receipt.decision,
                    instrument: receipt.chosen.instrument,
                    kind: live.map(|live| live.kind),
                    labels: live.map(|live| live.labels).unwrap_or_default(),
                    here: receipt.media_id == media.media_id,
                    shown_at: receipt.issued_at,
                    hides_at: receipt.issued_at.plus_ms(i64::from(receipt.show_ms)),
                    counted: false,
                });
            }
        }
        shown
    }

    /// Takes the device's word for what it showed of one instrument: it keeps its own caps by it, and no one else's.
    fn hear(&mut self, told: &Told, index: &Index, now: Time) {
        let live = index.by_key(told.instrument).map(|at| index.get(at));
        let kind = live.map(|live| live.kind).or(told.kind);
        let labels = live.map(|live| live.labels).unwrap_or_default();
        for ago_ms in &told.ago_ms {
            let shown_at = now.plus_ms(-ago_ms);
            self.showings.push(Showing {
                decision: 0,
                instrument: told.instrument,
                kind,
                labels,
                here: true,
                shown_at,
                hides_at: shown_at.plus_ms(told.show_ms),
                counted: true,
            });
        }
        self.showings.mark(told.instrument);
        let count = told.count.max(told.ago_ms.len() as u64);
        let kind = kind.map(|kind| Code::of(kind.as_str()));
        for (level, key) in [
            (Level::Global, Some(Code::of(""))),
            (Level::Kind, kind),
            (Level::Advertiser, labels.advertiser),
            (Level::Campaign, labels.campaign),
            (Level::Instrument, live.map(|live| live.code)),
        ] {
            if let Some(key) = key {
                self.told.add(level, key, count);
            }
        }
        for act in told.done.iter() {
            self.told.note(told.instrument, act);
        }
    }

    /// Adds showings that are known from no other side.
    pub(super) fn remember(&mut self, showings: &[Showing]) {
        showings
            .iter()
            .for_each(|showing| self.showings.push(*showing));
    }

    /// Adds a showing unless it is known from another side.
    pub(super) fn add(&mut self, showing: Showing) {
        let mut own = self.showings.of(showing.instrument);
        let known = own.any(|known| known.decision == showing.decision);
        drop(own);
        if !known {
            self.showings.push(showing);
        }
    }

    /// The showings, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Showing> + Clone {
        self.showings.iter()
    }

    /// The showings of one instrument.
    pub(super) fn of(&self, instrument: u128) -> impl Iterator<Item = &Showing> + Clone {
        self.showings.of(instrument)
    }

    /// Whether this instrument may have been shown, as far back as showings and the device tell; seldom wrongly so, and
    /// never wrongly not.
    pub(super) fn may_hold(&self, instrument: u128) -> bool {
        self.showings.may_hold(instrument)
    }

    /// What was shown on this media last.
    pub(super) fn lately(&self, now: Time) -> Lately {
        *self.lately.get_or_init(|| {
            let mut lately = Lately::default();
            for showing in self.iter().filter(|showing| showing.here) {
                let last = match now < showing.hides_at {
                    true => &mut lately.shows_until,
                    false => &mut lately.hidden_at,
                };
                *last = (*last).max(Some(showing.hides_at));
            }
            lately
        })
    }

    /// Whether one of the caps allows no more of what is the same as these, of which these are the showings.
    pub(super) fn reaches<'a>(
        &'a self,
        scene: &Scene<'_>,
        caps: &Caps,
        (level, key): (Level, Code),
        showings: impl Iterator<Item = &'a Showing> + Clone,
    ) -> bool {
        let life = || {
            let uncounted = showings.clone().filter(|showing| !showing.counted).count();
            let counted = scene.viewer.counts().showings(level, key);
            counted + self.told.showings(level, key) + uncounted as u64
        };
        let times = showings.clone().map(|showing| showing.shown_at);
        caps.are_reached(scene.now, times, life)
    }

    /// The same of what many candidates share, as long as all of them share these caps: worked out once.
    pub(super) fn reaches_shared(
        &self,
        scene: &Scene<'_>,
        caps: &Caps,
        (level, key): (Level, Code),
        same: impl Fn(&Showing) -> bool + Copy,
    ) -> bool {
        let mut reached = self.reached.borrow_mut();
        let known = reached.iter().find(|(l, k, _)| (*l, *k) == (level, key));
        if let Some((_, _, found)) = known {
            return *found;
        }
        let showings = self.iter().filter(move |showing| same(showing));
        let found = self.reaches(scene, caps, (level, key), showings);
        reached.push((level, key, found));
        found
    }

    /// What the viewer did with an instrument.
    pub(super) fn acts(&self, viewer: &Viewer, instrument: u128) -> Acts {
        let told = self.told.acts(instrument);
        viewer.counts().acts(instrument).and(told)
    }

    /// What holds for everything that this viewer may be shown now; worked out once a decision.
    pub(super) fn limits(&self, scene: &Scene<'_>) -> Limits {
        *self.limits.get_or_init(|| Limits::of(scene))
    }

    /// The same and these, as the next slot of one answer has it.
    pub(super) fn with(&self, more: impl Iterator<Item = Showing>) -> Self {
        let mut shown = Self {
            showings: self.showings.clone(),
            told: self.told.clone(),
            session_from: self.session_from,
            ..Self::default()
        };
        more.for_each(|showing| shown.showings.push(showing));
        shown
    }

    /// The kinds that the mix and the budget of interruptions hold back now.
    pub(super) fn held(&self, scene: &Scene<'_>) -> Held {
        *self.held.get_or_init(|| Held::of(scene))
    }

    /// What was shown of advertisers, as long as delivery rules may keep their competitors apart from it.
    pub(super) fn advertised(&self, scene: &Scene<'_>) -> &[(u32, Time)] {
        self.advertised.get_or_init(|| {
            let longest_ms = scene.delivery.separation.longest_ms();
            let near = |showing: &&Showing| scene.now < showing.hides_at.plus_ms(longest_ms);
            let known = |showing: &Showing| {
                let at = scene.index.by_key(showing.instrument)?;
                scene.index.get(at).advertiser?;
                Some((at, showing.hides_at))
            };
            self.iter().filter(near).filter_map(known).collect()
        })
    }
}
