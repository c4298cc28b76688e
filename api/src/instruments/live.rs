//! A live instrument, made ready for decisions.

use std::sync::Arc;

use beckon_classifier::encode::bounded;
use beckon_classifier::schema::{Piece, Schema, Side};

use super::audience::{Audience, Saved};
use super::campaigns::Running;
use super::caps::Caps;
use super::content::Content;
use super::counts::Counts;
use super::definition::{Definition, Kind, MIDDLE_WEIGHT};
use super::delivery::Competes;
use super::extent::Extent;
use super::hours::{MediaStretch, Weekly};
use super::locale::Localised;
use super::show_time::ShowTime;
use super::trigger::Compiled;
use crate::categories::Categories;
use crate::detections::entities::{EntityIndex, EntityNo};
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

/// What versions are made ready with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) saved: &'a Saved,
    pub(super) schema: &'a Schema,
    pub(super) entities: &'a EntityIndex,
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
    /// What must be on screen, and what must not; without it, it runs at any cue.
    pub trigger: Option<Compiled>,
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
    /// In which countries what is restricted may run, and from which age on.
    pub countries: Box<[(Code, u8)]>,
    /// Which entity its advertiser is, where one goes by that name.
    pub entity: Option<EntityNo>,
    /// Whom its advertiser competes with, in the order of their numbers.
    pub rivals: Box<[EntityNo]>,
    /// In which hours it runs.
    pub dayparts: Option<Weekly>,
    /// In which parts of a media it runs.
    pub media_clock: Vec<MediaStretch>,
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
    /// What became of it as a candidate, on this node.
    pub counts: Arc<Counts>,
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
        known: &Known<'_>,
    ) -> Self {
        let Known {
            saved,
            schema,
            entities,
        } = *known;
        let schedule = definition.schedule.unwrap_or_default();
        let show_time = definition.show_time();
        let (caps, labels) = (definition.caps(), definition.labels().codes());
        let named = definition.advertiser().map(|name| name.trim().to_owned());
        let advertiser = named.as_deref().and_then(|name| entities.meant_by(name));
        let extent = Extent::of(
            definition.kind,
            &definition.content,
            &definition.presentation,
        );
        let countries = countries(&definition);
        let right = definition.person_right.as_ref();
        let compiled = |trigger| Compiled::new(trigger, advertiser, right.is_some(), entities);
        let ends = [schedule.ends_at, right.and_then(|right| right.valid_until)];
        let kind = definition.kind;
        let follows = match &definition.content {
            Content::Offer(offer) => offer.follows.as_ref().map(|id| Followed {
                key: key(id),
                code: Code::of(id.as_str()),
            }),
            Content::Question(_) => None,
        };
        Self {
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
            trigger: definition.trigger.as_ref().map(compiled),
            audience: definition
                .audience
                .as_ref()
                .map(|rule| Audience::compile(rule, saved)),
            starts_at: schedule.starts_at,
            ends_at: ends.into_iter().flatten().min(),
            overlay_life: definition.overlay_life,
            media_ids: definition.media_ids,
            priority: definition.priority,
            log_weight: log_weight(definition.weight),
            advertiser: named.as_deref().map(Names::intern),
            competes_with: Competes::new(&definition.competes_with, entities),
            extent,
            allow_forward: definition.allow_forward,
            in_ad_breaks: definition.in_ad_breaks,
            countries,
            categories: definition.categories,
            entity: advertiser,
            rivals: advertiser.map_or_else(Box::default, |no| entities.rivals(no).into()),
            dayparts: definition.dayparts.as_ref().map(Weekly::new),
            media_clock: definition.media_clock,
            contents,
            weights: definition.variants.iter().map(|v| v.weight).collect(),
            variants: variants.into(),
            counts: Arc::default(),
            follows,
            show_time,
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

/// The listed countries, each with the age that all its categories ask for there.
fn countries(definition: &Definition) -> Box<[(Code, u8)]> {
    let least = |country: &str| {
        let ages = definition.categories.restrictions();
        ages.map(|restriction| restriction.least_age_in(country))
            .max()
    };
    let listed = definition.countries.iter();
    listed
        .map(|country| (Code::of(country), least(country).unwrap_or(0)))
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "weights have at most four digits"
)]
fn log_weight(weight: u32) -> f32 {
    (weight.max(1) as f32 / MIDDLE_WEIGHT as f32).ln()
}

/// An instrument's id as a number; ids are UUIDs of our own making.
pub(super) fn key(instrument_id: &InstrumentId) -> u128 {
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
