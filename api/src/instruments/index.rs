//! What may run now: live instruments, made ready for decisions, found by the names on screen.

use std::collections::HashMap;
use std::sync::Arc;

use beckon_classifier::encode::bounded;
use beckon_classifier::schema::{Piece, Schema, Side};

use super::audience::{Audience, Saved};
use super::campaigns::{self, Running};
use super::caps::Caps;
use super::content::Content;
use super::definition::{Definition, Kind, MIDDLE_WEIGHT};
use super::delivery::Competes;
use super::extent::Extent;
use super::locale::Localised;
use super::show_time::ShowTime;
use super::wire::{overlay_contents, overlay_variants};
use crate::categories::Categories;
use crate::detections::{NameId, Names};
use crate::media::OverlayLife;
use crate::viewers::{Acts, Code, Labels};
use crate::words::{InstrumentId, MediaId, Time};

/// An instrument that another one follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// Its id as a number.
    pub key: u128,
    /// Under what its showings are counted.
    pub code: Code,
}

/// A live instrument, with everything worked out that does not hang on the question.
#[derive(Debug)]
pub struct Live {
    /// Its id.
    pub instrument_id: InstrumentId,
    /// Its id as a number.
    pub key: u128,
    /// The version that runs.
    pub version: u32,
    /// Its kind.
    pub kind: Kind,
    /// The campaign that it belongs to.
    pub campaign: Option<Arc<Running>>,
    /// What colleagues call it.
    pub name: Box<str>,
    /// The names that trigger it; without any it runs at any cue.
    pub triggers: Box<[NameId]>,
    /// How sure the recogniser must be of them, in percent.
    pub min_confidence: f32,
    /// Who may see it; one that is there always asks for a profile.
    pub audience: Option<Audience>,
    /// Not before this.
    pub starts_at: Option<Time>,
    /// Not from this on.
    pub ends_at: Option<Time>,
    /// How often one viewer may see it.
    pub caps: Caps,
    /// How often one viewer may see its campaign.
    pub campaign_caps: Caps,
    /// What a viewer does once, and does not see it again.
    pub stop_after: Acts,
    /// Its id as viewers' counters know it.
    pub code: Code,
    /// Under what its showings count beside itself.
    pub labels: Labels<Code>,
    /// How long it shows and stays quiet then.
    pub overlay_life: Option<OverlayLife>,
    /// On which media it may run; empty for all.
    pub media_ids: Vec<MediaId>,
    /// Its tier: 1 goes before 2.
    pub priority: u8,
    /// The logarithm of its weight over the usual one: what a score is raised by.
    pub log_weight: f32,
    /// Who pays for it, by name, whatever the case; nobody for a question of the house's own.
    pub advertiser: Option<NameId>,
    /// Whom it competes with.
    pub competes_with: Competes,
    /// How tall its card is.
    pub extent: Extent,
    /// What is detected ahead of the viewer may trigger it too.
    pub allow_forward: bool,
    /// It may run while the stream is in an ad break.
    pub in_ad_breaks: bool,
    /// What it advertises.
    pub categories: Categories,
    /// What the classifier reads of it.
    pub pieces: Vec<Piece>,
    /// How long it may be shown.
    pub show_time: ShowTime,
    /// What it follows: who was not shown that is not shown this.
    pub follows: Option<Followed>,
    /// What the viewer sees, as the overlay's JSON carries it: `locale` and `content`, without the right answer.
    pub contents: Localised,
    /// The ways in which it is told, each as `contents` would be; empty where there is one.
    pub variants: Box<[Localised]>,
    /// Their weights.
    pub weights: Box<[u32]>,
    /// The overlay's JSON up to the value of `show_at_ms`.
    pub head_json: Box<str>,
}

impl Live {
    /// Makes a version ready.
    #[must_use]
    pub(super) fn new(
        instrument_id: InstrumentId,
        version: u32,
        definition: Definition,
        (contents, variants): (Localised, Vec<Localised>),
        campaign: Option<Arc<Running>>,
        saved: &Saved,
        schema: &Schema,
    ) -> Self {
        let schedule = definition.schedule.unwrap_or_default();
        let advertiser = definition
            .advertiser()
            .map(|name| Names::intern(name.trim()));
        let extent = Extent::of(
            definition.kind,
            &definition.content,
            &definition.presentation,
        );
        let show_time = definition.show_time();
        let (caps, labels) = (definition.caps(), definition.labels().codes());
        let trigger = definition.trigger;
        let names = trigger.iter().flat_map(|trigger| &trigger.names);
        let mut triggers: Vec<NameId> = names.map(|name| Names::intern(name)).collect();
        triggers.sort();
        triggers.dedup();
        let kind = definition.kind;
        let follows = match &definition.content {
            Content::Offer(offer) => offer.follows.as_ref().map(|id| Followed {
                key: key(id),
                code: Code::of(id.as_str()),
            }),
            Content::Question(_) => None,
        };
        Self {
            show_time,
            key: key(&instrument_id),
            caps,
            campaign_caps: campaign
                .as_ref()
                .map_or_else(Caps::default, |one| one.frequency_caps.clone()),
            stop_after: definition.stop_after,
            code: Code::of(instrument_id.as_str()),
            labels,
            pieces: pieces(&instrument_id, kind, schema),
            head_json: format!(
                r#"{{"instrument_id":"{instrument_id}","version":{version},"kind":"{}","show_at_ms":"#,
                kind.as_str()
            )
            .into(),
            instrument_id,
            version,
            kind,
            campaign,
            name: definition.name.into(),
            triggers: triggers.into(),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "hits carry their confidence as f32, and both must round alike"
            )]
            min_confidence: trigger.map_or(0.0, |t| t.min_confidence.percent() as f32),
            audience: definition
                .audience
                .as_ref()
                .map(|rule| Audience::compile(rule, saved)),
            starts_at: schedule.starts_at,
            ends_at: schedule.ends_at,
            overlay_life: definition.overlay_life,
            media_ids: definition.media_ids,
            priority: definition.priority,
            log_weight: log_weight(definition.weight),
            advertiser,
            competes_with: Competes::new(&definition.competes_with),
            extent,
            allow_forward: definition.allow_forward,
            in_ad_breaks: definition.in_ad_breaks,
            categories: definition.categories,
            contents,
            weights: definition.variants.iter().map(|v| v.weight).collect(),
            variants: variants.into(),
            follows,
        }
    }

    /// How it lives where a media's overlays live so.
    #[must_use]
    pub fn life_on(&self, of_media: OverlayLife) -> OverlayLife {
        self.show_time.keep(self.overlay_life.unwrap_or(of_media))
    }

    /// Whether it may run on this media.
    #[must_use]
    pub fn runs_on(&self, media_id: &MediaId) -> bool {
        self.media_ids.is_empty() || self.media_ids.contains(media_id)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "weights have at most four digits"
)]
fn log_weight(weight: u32) -> f32 {
    (weight.max(1) as f32 / MIDDLE_WEIGHT as f32).ln()
}

/// An instrument's id as a number; ids are UUIDs of our own making.
fn key(instrument_id: &InstrumentId) -> u128 {
    uuid::Uuid::parse_str(instrument_id.as_str()).map_or(0, |id| id.as_u128())
}

/// What the classifier reads of a candidate.
#[must_use]
pub(super) fn pieces(instrument_id: &InstrumentId, kind: Kind, schema: &Schema) -> Vec<Piece> {
    let words = [
        ("candidate.instrument", instrument_id.as_str()),
        ("candidate.kind", kind.as_str()),
    ];
    let piece = |(field, word)| schema.field(field).map(|field| schema.word(field, word));
    bounded(
        words.into_iter().filter_map(piece).collect(),
        Side::Candidate,
    )
}

/// Every live instrument at one moment. Positions count within one index only.
#[derive(Debug, Default)]
pub struct Index {
    revision: u64,
    all: Vec<Arc<Live>>,
    /// By a name's number: a window holds hundreds of names, most of which trigger nothing, and a hash for each of
    /// them would cost more than all the rest of the look.
    by_name: Vec<Vec<u32>>,
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
    ) -> anyhow::Result<Self> {
        let campaigns: Campaigns = campaigns.map(|one| (one.key, Arc::new(one))).collect();
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
                saved,
                schema,
            );
            anyhow::Ok(Arc::new(live))
        };
        let live = live.into_iter().map(ready);
        let live = live.collect::<anyhow::Result<_>>()?;
        Ok(Self::new(revision, live, campaigns))
    }

    /// Builds the index; the first tier comes first, and ids break ties, so that it is the same on every node.
    #[must_use]
    pub(super) fn new(revision: u64, mut all: Vec<Arc<Live>>, campaigns: Campaigns) -> Self {
        all.sort_by_key(|live| (live.priority, live.key));
        let mut index = Self {
            revision,
            campaigns,
            ..Self::default()
        };
        for (at, live) in (0_u32..).zip(&all) {
            index.by_key.insert(live.key, at);
            if live.triggers.is_empty() {
                index.without_trigger.push(at);
            }
            for name in &live.triggers {
                let number = name.index();
                if number >= index.by_name.len() {
                    index.by_name.resize_with(number + 1, Vec::new);
                }
                index.by_name[number].push(at);
            }
        }
        index.all = all;
        index
    }

    /// Differs for every index that this process has built.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The instruments that this name triggers, by position.
    #[must_use]
    pub fn by_name(&self, name: NameId) -> &[u32] {
        self.by_name.get(name.index()).map_or(&[], Vec::as_slice)
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
