//! Reports: what happened, by what one asks for, and how far each number can be believed.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::results::ConversionValue;

/// What a report can be by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportDimension {
    /// The instrument.
    Instrument,
    /// The campaign of the version that was shown.
    Campaign,
    /// For whom it ran.
    Advertiser,
    /// On which media.
    Media,
    /// For which saved audience. What is for two is in both lines.
    Audience,
    /// What was on screen: the surest name that called for it.
    Detection,
    /// In which of its instrument's variants.
    Variant,
    /// In which hour, in UTC.
    Hour,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    /// As JSON.
    #[default]
    Json,
    /// As CSV (RFC 4180, UTF-8), a line of names first.
    Csv,
}

/// What to report.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// Dimensions, separated by commas, at most four: `instrument`, `campaign`, `advertiser`, `media`, `audience`,
    /// `detection`, `variant`, `hour`. Without any there is one line of all.
    pub by: Option<String>,
    /// From this moment on (RFC 3339); 24 hours before `to` unless told.
    pub from: Option<String>,
    /// Until before this moment (RFC 3339); now unless told. At most 92 days after `from`.
    pub to: Option<String>,
    /// Only this instrument.
    pub instrument_id: Option<String>,
    /// Only this campaign.
    pub campaign_id: Option<String>,
    /// Only this media.
    pub media_id: Option<String>,
    /// `json` unless told.
    #[param(inline)]
    pub format: Option<ReportFormat>,
}

/// A rate and its 95 % interval (Wilson).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RateInterval {
    /// The rate, 0 to 1.
    pub rate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// By how much more often who was shown something converted than who was held out, with the 95 % interval of the difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lift {
    /// Conversions of what would have been drawn for those who are held out.
    pub held_out_rate: f64,
    /// The conversion rate less that.
    pub difference: f64,
    /// Lower end of the difference.
    pub low: f64,
    /// Upper end of it. The lift is there where both ends are above zero.
    pub high: f64,
    /// The difference as a share of `held_out_rate`; `null` where that is zero.
    #[schema(required)]
    pub relative: Option<f64>,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportLine {
    /// The value of each dimension, in the order of `by`; `null` where it has none.
    pub key: Vec<Option<String>>,
    /// Overlays that were drawn.
    pub impressions: u64,
    /// Half in view for a second.
    pub viewable: u64,
    /// Presses of the button.
    pub clicks: u64,
    /// Scans of the code.
    pub scans: u64,
    /// Answers.
    pub answers: u64,
    /// Sent away.
    pub dismissals: u64,
    /// Conversions.
    pub conversions: u64,
    /// What would have been drawn for those who are held out.
    pub held_out: u64,
    /// Conversions of those.
    pub held_out_conversions: u64,
    /// What was billed, in millionths of the campaigns' currencies: ask by campaign where those differ.
    pub billed_micros: u64,
    /// What conversions were worth, by currency.
    pub conversion_values: Vec<ConversionValue>,
    /// Viewable of drawn; each rate is `null` before the first impression.
    #[schema(required)]
    pub viewable_rate: Option<RateInterval>,
    /// Clicked or scanned of drawn.
    #[schema(required)]
    pub click_rate: Option<RateInterval>,
    /// Answered of drawn.
    #[schema(required)]
    pub answer_rate: Option<RateInterval>,
    /// Sent away of drawn.
    #[schema(required)]
    pub dismiss_rate: Option<RateInterval>,
    /// Converted of drawn.
    #[schema(required)]
    pub conversion_rate: Option<RateInterval>,
    /// Against those who are held out; `null` until both sides were met.
    #[schema(required)]
    pub lift: Option<Lift>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"by": ["instrument"], "from": "2026-11-20T00:00:00.000Z", "to": "2026-11-21T00:00:00.000Z",
    "lines": [{"key": ["0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f"], "impressions": 1000, "viewable": 950, "clicks": 40, "scans": 2,
        "answers": 0, "dismissals": 31, "conversions": 50, "held_out": 100, "held_out_conversions": 2,
        "billed_micros": 12000000, "conversion_values": [{"currency": "EUR", "value_micros": 945000000}],
        "viewable_rate": {"rate": 0.95, "low": 0.935, "high": 0.962}, "click_rate": {"rate": 0.042, "low": 0.031, "high": 0.056},
        "answer_rate": {"rate": 0.0, "low": 0.0, "high": 0.004}, "dismiss_rate": {"rate": 0.031, "low": 0.022, "high": 0.044},
        "conversion_rate": {"rate": 0.05, "low": 0.038, "high": 0.065},
        "lift": {"held_out_rate": 0.02, "difference": 0.03, "low": -0.021, "high": 0.049, "relative": 1.5}}],
    "as_of": "2026-11-21T00:00:00.000Z"}))]
pub struct Report {
    /// The dimensions.
    pub by: Vec<ReportDimension>,
    /// From this moment on (RFC 3339).
    pub from: String,
    /// Until before this one (RFC 3339).
    pub to: String,
    /// The lines, in the order of their keys.
    pub lines: Vec<ReportLine>,
    /// When it was read (RFC 3339).
    pub as_of: String,
}

/// What a number of a report means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Term {
    /// The field of a report's line.
    pub name: String,
    /// What it counts, and what not.
    pub meaning: String,
}

/// What every number of a report means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"terms": [{"name": "impressions", "meaning": "Overlays that were drawn, each once."}]}))]
pub struct Dictionary {
    /// In the order of a line's fields.
    pub terms: Vec<Term>,
}

/// How the variants of an instrument do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"instrument_id": "0193d3f0-7d5e-7a3c-9c0e-0b1a2c3d4e5f", "version": 3,
    "variants": [{"variant_id": "control", "expected_share": 0.5, "viewers": 1020,
        "report": {"key": ["control"], "impressions": 1300, "viewable": 1250, "clicks": 40, "scans": 0, "answers": 0,
        "dismissals": 31, "conversions": 9, "held_out": 0, "held_out_conversions": 0, "billed_micros": 0, "conversion_values": [],
        "viewable_rate": null, "click_rate": null, "answer_rate": null, "dismiss_rate": null, "conversion_rate": null, "lift": null}}],
    "chi_squared": 0.8, "p_value": 0.37, "sample_ratio_mismatch": false, "as_of": "2026-11-21T00:00:00.000Z"}))]
pub struct Experiment {
    /// The instrument.
    pub instrument_id: String,
    /// The version whose variants these are.
    pub version: u32,
    /// Each of them, in their order.
    pub variants: Vec<VariantResult>,
    /// How far the viewers are from the expected shares; `null` with fewer than two variants or no viewers.
    #[schema(required)]
    pub chi_squared: Option<f64>,
    /// How often chance alone would bring viewers so far from their shares.
    #[schema(required)]
    pub p_value: Option<f64>,
    /// True below 0.001: then something but chance chose who saw what, and no comparison can be trusted.
    pub sample_ratio_mismatch: bool,
    /// When it was read (RFC 3339).
    pub as_of: String,
}

/// How one variant does, over the last 92 days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VariantResult {
    /// Its id.
    pub variant_id: String,
    /// Its weight's share.
    pub expected_share: f64,
    /// How many viewers it was drawn for.
    pub viewers: u64,
    /// What happened.
    pub report: ReportLine,
}
