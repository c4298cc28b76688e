//! How a campaign delivers, on the wire.

use beckon_openapi::campaign as wire;

use serde_json::json;

use super::delivery::{Account, Delivery};
use super::milestones::Milestone;
use crate::instruments::campaigns::{Campaign, CampaignDefinition, goal_to_wire, metric_to_wire};
use crate::webhooks::{Event, Notice};
use crate::words::{CampaignId, Time};

/// What webhooks are told of what a campaign has come to.
pub(super) fn notice(
    campaign_id: &CampaignId,
    definition: &CampaignDefinition,
    milestone: Milestone,
    now: Time,
) -> Notice {
    let (event, amount) = match milestone {
        Milestone::Goal(goal) => (Event::CampaignGoalReached, goal_to_wire(goal)),
        Milestone::Budget(limit) => (Event::CampaignBudgetSpent, goal_to_wire(limit)),
    };
    let wire::Goal { metric, amount } = amount;
    let rate = definition.rate.as_ref();
    let currency = rate.filter(|_| metric == wire::GoalMetric::Money);
    let fields = json!({
        "campaign_id": campaign_id.as_str(), "metric": metric, "amount": amount,
        "currency": currency.map(|rate| rate.currency.as_str()),
    });
    let key = format!("{campaign_id}:{}", milestone.key());
    Notice::new(event, &key, now, &fields)
}

/// The report of a campaign.
pub(super) fn delivery(
    campaign: &Campaign,
    delivery: &Delivery,
    now: Time,
) -> wire::CampaignDelivery {
    let Delivery {
        account,
        target,
        planned,
        reached,
        forecast,
        under_delivery,
    } = delivery;
    let Account {
        events: [impressions, clicks, answers, conversions],
        settled: _,
        billed,
        unbilled,
        billed_micros,
        reserved,
        reserved_micros,
    } = *account;
    wire::CampaignDelivery {
        campaign_id: campaign.campaign_id.to_string(),
        at: now.to_string(),
        metric: target.map(|target| metric_to_wire(target.counted)),
        goal: target.map(|target| target.amount),
        planned: *planned,
        delivered: *reached,
        forecast: *forecast,
        under_delivery: *under_delivery,
        impressions,
        clicks,
        answers,
        conversions,
        billed,
        unbilled,
        billed_micros,
        reserved,
        reserved_micros,
        currency: campaign
            .definition
            .rate
            .as_ref()
            .map(|rate| rate.currency.clone()),
    }
}
