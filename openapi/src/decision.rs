//! Decisions: the choice for one viewer at one position.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::instrument::{Act, Content, InstrumentKind};
pub use crate::reason::Reason;

/// The question "what now, for me, here?". Unknown fields are ignored and counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"position_ms": 81000, "cue_id": "0193…", "slots": 1,
    "client": {"locale": "en-GB", "sdk_version": "0.1.0", "can_draw": ["poll", "quiz", "ad"]}}))]
pub struct DecisionRequest {
    /// Where the overlay will show.
    pub position_ms: i64,
    /// How far back the window reaches: 10 000 unless told. Back and forward together at most 60 000.
    #[serde(default)]
    pub backward_ms: Option<i64>,
    /// How far ahead it reaches: 0 unless told.
    #[serde(default)]
    pub forward_ms: Option<i64>,
    /// The cue that asked for this.
    #[serde(default)]
    pub cue_id: Option<String>,
    /// How many overlays at the most: 1 to 4, 1 unless told.
    #[serde(default)]
    pub slots: Option<u32>,
    /// How many of one kind among them at the most: 1 to 4, 1 unless told, so that each slot is the best of its kind.
    #[serde(default)]
    pub per_kind: Option<u32>,
    /// What the client is and can draw.
    #[serde(default)]
    pub client: Option<ClientFacts>,
    /// Consent as the client knows it; it can only take away from what the viewer's profile grants.
    #[serde(default)]
    pub personalisation: Option<bool>,
    /// Receipts of what was shown lately, up to 8, so that the same device never sees a thing twice.
    #[serde(default)]
    pub recent: Vec<String>,
    /// Decide as for nobody, though the token names a viewer: no profile is read, nothing is kept of the viewer, and caps
    /// hold by `shown`. A token without a subject, or with the claim `anonymous`, always does.
    #[serde(default)]
    pub anonymous: bool,
    /// For how long the device's session has lasted, by its own clock: the session's cooldowns count from its begin on.
    /// Without it there is no session to count by.
    #[serde(default)]
    pub session_ms: Option<i64>,
    /// What the device itself has counted, at most 64 instruments; read only where nobody may be known.
    #[serde(default)]
    pub shown: Vec<Told>,
    /// How long the answer may take: 1 to 30 000 ms, 5 000 unless told. Past it the answer comes without what is still being
    /// read, and then without profile and model; `degraded` says so.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// Say why: what was seen, and every candidate with its score or its reason.
    #[serde(default)]
    pub explain: bool,
}

/// What a device has counted of one instrument, where caps are its own to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Told {
    /// Which instrument.
    pub instrument_id: String,
    /// Its kind.
    #[serde(default)]
    pub kind: Option<InstrumentKind>,
    /// How often it was shown in all.
    #[serde(default)]
    pub count: u32,
    /// How long ago it was shown, the last times; at most 16.
    #[serde(default)]
    pub ago_ms: Vec<u64>,
    /// How long it shows.
    #[serde(default)]
    pub show_ms: u64,
    /// What the viewer did with it.
    #[serde(default)]
    pub done: Vec<Act>,
}

/// What the client is and can draw.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ClientFacts {
    /// BCP 47: `en-GB`.
    #[serde(default)]
    pub locale: Option<String>,
    /// Width of the picture in CSS pixels.
    #[serde(default)]
    pub viewport_width: Option<u32>,
    /// Height of the picture in CSS pixels.
    #[serde(default)]
    pub viewport_height: Option<u32>,
    /// Captions or a player's controls show on the picture: then its lowest 18 % stay free.
    #[serde(default)]
    pub captions: bool,
    /// The SDK's version.
    #[serde(default)]
    pub sdk_version: Option<String>,
    /// The kinds that it can draw; all unless told.
    #[serde(default)]
    pub can_draw: Option<Vec<InstrumentKind>>,
}

/// The choice. No overlay is an empty list with reasons, never an error.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Its id: the same viewer and cue get the same one again.
    pub decision_id: String,
    /// The media.
    pub media_id: String,
    /// Where the overlays will show.
    pub position_ms: i64,
    /// What to draw, best first; may be empty.
    pub overlays: Vec<Overlay>,
    /// `test` where the token tries out: nothing of it counts, and the overlay says so. `holdout` where the viewer sees
    /// nothing, so that the others can be compared with it. Not there otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<DecisionMode>,
    /// Under holdout: what would have been shown. Draw none of it; tell its impression when its turn would have come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_out: Vec<Overlay>,
    /// Ask again at this position even without a cue; `null` where only a cue is worth asking.
    #[schema(required)]
    pub next_check_ms: Option<i64>,
    /// Why candidates were left out, with counts.
    pub reasons: Vec<ReasonCount>,
    /// What the decision had to do without, because a store was too slow or failed; absent where nothing was missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub degraded: Vec<Degraded>,
    /// With `explain`: how it came to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// What a decision had to do without. With `timeout` and `viewer_missing` the profile is not used, and popularity ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Degraded {
    /// `timeout_ms` was over before all was read.
    Timeout,
    /// What is on screen is known as it was minutes ago.
    DetectionsOutdated,
    /// What is on screen is not known, or not all of it.
    DetectionsMissing,
    /// The viewer is known as it was minutes ago.
    ViewerOutdated,
    /// Nothing is known of the viewer but what the device brings along.
    ViewerMissing,
    /// What the cue is about is not known.
    CueMissing,
}

/// A decision that does not count like others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionMode {
    /// Somebody tries out.
    Test,
    /// The viewer is held out.
    Holdout,
}

/// What the SDK draws.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Overlay {
    /// Which instrument.
    pub instrument_id: String,
    /// Which version of it.
    pub version: u32,
    /// Its kind.
    pub kind: InstrumentKind,
    /// Which of its variants; not there where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<String>,
    /// From this position on.
    pub show_at_ms: i64,
    /// Until this position, whatever happens to later signals.
    pub hide_at_ms: i64,
    /// Where to draw it.
    pub layout: Layout,
    /// The language of the content (BCP 47); `null` where its author did not say.
    #[serde(default)]
    #[schema(required)]
    pub locale: Option<String>,
    /// What to draw. A right answer is never in it.
    pub content: Content,
    /// Where the button leads: it counts the click and sends on to the content's own link. Not with a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_url: Option<String>,
    /// The same for a QR code, which counts as a scan: in capitals, which take the fewest modules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_url: Option<String>,
    /// Sealed by the server; every event about this overlay carries it back.
    pub receipt: String,
}

/// How to preview a version.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PreviewQuery {
    /// In which language (BCP 47), as a viewer's client would ask; the author's unless told.
    pub locale: Option<String>,
    /// Which of its variants; the instrument's own content unless told.
    pub variant_id: Option<String>,
}

/// Where an overlay is drawn: a corner, and a rectangle in percent of the picture that covers nothing detected near the
/// position, nothing that the media keeps clear, and no captions. The card stands on the corner's edges and may be smaller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Layout {
    /// The corner, in the reading direction of the viewer's language.
    pub anchor: Anchor,
    /// The rectangle's left edge, from the picture's left whatever the language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<f64>,
    /// Its top edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<f64>,
    /// Its width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// Its height: the card may be lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<f64>,
}

/// A corner of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// Above, where lines end.
    TopEnd,
    /// Above, where lines begin.
    TopStart,
    /// Below, where lines end.
    BottomEnd,
    /// Below, where lines begin.
    BottomStart,
}

/// How many candidates a reason left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonCount {
    /// The reason.
    pub reason: Reason,
    /// How many candidates.
    pub count: u32,
}

/// How a decision came about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// First position of the window.
    pub from_ms: i64,
    /// Last position of the window.
    pub to_ms: i64,
    /// What was seen in it, the surest first.
    pub seen: Vec<Seen>,
    /// Every candidate.
    pub candidates: Vec<Candidate>,
    /// Who ranked: `popularity`, or the model's id.
    pub ranked_by: String,
    /// How long the decision took on the server, in microseconds.
    pub decided_us: u64,
}

/// One name in the window.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Seen {
    /// The name.
    pub name: String,
    /// The surest detection of it, 0 to 100.
    pub confidence: f64,
    /// Where that one lies.
    pub position_ms: i64,
}

/// An instrument that might have run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// Which instrument.
    pub instrument_id: String,
    /// Which version of it.
    pub version: u32,
    /// What your colleagues call it.
    pub name: String,
    /// Its kind.
    pub kind: InstrumentKind,
    /// The expected reward, 0 to 1; `null` where a filter stopped it.
    #[schema(required)]
    pub score: Option<f64>,
    /// How likely it was to be chosen; `null` where a filter stopped it.
    #[schema(required)]
    pub propensity: Option<f64>,
    /// What stopped it; `null` for the chosen.
    #[schema(required)]
    pub reason: Option<Reason>,
    /// The rule that stopped it, as `beckon replay --without` names it; none where no rule of its own did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// With the reason `trigger_unmet`: which of its conditions did not hold, as `trigger.all[1]` or `trigger.none[0]`; the
    /// first of them, where several did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<String>,
    /// Its tier: 1 goes before 2.
    #[serde(default)]
    pub tier: u8,
    /// Its weight within the tier: 1 for the usual one.
    #[serde(default)]
    pub weight: f64,
    /// What its campaign is expected to pay for the showing, in rewards, by the delivery rules' `value`; none where a filter
    /// stopped it, or money does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What it was worth in the draw, within its tier: the expected reward as log odds, to which the logarithm of its weight
    /// is added and, where money counts, that of `(score + value) / score`; none where a filter stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<f64>,
}
