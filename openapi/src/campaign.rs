//! Campaigns: instruments of one advertiser with schedule, price, goal, budget and pacing.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caps::Cap;

/// A campaign to register, or what a campaign is from now on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Harbour Cup, boots", "advertiser": "Harbour Shop",
    "schedule": {"starts_at": "2026-11-20T19:00:00Z", "ends_at": "2026-11-20T21:00:00Z"},
    "price": {"model": "cpm", "amount_micros": 12000000, "currency": "EUR"},
    "goal": {"metric": "impressions", "amount": 50000},
    "budget": {"money_micros": 600000000},
    "pacing": "even"
}))]
pub struct NewCampaign {
    /// What your colleagues call it; 1 to 120 characters.
    pub name: String,
    /// For whom it runs; 1 to 120 characters. Its instruments are of this advertiser.
    pub advertiser: String,
    /// When it runs; always unless told.
    #[serde(default)]
    pub schedule: Option<CampaignSchedule>,
    /// What its advertiser pays; nothing unless told, and then money is neither goal nor budget.
    #[serde(default)]
    pub price: Option<CampaignPrice>,
    /// What it is to reach. It ends when it has.
    #[serde(default)]
    pub goal: Option<Goal>,
    /// What it never goes beyond.
    #[serde(default)]
    pub budget: Option<Budget>,
    /// How often one viewer may see something of it; as often as its instruments may be seen unless told.
    #[serde(default)]
    pub frequency_caps: Vec<Cap>,
    /// How it spreads over its schedule: `even` where there is an end and something to reach, `asap` otherwise, unless told.
    #[serde(default)]
    pub pacing: Option<Pacing>,
}

/// When a campaign runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignSchedule {
    /// Not before this (RFC 3339); from when it goes live unless told.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// Not from this on (RFC 3339).
    #[serde(default)]
    pub ends_at: Option<String>,
}

/// What is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceModel {
    /// A thousand impressions.
    Cpm,
    /// A click: the button, or the code's scan, which is the click of a television. One overlay is billed for each once.
    Cpc,
    /// An answer to a question: an engagement.
    Cpe,
    /// A conversion: an acquisition.
    Cpa,
}

/// What an advertiser pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"model": "cpm", "amount_micros": 12000000, "currency": "EUR"}))]
pub struct CampaignPrice {
    /// For what.
    pub model: PriceModel,
    /// How much, in millionths of the currency: 12000000 is 12.00. With `cpm` it is for a thousand, and a multiple of
    /// 1000, so that one impression costs whole millionths.
    #[schema(minimum = 1)]
    pub amount_micros: u64,
    /// A currency in use, by its code of ISO 4217: `EUR`.
    pub currency: String,
}

/// What a goal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoalMetric {
    /// Overlays that were drawn.
    Impressions,
    /// Buttons that were pressed, and codes that were scanned.
    Clicks,
    /// Questions that were answered.
    Answers,
    /// Conversions.
    Conversions,
    /// What is billed, in millionths of the price's currency.
    Money,
}

/// What a campaign is to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"metric": "impressions", "amount": 50000}))]
pub struct Goal {
    /// What is counted.
    pub metric: GoalMetric,
    /// How much of it.
    #[schema(minimum = 1)]
    pub amount: u64,
}

/// What a campaign never goes beyond.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"impressions": 50000, "money_micros": 600000000}))]
pub struct Budget {
    /// So many impressions.
    #[serde(default)]
    pub impressions: Option<u64>,
    /// So much money, in millionths of the price's currency.
    #[serde(default)]
    pub money_micros: Option<u64>,
}

/// How a campaign spreads over its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pacing {
    /// As fast as it can.
    Asap,
    /// As much in each minute as in any other.
    Even,
    /// Faster first: three quarters in the first half.
    FrontLoaded,
    /// As many watch, so much is shown: it follows the live audience, and still ends on its goal.
    Audience,
}

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// Being written; nothing of it is shown.
    Draft,
    /// Its live instruments may be shown.
    Live,
    /// Nothing of it is shown for now.
    Paused,
    /// Over for good.
    Archived,
}

/// The state to go to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "live", "note": "the contract is signed"}))]
pub struct CampaignStateChange {
    /// From `draft` to `live`, between `live` and `paused`, and from each to `archived`, which is final.
    pub state: CampaignState,
    /// What to say about it in the audit trail; up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A registered campaign.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "campaign_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "version": 2, "state": "live",
    "name": "Harbour Cup, boots", "advertiser": "Harbour Shop",
    "schedule": {"starts_at": "2026-11-20T19:00:00.000Z", "ends_at": "2026-11-20T21:00:00.000Z"},
    "price": {"model": "cpm", "amount_micros": 12000000, "currency": "EUR"},
    "goal": {"metric": "impressions", "amount": 50000},
    "budget": {"impressions": null, "money_micros": 600000000}, "frequency_caps": [], "pacing": "even",
    "created_at": "2026-11-20T18:40:00.000Z", "updated_at": "2026-11-20T18:42:10.000Z"
}))]
pub struct Campaign {
    /// Its id.
    pub campaign_id: String,
    /// Counts its changes from 1.
    pub version: u32,
    /// Where it stands.
    pub state: CampaignState,
    /// What your colleagues call it.
    pub name: String,
    /// For whom it runs.
    pub advertiser: String,
    /// When it runs.
    #[schema(required)]
    pub schedule: Option<CampaignSchedule>,
    /// What its advertiser pays.
    #[schema(required)]
    pub price: Option<CampaignPrice>,
    /// What it is to reach.
    #[schema(required)]
    pub goal: Option<Goal>,
    /// What it never goes beyond.
    #[schema(required)]
    pub budget: Option<Budget>,
    /// How often one viewer may see something of it.
    pub frequency_caps: Vec<Cap>,
    /// How it spreads over its schedule.
    pub pacing: Pacing,
    /// When it was registered (RFC 3339).
    pub created_at: String,
    /// When it last changed (RFC 3339).
    pub updated_at: String,
}

/// Which campaigns to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CampaignQuery {
    /// Only those in this state.
    pub state: Option<CampaignState>,
    /// How many items at the most: 1 to 500, 100 unless told.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// How a campaign delivers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "campaign_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "at": "2026-11-20T20:00:00.000Z",
    "metric": "impressions", "goal": 50000, "planned": 25000, "delivered": 24810, "forecast": 49620,
    "under_delivery": false, "impressions": 24812, "clicks": 310, "answers": 0, "conversions": 4,
    "billed": 24810, "unbilled": 2, "billed_micros": 297720000, "reserved": 180, "reserved_micros": 2160000,
    "currency": "EUR"
}))]
pub struct CampaignDelivery {
    /// Of which campaign.
    pub campaign_id: String,
    /// At which moment (RFC 3339).
    pub at: String,
    /// What `goal`, `planned`, `delivered` and `forecast` count: `impressions`, `clicks`, `answers` or `conversions`. A goal
    /// or budget in money is told in what it buys.
    #[schema(required)]
    pub metric: Option<GoalMetric>,
    /// What it is to reach, or the most that its budget buys.
    #[schema(required)]
    pub goal: Option<u64>,
    /// What it should have reached by now. By live audience: what an even pace would have.
    #[schema(required)]
    pub planned: Option<u64>,
    /// What it has reached, and may be billed.
    pub delivered: u64,
    /// What it will have reached at the end of its schedule, if things go on as they went.
    #[schema(required)]
    pub forecast: Option<u64>,
    /// The forecast is more than 5 % short of the goal.
    pub under_delivery: bool,
    /// All impressions, billed or not.
    pub impressions: u64,
    /// All clicks and scans, billed or not.
    pub clicks: u64,
    /// All answers, billed or not.
    pub answers: u64,
    /// All conversions, billed or not.
    pub conversions: u64,
    /// How many of what the price is for were billed.
    pub billed: u64,
    /// How many of those came past the goal or budget, or too late, and are not billed.
    pub unbilled: u64,
    /// What was billed, in millionths of the currency.
    pub billed_micros: u64,
    /// Impressions that nodes hold of the budget: on their way to viewers, or returning if they are never drawn.
    pub reserved: u64,
    /// What those cost, in millionths of the currency.
    pub reserved_micros: u64,
    /// ISO 4217; without a price there is none.
    #[schema(required)]
    pub currency: Option<String>,
}
