//! How a campaign delivers, on the wire.

use beckon_openapi::campaign as wire;

use super::delivery::{Account, Delivery};
use crate::instruments::campaigns::{Campaign, metric_to_wire};
use crate::words::Time;

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
