//! Webhooks: who is told what happens here, and what became of each delivery.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What a webhook can be told. Each notice is posted as JSON with at least `event`, `delivery_id` and `at`; the other
/// fields are the event's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum WebhookEvent {
    /// A stored video was analysed; with its media, title, duration and labels.
    #[serde(rename = "ingest.succeeded")]
    IngestSucceeded,
    /// A stored video could not be analysed; with the reason.
    #[serde(rename = "ingest.failed")]
    IngestFailed,
    /// An instrument, or the review of its latest version, went to another state; with `instrument_id`, the latest
    /// `version`, the instrument's state before (`from`) and since (`to`), where the `review` of that version stands, the
    /// `approved_version` that runs while it is live (`null` before the first approval), and who did it (`by`).
    #[serde(rename = "instrument.state_changed")]
    InstrumentStateChanged,
    /// A kill switch was set or cleared; with its `scope` (`instrument`, `advertiser` or `media`) and `id`, whether it is
    /// `on` since, who did it (`by`), and the `note` why it was set (`null` where none was given, or it was cleared).
    #[serde(rename = "kill_switch.changed")]
    KillSwitchChanged,
    /// A campaign reached its goal; with `campaign_id`, the goal's `metric` and `amount`, and the `currency` of a goal in
    /// money (`null` otherwise). Once for each goal that it was given.
    #[serde(rename = "campaign.goal_reached")]
    CampaignGoalReached,
    /// A hard budget of a campaign is spent: all its impressions are drawn, or its money pays for nothing more. With
    /// `campaign_id`, the budget's `metric` (`impressions` or `money`) and `amount`, and the `currency` of money (`null`
    /// otherwise). Once for each budget that it was given.
    #[serde(rename = "campaign.budget_spent")]
    CampaignBudgetSpent,
    /// A conversion was counted; with the `instrument_id`, `media_id` and `decision_id` that it is put down to, their
    /// `campaign_id` (`null` outside campaigns), and what it was worth: `value_micros` and `currency` (`null` where it was
    /// not told). Those of viewers who are held out are not told.
    #[serde(rename = "conversion.recorded")]
    ConversionRecorded,
    /// Somebody asked whether the webhook hears; nothing happened.
    #[serde(rename = "ping")]
    Ping,
}

/// A webhook to register, or to change as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://crm.example.com/beckon", "events": ["ingest.succeeded", "ingest.failed"], "description": "Newsroom"
}))]
pub struct NewWebhook {
    /// Where to post: http or https, within reach of this node.
    pub url: String,
    /// What to tell; at least one.
    pub events: Vec<WebhookEvent>,
    /// What your colleagues call it; up to 120 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Nothing is sent while it is paused, and what happens then is not told later; false unless told.
    #[serde(default)]
    pub paused: bool,
}

/// A registered webhook.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "webhook_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "url": "https://crm.example.com/beckon",
    "events": ["ingest.succeeded", "ingest.failed"], "description": "Newsroom", "paused": false,
    "created_at": "2026-11-20T18:40:00.000Z", "updated_at": "2026-11-20T18:40:00.000Z"
}))]
pub struct Webhook {
    /// Its id.
    pub webhook_id: String,
    /// Where it is told.
    pub url: String,
    /// What it is told.
    pub events: Vec<WebhookEvent>,
    /// What your colleagues call it.
    #[schema(required)]
    pub description: Option<String>,
    /// Nothing is sent.
    pub paused: bool,
    /// The secret that deliveries are signed with: told once, when it is made. `Beckon-Signature: t=<seconds>,v1=<hex>`
    /// is HMAC-SHA256 over `<seconds>.<body>`; after a change the secret before signs along for a day, as a second `v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When it was registered (RFC 3339).
    pub created_at: String,
    /// When it was changed last (RFC 3339).
    pub updated_at: String,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is sent, or sent again, at `next_at`.
    Pending,
    /// The webhook answered with 2xx.
    Delivered,
    /// It did not within sixteen tries, about a day.
    GivenUp,
}

/// One notice on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "delivery_id": "ingest.succeeded:01964d2e", "event": "ingest.succeeded", "state": "pending", "attempts": 1,
    "status": 503, "reason": "it answered 503", "next_at": "2026-11-20T18:40:04.000Z",
    "created_at": "2026-11-20T18:40:00.000Z", "delivered_at": null
}))]
pub struct WebhookDelivery {
    /// The notice's id: the same on every try and for every webhook, so that a receiver can tell repeats.
    pub delivery_id: String,
    /// What happened.
    pub event: WebhookEvent,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// The status of the last answer; `null` where there was none.
    #[schema(required)]
    pub status: Option<u16>,
    /// Why the last try failed.
    #[schema(required)]
    pub reason: Option<String>,
    /// When it is tried again (RFC 3339); `null` once it is over.
    #[schema(required)]
    pub next_at: Option<String>,
    /// When it happened (RFC 3339).
    pub created_at: String,
    /// When it was heard (RFC 3339).
    #[schema(required)]
    pub delivered_at: Option<String>,
}

/// Which deliveries to list; the newest first.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryQuery {
    /// Only those that stand so.
    pub state: Option<DeliveryState>,
    /// How many items at the most: 1 to 500, 100 unless told.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}
