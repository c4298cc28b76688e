//! What may run now: the live instruments, found by what is on screen.

use std::collections::HashMap;
use std::sync::Arc;

use beckon_classifier::schema::Schema;

use super::audience::Saved;
use super::campaigns::{self, Running};
use super::counts::AllCounts;
use super::definition::Definition;
use super::live::{Known, Live, key};
use super::wire::{overlay_contents, overlay_variants};
use crate::detections::entities::EntityIndex;
use crate::detections::{Hit, Kind, NameId, Page};
use crate::words::InstrumentId;

/// Positions of instruments by a name's number: a window holds hundreds of names, most of which trigger nothing, and a
/// hash for each of them would cost more than all the rest of the look.
#[derive(Debug, Default)]
struct Postings(Vec<Vec<u32>>);

impl Postings {
    fn add(&mut self, names: &[NameId], at: u32) {
        for name in names {
            let number = name.index();
            if number >= self.0.len() {
                self.0.resize_with(number + 1, Vec::new);
            }
            self.0[number].push(at);
        }
    }

    fn of(&self, name: NameId) -> &[u32] {
        self.0.get(name.index()).map_or(&[], Vec::as_slice)
    }

    /// Hardly an installation asks for parents or categories: then their names need not be looked at.
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Every live instrument at one moment. Positions count within one index only.
#[derive(Debug, Default)]
pub struct Index {
    revision: u64,
    all: Vec<Arc<Live>>,
    /// The entities that the instruments were made ready with.
    entities: Arc<EntityIndex>,
    by_name: Postings,
    by_external_id: Postings,
    by_parent: Postings,
    by_category: Postings,
    /// By kind, as [`Kind::ALL`] has them.
    by_kind: [Vec<u32>; Kind::ALL.len()],
    without_trigger: Vec<u32>,
    by_key: HashMap<u128, u32>,
    campaigns: Campaigns,
}

/// Campaigns by their keys.
type Campaigns = HashMap<u128, Arc<Running>>;

impl Index {
    /// Builds the index of these versions, and of the campaigns that they may belong to.
    ///
    /// # Errors
    /// When the content of one cannot be written as JSON.
    pub fn build(
        revision: u64,
        live: Vec<(InstrumentId, u32, Definition)>,
        campaigns: impl Iterator<Item = Running>,
        saved: &Saved,
        schema: &Schema,
        entities: Arc<EntityIndex>,
    ) -> anyhow::Result<Self> {
        let campaigns: Campaigns = campaigns.map(|one| (one.key, Arc::new(one))).collect();
        let known = Known {
            saved,
            schema,
            entities: &entities,
        };
        let ready = |(instrument_id, version, definition): (_, _, Definition)| {
            let content = overlay_contents(&definition)?;
            let campaign = definition.campaign_id.as_ref().map(|id| {
                let running = campaigns.get(&campaigns::key(id)).cloned();
                running.unwrap_or_else(|| Arc::new(Running::over(id)))
            });
            let variants = overlay_variants(&definition)?;
            let live = Live::new(
                instrument_id,
                version,
                definition,
                (content, variants),
                campaign,
                &known,
            );
            anyhow::Ok(Arc::new(live))
        };
        let live = live.into_iter().map(ready);
        let live = live.collect::<anyhow::Result<_>>()?;
        Ok(Self::new(revision, live, campaigns, entities))
    }

    /// Builds the index; the first tier comes first, and ids break ties, so that it is the same on every node.
    #[must_use]
    pub(super) fn new(
        revision: u64,
        mut all: Vec<Arc<Live>>,
        campaigns: Campaigns,
        entities: Arc<EntityIndex>,
    ) -> Self {
        all.sort_by_key(|live| (live.priority, live.key));
        let mut index = Self {
            revision,
            campaigns,
            entities,
            ..Self::default()
        };
        for (at, live) in (0_u32..).zip(&all) {
            index.by_key.insert(live.key, at);
            let trigger = live.trigger.as_ref();
            let Some(trigger) = trigger.filter(|trigger| !trigger.asks_nothing()) else {
                index.without_trigger.push(at);
                continue;
            };
            let keys = trigger.keys(&index.entities);
            index.by_name.add(&keys.names, at);
            index.by_external_id.add(&keys.external_ids, at);
            index.by_parent.add(&keys.parents, at);
            index.by_category.add(&keys.categories, at);
            for kind in keys.kinds {
                index.by_kind[kind as usize].push(at);
            }
        }
        index.all = all;
        index
    }

    /// The same index, in which what becomes of each goes on to be counted where it was.
    #[must_use]
    pub(super) fn counted_in(mut self, counts: &AllCounts) -> Self {
        // Nobody else holds them yet.
        for live in self.all.iter_mut().filter_map(Arc::get_mut) {
            live.counts = counts.of(live.key, &live.instrument_id);
        }
        self
    }

    /// Differs for every index that this process has built.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The entities that its instruments were made ready with.
    #[must_use]
    pub fn entities(&self) -> &EntityIndex {
        &self.entities
    }

    /// Hands out the instruments that a hit of a page calls for, by position; one may come more than once.
    pub fn called_by(&self, page: &Page, hit: &Hit, mut each: impl FnMut(u32)) {
        let mut those = |list: &[u32]| {
            for at in list {
                if self.get(*at).heeds(hit) {
                    each(*at);
                }
            }
        };
        those(self.by_name.of(hit.name));
        if let Some(id) = hit.external_id {
            those(self.by_external_id.of(id));
        }
        if !self.by_parent.is_empty() {
            (page.parents(hit).iter()).for_each(|parent| those(self.by_parent.of(*parent)));
        }
        if !self.by_category.is_empty() {
            (page.categories(hit).iter()).for_each(|name| those(self.by_category.of(*name)));
        }
        those(&self.by_kind[hit.kind as usize]);
    }

    /// Every campaign that is not over.
    pub fn campaigns(&self) -> impl Iterator<Item = &Running> {
        self.campaigns.values().map(Arc::as_ref)
    }

    /// The position of the live instrument of this number.
    #[must_use]
    pub fn by_key(&self, key: u128) -> Option<u32> {
        self.by_key.get(&key).copied()
    }

    /// The campaign of this key, unless it is over.
    #[must_use]
    pub fn campaign(&self, key: u128) -> Option<&Arc<Running>> {
        self.campaigns.get(&key)
    }

    /// The position of a live instrument.
    #[must_use]
    pub fn by_id(&self, instrument_id: &InstrumentId) -> Option<u32> {
        let at = *self.by_key.get(&key(instrument_id))?;
        (self.get(at).instrument_id == *instrument_id).then_some(at)
    }

    /// Those that run at any cue, by position.
    #[must_use]
    pub fn without_trigger(&self) -> &[u32] {
        &self.without_trigger
    }

    /// The instrument at a position that this index gave out.
    ///
    /// # Panics
    /// When the position is of another index and lies behind the end of this one.
    #[must_use]
    pub fn get(&self, position: u32) -> &Arc<Live> {
        &self.all[position as usize]
    }

    /// All of them, by position.
    #[must_use]
    pub fn all(&self) -> &[Arc<Live>] {
        &self.all
    }
}
