//! Replay: what a set of instruments would have done over what was seen, with a simulated audience.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decision::ReasonCount;
use crate::instrument::{InstrumentKind, NewInstrument};
use crate::viewer::{AttributeValue, ViewerProfile};

/// What to replay. The same request over the same detections is answered by the same bytes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"instrument_ids": ["0193…"], "from_ms": 0, "to_ms": 5400000, "every_ms": 10000,
    "audience": {"size": 250000, "sample": 1000, "seed": 7, "arrivals": [6, 3, 1],
        "groups": [{"weight": 3, "profile": {"psychograph": {"likes": ["birds"]}, "consent": {"personalisation": true}}},
            {"weight": 1}]},
    "goals": [{"instrument_id": "0193…", "impressions": 40000}]}))]
pub struct ReplayRequest {
    /// Instruments by their ids, in whatever state, each as its latest version says. At most 200 together with the drafts.
    #[serde(default)]
    pub instrument_ids: Vec<String>,
    /// Instruments that are not registered. The first one's id is 00000000-0000-8000-8000-000000000001, and so on.
    #[serde(default)]
    pub drafts: Vec<NewInstrument>,
    /// Let everything compete that is live now, too; false unless told. Where no instrument is named and there is no draft, the
    /// report is about all that is live.
    #[serde(default)]
    pub with_live: bool,
    /// The first position at which viewers ask.
    pub from_ms: i64,
    /// The last position at which they may ask; at most 6 hours later.
    pub to_ms: i64,
    /// How far apart viewers ask: 1000 to 600 000, 10 000 unless told.
    #[serde(default)]
    pub every_ms: Option<i64>,
    /// When `from_ms` is reached (RFC 3339), for schedules; as if it were live, at the media's zero plus `from_ms`, unless told.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// How many overlays each may get at once: 1 to 4, 1 unless told.
    #[serde(default)]
    pub slots: Option<u32>,
    /// Who watches.
    pub audience: ReplayAudience,
    /// What is to be reached.
    #[serde(default)]
    pub goals: Vec<ReplayGoal>,
    /// How many overlays the timeline tells: 0 to 1000, 100 unless told.
    #[serde(default)]
    pub timeline: Option<u32>,
}

/// A simulated audience.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayAudience {
    /// How many people it stands for: 1 to 100 000 000. Forecasts are scaled to it.
    pub size: u64,
    /// How many of them are simulated; 1000 or all of them unless told. Together with the steps at most 400 000 questions.
    #[serde(default)]
    pub sample: Option<u32>,
    /// Another seed draws another audience with other choices.
    #[serde(default)]
    pub seed: u64,
    /// How many arrive in each of as many equal stretches of the window, in relation to each other; all at its beginning
    /// unless told. At most 100.
    #[serde(default)]
    pub arrivals: Vec<f64>,
    /// Who they are; nobody known unless told. At most 20.
    #[serde(default)]
    pub groups: Vec<ReplayGroup>,
}

/// A group of a simulated audience.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayGroup {
    /// What the report calls it; its place unless told.
    #[serde(default)]
    pub name: Option<String>,
    /// How many belong to it, in relation to the others.
    pub weight: f64,
    /// A saved audience that all of them are in: whom the profile and the mixes draw, as long as the rule lets them in.
    #[serde(default)]
    pub audience_id: Option<String>,
    /// What all of them have in common.
    #[serde(default)]
    pub profile: Option<ViewerProfile>,
    /// Attributes that differ within the group, each drawn by itself. At most 20.
    #[serde(default)]
    pub mixes: Vec<ReplayMix>,
}

/// An attribute that differs within a group.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayMix {
    /// Its full name: `demography.age`.
    pub attribute: String,
    /// Its values with their weights; 1 to 50.
    pub values: Vec<ReplayValue>,
}

/// One value of a mix.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayValue {
    /// The value; `null` for those who do not have the attribute.
    #[serde(default)]
    pub value: Option<AttributeValue>,
    /// How many have it, in relation to the others.
    pub weight: f64,
}

/// What an instrument is to reach.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayGoal {
    /// Which instrument.
    pub instrument_id: String,
    /// How many impressions.
    pub impressions: u64,
}

/// What would have been shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"media_id": "harbour-cup", "from_ms": 0, "to_ms": 5400000, "every_ms": 10000, "viewers": 1000,
    "questions": 541000, "ranked_by": "popularity", "campaigns": [], "reasons": [{"reason": "quiet", "count": 480}],
    "instruments": [{"instrument_id": "0193…", "name": "Kingfisher poll", "kind": "poll", "considered": 900, "impressions": 130,
        "reach": 130, "frequency": 1.0, "expected_engagements": 42.1, "first_position_ms": 61000, "last_position_ms": 81000,
        "groups": [{"name": "1", "impressions": 130, "reach": 130}], "reasons": [{"reason": "outside_audience", "count": 250}],
        "forecast": {"impressions": 32500, "reach": 32500},
        "under_delivery": {"goal": 40000, "forecast": 32500, "share": 0.8125}}],
    "timeline": [{"position_ms": 61000, "viewer": 17, "group": "1", "instrument_id": "0193…", "hide_at_ms": 91000}],
    "more_in_timeline": 129, "warnings": ["Kingfisher poll reaches 81 % of its goal: 32500 of 40000 impressions."]}))]
pub struct ReplayReport {
    /// The media.
    pub media_id: String,
    /// The first position at which viewers asked.
    pub from_ms: i64,
    /// The last one at which they may have asked.
    pub to_ms: i64,
    /// How far apart they asked.
    pub every_ms: i64,
    /// How many viewers were simulated.
    pub viewers: u32,
    /// How many decisions were made for them.
    pub questions: u64,
    /// Who ranked: `popularity`, or the model's id.
    pub ranked_by: String,
    /// What became of each instrument, in the order of the request; those that are only live behind them, where shown.
    pub instruments: Vec<Replayed>,
    /// How the campaigns of those instruments stand that have a goal in impressions.
    pub campaigns: Vec<ReplayedCampaign>,
    /// Why candidates were left out, over all questions.
    pub reasons: Vec<ReasonCount>,
    /// What was shown, when, and to whom: the first overlays in the order of positions and viewers.
    pub timeline: Vec<ReplayShowing>,
    /// How many overlays the timeline leaves out.
    pub more_in_timeline: u64,
    /// What to look at before it runs, each in a sentence.
    pub warnings: Vec<String>,
}

/// What would have become of one instrument.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Replayed {
    /// Which instrument.
    pub instrument_id: String,
    /// What your colleagues call it.
    pub name: String,
    /// Its kind.
    pub kind: InstrumentKind,
    /// In how many decisions it was a candidate.
    pub considered: u64,
    /// How often it was shown to those simulated.
    pub impressions: u64,
    /// To how many of them.
    pub reach: u64,
    /// How often each of those saw it on average; 0 where nobody did.
    pub frequency: f64,
    /// How many of the impressions are expected to engage, by who ranks.
    pub expected_engagements: f64,
    /// Where it was shown first; `null` where it was not.
    #[schema(required)]
    pub first_position_ms: Option<i64>,
    /// Where it was shown last.
    #[schema(required)]
    pub last_position_ms: Option<i64>,
    /// The same by group.
    pub groups: Vec<ReplayReach>,
    /// What stopped it.
    pub reasons: Vec<ReasonCount>,
    /// Scaled to the audience's size.
    pub forecast: ReplayForecast,
    /// Where it has a goal and the forecast falls short of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_delivery: Option<UnderDelivery>,
}

/// How a campaign would stand after a replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedCampaign {
    /// Which campaign.
    pub campaign_id: String,
    /// What your colleagues call it.
    pub name: String,
    /// How many impressions it is to reach.
    pub goal: u64,
    /// How many may be expected of the instruments that were replayed.
    pub forecast: u64,
    /// The one by the other; below 1 it delivers too little.
    pub share: f64,
}

/// What an instrument reached within a group.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReplayReach {
    /// The group.
    pub name: String,
    /// How often it was shown.
    pub impressions: u64,
    /// To how many.
    pub reach: u64,
}

/// What may be expected of the whole audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayForecast {
    /// How many impressions.
    pub impressions: u64,
    /// How many viewers.
    pub reach: u64,
}

/// A forecast that falls short of its goal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnderDelivery {
    /// What is to be reached.
    pub goal: u64,
    /// What may be expected.
    pub forecast: u64,
    /// The one by the other, below 1.
    pub share: f64,
}

/// One overlay of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayShowing {
    /// Where it appeared.
    pub position_ms: i64,
    /// To which simulated viewer, counted from 0.
    pub viewer: u32,
    /// Of which group.
    pub group: String,
    /// Which instrument.
    pub instrument_id: String,
    /// Where it hides.
    pub hide_at_ms: i64,
}
