//! Golden cases as files: what one says, how it becomes a world, and how its answer is held against what it expects.
//!
//! A field that a new rule needs goes into [`File`] (what the file says) and into [`read`] (how the world comes to it).

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_classifier::popularity::{Popularity, Tally};
use beckon_classifier::schema::Schema;
use beckon_openapi::delivery::NewDeliveryRules;
use beckon_openapi::detection::{Detection, DetectionBatch};
use beckon_openapi::entity::NewEntity;
use beckon_openapi::instrument::{NewInstrument, Rule};
use beckon_openapi::kill_switch::KillScope;
use beckon_openapi::media::NewMedia;
use beckon_openapi::review::InstrumentState;
use serde::Deserialize;
use serde_json::Value;

use super::case_campaign::{self, CampaignOf};
pub(in crate::decisions) use super::case_outcome::{Outcome, told};
use super::case_viewer::ViewerOf;
use super::{case_audience, case_standing};
use crate::cues::Show;
use crate::decisions::case::Case;
use crate::decisions::ranking_slot::Ranking;
use crate::decisions::world::World;
use crate::detections::entities::{EntityIndex, entity_from_wire};
use crate::detections::{Stretch, detections_from_wire};
use crate::error::{At, Error, ErrorCode, Refusal, Result};
use crate::instruments::audience::Saved;
use crate::instruments::{
    Definition, Index, Killed, Target, definition_from_wire, delivery_rules_from_wire,
    state_from_wire,
};
use crate::media::{AdBreak, Media, OverlayLife, QuietScope, media_from_wire};
use crate::viewers::{Declared, Labels};
use crate::words::{InstrumentId, MediaId, Position, Time};

/// How long a showing shows unless told.
pub(super) const USUAL_SHOW_MS: i64 = 30_000;
/// How overlays live where neither instrument nor media says: without quiet, so that a case of another rule is told by it.
const LIFE: OverlayLife = OverlayLife {
    show_ms: USUAL_SHOW_MS,
    quiet_ms: 0,
    quiet_scope: QuietScope::Instrument,
};

/// A case's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The sentence that it proves.
    what: String,
    /// When the question is asked.
    clock: String,
    /// The media; `m` unless told.
    #[serde(default)]
    media: Option<Value>,
    #[serde(default)]
    detections: Vec<Detection>,
    /// From and to of the stream's ad breaks.
    #[serde(default)]
    ad_breaks: Vec<(i64, i64)>,
    /// A host holds the media.
    #[serde(default)]
    held: bool,
    /// What must not be shown.
    #[serde(default)]
    kill_switches: Vec<case_standing::SwitchOf>,
    /// What a host puts to all.
    #[serde(default)]
    show: Option<ShowOf>,
    /// Attributes that are declared beside the standard ones, with their types.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// The rules of saved audiences, by their ids.
    #[serde(default)]
    audiences: BTreeMap<String, Rule>,
    /// Each a `NewEntity`.
    #[serde(default)]
    entities: Vec<NewEntity>,
    #[serde(default)]
    campaigns: Vec<Value>,
    /// Each a `NewInstrument` with, if wanted, its `state` (live unless told), its `instrument_id`, and a `newer` version that
    /// was written when it stood there, with its `review`.
    instruments: Vec<Value>,
    /// What holds over all instruments.
    #[serde(default)]
    delivery_rules: NewDeliveryRules,
    #[serde(default)]
    viewer: ViewerOf,
    /// Who asks tries out.
    #[serde(default)]
    test: bool,
    /// How many of a hundred viewers are held out; none unless told.
    #[serde(default)]
    holdout_percent: f64,
    /// How often instruments were shown and engaged with before, by their names.
    #[serde(default)]
    popularity: BTreeMap<String, Tally>,
    /// Another number draws others of several candidates that are as good.
    #[serde(default)]
    salt: u64,
    /// A `DecisionRequest`.
    ask: Value,
    expect: Outcome,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShowOf {
    /// Its instrument's name.
    instrument: String,
    at_ms: i64,
    #[serde(default)]
    withdrawn: bool,
}

/// The instruments of a case, by their names.
pub(super) struct Named {
    ids: BTreeMap<String, InstrumentId>,
    /// Under what their showings count.
    labels: BTreeMap<String, Labels<String>>,
    index: Index,
}

/// Reads a case.
pub(in crate::decisions) fn read(text: &str) -> Result<Case> {
    let file: File = serde_json::from_str(text).map_err(malformed)?;
    let now = Time::parse(&file.clock).at("clock")?;
    let media = Arc::new(media(file.media, now)?);
    let declared = case_audience::declared(&file.attributes)?;
    let saved = case_audience::saved(file.audiences, &declared)?;
    let entities = file.entities.into_iter();
    let entities = entities.map(|wire| entity_from_wire(wire, now));
    let entities = EntityIndex::new(entities.collect::<Result<_>>()?);
    let campaigns = case_campaign::campaigns(file.campaigns, now)?;
    let named = instruments(file.instruments, &campaigns, &declared, &saved, entities)?;
    let detections = match file.detections {
        none if none.is_empty() => Vec::new(),
        items => detections_from_wire(DetectionBatch { items }, now)?,
    };
    let viewer = file.viewer.read(&named, &declared, &media.media_id, now)?;
    let recent = file.viewer.recent(&named, &media.media_id, now)?;
    let show = file.show.map(|show| host(show, &named)).transpose()?;
    let switched = file.kill_switches.iter();
    let switched = switched.map(|switch| target(switch, &named));
    let switched = switched.collect::<Result<Vec<Target>>>()?;
    let ad_break = |(from_ms, to_ms): (i64, i64)| AdBreak {
        id: format!("{from_ms}"),
        from_ms,
        to_ms: Some(to_ms),
        planned_ms: None,
    };
    let popularity = popularity(file.popularity, &named)?;
    let mut world = World::new(media, Stretch::of(detections), named.index, LIFE)?;
    world.breaks = file.ad_breaks.into_iter().map(ad_break).collect();
    world.tills = case_campaign::tills(&campaigns, now);
    world.held = file.held;
    world.killed = Killed::of(&switched);
    world.show = show;
    world.salt = file.salt;
    world.ranking = Arc::new(Ranking::new(None, Arc::new(popularity)));
    world.delivery = delivery_rules_from_wire(file.delivery_rules)?;
    world.tries_out = file.test;
    world.holdout_percent = file.holdout_percent;
    Ok(Case {
        what: file.what,
        world,
        viewer,
        recent,
        ask: serde_json::to_vec(&file.ask).map_err(malformed)?,
        now,
        expect: file.expect,
    })
}

pub(super) fn malformed(error: serde_json::Error) -> Error {
    Refusal::new(
        ErrorCode::MalformedBody,
        format!("this is no case: {error}"),
    )
    .into()
}

fn media(wire: Option<Value>, now: Time) -> Result<Media> {
    let mut wire = wire.unwrap_or_else(|| serde_json::json!({}));
    if let Some(fields) = wire.as_object_mut() {
        fields.entry("media_id").or_insert_with(|| "m".into());
    }
    let wire: NewMedia = serde_json::from_value(wire).map_err(malformed)?;
    media_from_wire(wire, now).map_err(|error| error.within("media"))
}

/// The live ones in an index; all of them by name. Ids count from 1 unless told, in the order of the file.
fn instruments(
    wire: Vec<Value>,
    campaigns: &[CampaignOf],
    declared: &Declared,
    saved: &Saved,
    entities: EntityIndex,
) -> Result<Named> {
    let (mut ids, mut labels) = (BTreeMap::new(), BTreeMap::new());
    let mut live = Vec::new();
    for (i, mut wire) in wire.into_iter().enumerate() {
        let at = |error: Error| error.within(&format!("instruments[{i}]"));
        let mut own = |field: &str| wire.as_object_mut().and_then(|fields| fields.remove(field));
        let state = own("state").unwrap_or_else(|| "live".into());
        let id = own("instrument_id").unwrap_or_else(|| {
            let number = u128::try_from(i).unwrap_or_default() + 1;
            uuid::Uuid::from_u128(number).to_string().into()
        });
        let id = InstrumentId::parse(id.as_str().unwrap_or_default())
            .at("instrument_id")
            .map_err(at)?;
        let mut newer = own("newer");
        let fields = newer.as_mut().and_then(Value::as_object_mut);
        let review = fields.and_then(|fields| fields.remove("review"));
        let review = review.unwrap_or_else(|| "draft".into());
        let read =
            |state: Value| serde_json::from_value::<InstrumentState>(state).map_err(malformed);
        let state = state_from_wire(read(state).map_err(at)?);
        let review = state_from_wire(read(review).map_err(at)?);
        let definition = version(wire).map_err(at)?;
        if let Some(rule) = &definition.audience {
            case_audience::check(rule, declared, saved).map_err(at)?;
        }
        labels.insert(definition.name.clone(), definition.labels());
        if ids.insert(definition.name.clone(), id.clone()).is_some() {
            let detail = format!("two instruments are named {}", definition.name);
            return Err(at(Refusal::field("name", detail, "once each").into()));
        }
        let newer = newer.map(|newer| version(newer).map_err(at)).transpose()?;
        let standing = case_standing::of(state, newer.is_some(), review).map_err(at)?;
        match (standing.running(), newer) {
            (Some(1), _) => live.push((id, 1, definition)),
            (Some(running), Some(newer)) => live.push((id, running, newer)),
            (Some(_) | None, _) => {}
        }
    }
    Ok(Named {
        ids,
        labels,
        index: Index::build(
            1,
            live,
            campaigns.iter().map(|one| one.running.clone()),
            saved,
            &Schema::default(),
            Arc::new(entities),
        )?,
    })
}

fn version(wire: Value) -> Result<Definition> {
    definition_from_wire(serde_json::from_value::<NewInstrument>(wire).map_err(malformed)?)
}

fn popularity(told: BTreeMap<String, Tally>, named: &Named) -> Result<Popularity> {
    let told = told.into_iter();
    let tallies = told.map(|(name, tally)| Ok((named.id(&name)?.to_string(), tally)));
    Ok(Popularity {
        tallies: tallies.collect::<Result<_>>()?,
        ..Popularity::default()
    })
}

fn target(wire: &case_standing::SwitchOf, named: &Named) -> Result<Target> {
    Ok(match wire.scope {
        KillScope::Instrument => Target::Instrument(named.id(&wire.id)?.clone()),
        KillScope::Advertiser => Target::Advertiser(wire.id.clone()),
        KillScope::Media => Target::Media(MediaId::parse(&wire.id).at("kill_switches.id")?),
    })
}

impl Named {
    /// Under what its showings count.
    pub(super) fn labels(&self, name: &str) -> Labels<String> {
        self.labels.get(name).cloned().unwrap_or_default()
    }

    /// The id of the instrument of this name.
    pub(super) fn id(&self, name: &str) -> Result<&InstrumentId> {
        self.ids.get(name).ok_or_else(|| {
            let detail = format!("no instrument is named {name}");
            Refusal::field(
                "instrument",
                detail,
                "the name of one of the case's instruments",
            )
            .into()
        })
    }
}

fn host(wire: ShowOf, named: &Named) -> Result<Show> {
    Ok(Show {
        instrument_id: named.id(&wire.instrument)?.clone(),
        at: Position::parse(wire.at_ms).at("show.at_ms")?,
        withdrawn: wire.withdrawn,
    })
}
