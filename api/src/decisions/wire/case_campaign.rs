//! The campaigns of a golden case: what they are, and what this node has left of them.

use beckon_openapi::campaign::NewCampaign;
use serde::Deserialize;
use serde_json::Value;

use super::case::malformed;
use crate::decisions::budget::{Standing, Tills};
use crate::error::{At, Error, Result};
use crate::instruments::campaigns::{
    Campaign, CampaignState, Running, campaign_from_wire, campaign_state_from_wire,
};
use crate::words::{CampaignId, Time};

/// How long before the case's clock a campaign went live.
const LIVE_FOR_MS: i64 = 3_600_000;

/// How it stands when nothing is left.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhenEmpty {
    Dry,
    Paced,
    Spent,
}

/// A campaign, and how many impressions this node can still reserve of it.
#[derive(Debug)]
pub(super) struct CampaignOf {
    pub(super) running: Running,
    left: u64,
    when_empty: Standing,
}

/// Each a `NewCampaign` with its `campaign_id` and, if wanted, its `state` (live unless told), what is `left` (all unless
/// told), and how it stands `when_empty` (spent unless told).
pub(super) fn campaigns(wire: Vec<Value>, now: Time) -> Result<Vec<CampaignOf>> {
    let each = wire.into_iter().enumerate().map(|(i, wire)| {
        campaign(wire, now).map_err(|error: Error| error.within(&format!("campaigns[{i}]")))
    });
    each.collect()
}

fn campaign(mut wire: Value, now: Time) -> Result<CampaignOf> {
    let mut own = |field: &str| wire.as_object_mut().and_then(|fields| fields.remove(field));
    let id = own("campaign_id").unwrap_or_default();
    let state = own("state").unwrap_or_else(|| "live".into());
    let left: Option<u64> =
        serde_json::from_value(own("left").unwrap_or_default()).map_err(malformed)?;
    let when_empty = own("when_empty").unwrap_or_else(|| "spent".into());
    let wire: NewCampaign = serde_json::from_value(wire).map_err(malformed)?;
    let began = now.plus_ms(-LIVE_FOR_MS);
    let state = campaign_state_from_wire(serde_json::from_value(state).map_err(malformed)?);
    let campaign = Campaign {
        campaign_id: CampaignId::parse(id.as_str().unwrap_or_default()).at("campaign_id")?,
        version: 1,
        state,
        live_at: (state != CampaignState::Draft).then_some(began),
        definition: campaign_from_wire(wire)?,
        created_at: began,
        updated_at: began,
    };
    let running = Running::of(&campaign);
    Ok(CampaignOf {
        left: left.unwrap_or_else(|| running.most_impressions()),
        running,
        when_empty: match serde_json::from_value(when_empty).map_err(malformed)? {
            WhenEmpty::Dry => Standing::Dry,
            WhenEmpty::Paced => Standing::Paced,
            WhenEmpty::Spent => Standing::Spent,
        },
    })
}

/// What this node has left of them.
pub(super) fn tills(campaigns: &[CampaignOf], now: Time) -> Tills {
    let stock = campaigns
        .iter()
        .map(|one| (&one.running, one.left, one.when_empty));
    Tills::stocked(stock, now)
}
