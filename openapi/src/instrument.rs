//! Instruments: what a viewer may be shown.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caps::Cap;
pub use crate::content::{
    Answer, BaseTheme, Content, LocaleTexts, Offer, Poll, Price, Quiz, Theme,
};
use crate::hours::{Daypart, MediaStretch};
use crate::media::OverlayLife;
use crate::review::{InstrumentState, Review};
use crate::trigger::Trigger;
use crate::variant::Variant;

/// An instrument to register, or a new version of one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Kingfisher poll",
    "content": {"kind": "poll", "question": "What is it waiting for?", "answers": [
        {"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]},
    "trigger": {"names": ["Kingfisher"], "min_confidence": 80},
    "audience": {"test": {"attribute": "psychograph.likes", "op": "contains", "value": "birds"}},
    "frequency_cap": {"count": 1, "per_ms": 3600000}
}))]
pub struct NewInstrument {
    /// What your colleagues call it; 1 to 120 characters. Viewers never see it.
    pub name: String,
    /// Its id in your own system, unique; 1 to 128 of `A-Za-z0-9._:-`. An import that names it again gives the
    /// instrument a new version. A replacement without it leaves it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What the viewer sees.
    pub content: Content,
    /// The campaign that it belongs to; none unless told. It is of the same advertiser.
    #[serde(default)]
    pub campaign_id: Option<String>,
    /// What must be on screen; without one it may run at any cue.
    #[serde(default)]
    pub trigger: Option<Trigger>,
    /// Who may see it; everybody unless told.
    #[serde(default)]
    pub audience: Option<Rule>,
    /// When it may run; always unless told.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// How often one viewer may see it; as often as the overlay life lets it unless told.
    #[serde(default)]
    pub frequency_cap: Option<FrequencyCap>,
    /// The same by several periods at once; at most 8. All of them hold, `frequency_cap` too.
    #[serde(default)]
    pub frequency_caps: Vec<Cap>,
    /// What ends it for a viewer: after one of these it is not shown to that viewer again. `answer` for a poll, quiz and
    /// trivia, nothing for the others unless told.
    #[serde(default)]
    pub stop_after: Option<Vec<Act>>,
    /// How long it shows, and how long it stays quiet then; the media's unless told.
    #[serde(default)]
    pub overlay_life: Option<OverlayLife>,
    /// On which media it may run; on all unless told. At most 100.
    #[serde(default)]
    pub media_ids: Vec<String>,
    /// Its tier: 1 goes before 2. 1 to 10, 5 unless told.
    #[serde(default)]
    pub priority: Option<u8>,
    /// How much it is worth beside the others of its tier: 1 to 1000, 100 unless told. Twice the weight is worth twice
    /// the expected reward.
    #[serde(default)]
    pub weight: Option<u32>,
    /// Whom it competes with, beside the rivals of its advertiser: they are kept apart as the delivery rules say, and
    /// never stand in one answer.
    #[serde(default)]
    pub competes_with: Competitors,
    /// What is detected ahead of the viewer may trigger it too; false unless told, so that nothing is spoiled.
    #[serde(default)]
    pub allow_forward: bool,
    /// Whether it may run while the stream is in an ad break: `include` unless told.
    #[serde(default)]
    pub ad_breaks: AdBreaks,
    /// The same thing told in 2 to 8 ways, to find out which is best; each viewer sees the same one throughout.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// What it advertises: ids of `GET /v1/categories`, at most 8. Viewers may opt out of them.
    #[serde(default)]
    pub categories: Vec<String>,
    /// In which countries it may run, where a category is restricted: up to 64 of ISO 3166-1, such as `DE`.
    #[serde(default)]
    pub countries: Vec<String>,
    /// On what right people may trigger it; without one their detections do not.
    #[serde(default)]
    pub person_right: Option<PersonRight>,
    /// In which parts of the media it may run: up to 16; in all of it unless told.
    #[serde(default)]
    pub media_clock: Vec<MediaStretch>,
}

/// Whom an instrument competes with. It holds both ways: one of the two need only name the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Competitors {
    /// Advertisers by name, whatever the case. At most 50.
    #[serde(default)]
    pub advertisers: Vec<String>,
    /// Ids of categories, with all that lies within them. At most 20.
    #[serde(default)]
    pub categories: Vec<String>,
}

/// Whether something may run while the stream is in an ad break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdBreaks {
    /// It may.
    #[default]
    Include,
    /// It may not.
    Exclude,
}

/// When it may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Not before this (RFC 3339).
    #[serde(default)]
    #[schema(required)]
    pub starts_at: Option<String>,
    /// Not from this on (RFC 3339).
    #[serde(default)]
    #[schema(required)]
    pub ends_at: Option<String>,
    /// By whose clocks `dayparts` are: an IANA zone such as `Europe/Berlin`; needed with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Up to 32 parts of the week; at all hours unless told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dayparts: Vec<Daypart>,
}

/// The right to let a person's presence on screen trigger an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonRight {
    /// On what it rests: a contract, a consent, an exemption. Up to 200 characters.
    pub basis: String,
    /// Where that is recorded. Up to 200 characters.
    pub reference: String,
    /// It ends then (RFC 3339), and the instrument with it; never unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

/// How often one viewer may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FrequencyCap {
    /// At most this often: 1 to 100.
    pub count: u32,
    /// Within this time: 1 000 to 31 536 000 000 ms.
    pub per_ms: u64,
}

/// What a viewer does once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The button was pressed, or the code scanned.
    Click,
    /// The question was answered.
    Answer,
    /// What it was for was done.
    Conversion,
}

/// A rule over a viewer's attributes; at most 8 deep and 64 tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// All of these hold.
    #[schema(no_recursion)]
    All(Vec<Rule>),
    /// One of these holds.
    #[schema(no_recursion)]
    Any(Vec<Rule>),
    /// This does not hold.
    #[schema(no_recursion)]
    Not(Box<Rule>),
    /// This test holds.
    Test(Test),
    /// What the saved audience of this id says.
    Saved(String),
}

/// A test of one attribute. One that the viewer does not have fails every test but `not_exists`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// `demography.age`, `behaviour.visits`, `psychograph.likes`, `attributes.plan`; it must be declared (`GET /v1/attributes`).
    pub attribute: String,
    /// How to compare.
    pub op: Op,
    /// With what: a list for `in` and `not_in`, two numbers or two dates for `between`, a number for `lt`, `lte`, `gt` and
    /// `gte`, a date for `before` and `after`, a requirement such as `>=17.4, <19` for `semver`, nothing for `exists` and
    /// `not_exists`.
    #[serde(default)]
    pub value: Option<TestValue>,
}

/// What a test compares with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum TestValue {
    /// True or false.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A text of at most 128 characters.
    Text(String),
    /// Up to 16 texts.
    Texts(Vec<String>),
    /// Up to 16 finite numbers.
    Numbers(Vec<f64>),
}

/// How a test compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal.
    Eq,
    /// There, and not equal.
    Ne,
    /// One of these.
    In,
    /// There, and none of these.
    NotIn,
    /// Less than.
    Lt,
    /// Less than or equal.
    Lte,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Gte,
    /// A number or a date from the first to the second, both in.
    Between,
    /// A date before this one.
    Before,
    /// A date after this one.
    After,
    /// A list that holds this text, or a text that holds it as a part.
    Contains,
    /// A text that begins so.
    StartsWith,
    /// A version that meets this requirement of semver.
    Semver,
    /// The viewer has the attribute.
    Exists,
    /// The viewer does not have it.
    NotExists,
}

/// The kinds of instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstrumentKind {
    /// A paid message.
    Ad,
    /// A paid message with something to gain.
    Promotion,
    /// A question without a right answer.
    Poll,
    /// A question with a right answer.
    Quiz,
    /// A fact put as a guess.
    Trivia,
    /// A thing to buy.
    Product,
    /// More of the house's own.
    Upsell,
}

/// A registered instrument, as its latest version says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "instrument_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "version": 2, "state": "live", "review": "in_review",
    "approved_version": 1, "author": "mia", "external_id": "crm-4711", "name": "Kingfisher poll",
    "content": {"kind": "poll", "question": "What is it waiting for?", "answers": [
        {"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]},
    "campaign_id": null, "trigger": {"names": ["Kingfisher"], "min_confidence": 80.0},
    "audience": null, "schedule": null, "frequency_cap": {"count": 1, "per_ms": 3600000}, "frequency_caps": [],
    "stop_after": ["answer"], "overlay_life": null,
    "media_ids": [], "priority": 5, "weight": 100, "competes_with": {"advertisers": [], "categories": []},
    "allow_forward": false, "ad_breaks": "include", "variants": [], "categories": [], "countries": [],
    "person_right": null, "media_clock": [],
    "created_at": "2026-11-20T18:40:00.000Z", "updated_at": "2026-11-20T18:42:10.000Z"
}))]
pub struct Instrument {
    /// Its id.
    pub instrument_id: String,
    /// The latest one, which the fields below tell. Counts from 1; versions never change.
    pub version: u32,
    /// Where it stands.
    pub state: InstrumentState,
    /// Where the review of the latest version stands.
    pub review: Review,
    /// The version that runs while the instrument is live, the latest or an earlier one; `null` before the first approval.
    #[schema(required)]
    pub approved_version: Option<u32>,
    /// Who wrote the latest version; `null` where that was not kept yet.
    #[schema(required)]
    pub author: Option<String>,
    /// Its id in your own system.
    #[schema(required)]
    pub external_id: Option<String>,
    /// What your colleagues call it.
    pub name: String,
    /// What the viewer sees.
    pub content: Content,
    /// The campaign that it belongs to.
    #[schema(required)]
    pub campaign_id: Option<String>,
    /// What must be on screen.
    #[schema(required)]
    pub trigger: Option<Trigger>,
    /// Who may see it.
    #[schema(required)]
    pub audience: Option<Rule>,
    /// When it may run.
    #[schema(required)]
    pub schedule: Option<Schedule>,
    /// How often one viewer may see it.
    #[schema(required)]
    pub frequency_cap: Option<FrequencyCap>,
    /// The same by several periods.
    pub frequency_caps: Vec<Cap>,
    /// What ends it for a viewer.
    pub stop_after: Vec<Act>,
    /// How long it shows, and how long it stays quiet then.
    #[schema(required)]
    pub overlay_life: Option<OverlayLife>,
    /// On which media it may run; empty for all.
    pub media_ids: Vec<String>,
    /// Its tier: 1 goes before 2.
    pub priority: u8,
    /// How much it is worth beside the others of its tier.
    pub weight: u32,
    /// Whom it competes with.
    pub competes_with: Competitors,
    /// What is detected ahead of the viewer may trigger it too.
    pub allow_forward: bool,
    /// Whether it may run while the stream is in an ad break.
    pub ad_breaks: AdBreaks,
    /// The ways in which it is told; empty where there is one.
    pub variants: Vec<Variant>,
    /// What it advertises: ids of `GET /v1/categories`.
    pub categories: Vec<String>,
    /// In which countries it may run, where a category is restricted.
    pub countries: Vec<String>,
    /// On what right people may trigger it.
    #[schema(required)]
    pub person_right: Option<PersonRight>,
    /// In which parts of the media it may run; empty for all of it.
    pub media_clock: Vec<MediaStretch>,
    /// When it was registered (RFC 3339).
    pub created_at: String,
    /// When its latest version or state came (RFC 3339).
    pub updated_at: String,
}

/// Which instruments to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InstrumentQuery {
    /// Only those in this state.
    pub state: Option<InstrumentState>,
    /// Only those whose latest version's review stands so: `in_review` lists what waits for approval.
    pub review: Option<Review>,
    /// Only the one with this id in your own system.
    pub external_id: Option<String>,
    /// How many items at the most: 1 to 500, 100 unless told.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}
