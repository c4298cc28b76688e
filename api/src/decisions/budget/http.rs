//! The route that tells how a campaign delivers.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use beckon_openapi::campaign as wire;
use beckon_openapi::problem::Problem;

use super::wire as convert;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::decisions::Decisions;
use crate::error::{At, Result};
use crate::words::CampaignId;

/// Read how a campaign delivers
///
/// What it should have reached by now, what it has, what was billed, and what it will have reached at its end. What nodes
/// hold of its budget returns unless it is drawn.
#[utoipa::path(tag = "campaigns", responses(
    (status = 200, body = wire::CampaignDelivery), (status = 404, body = Problem)))]
#[get("/v1/campaigns/{campaign_id}/delivery")]
pub async fn get_campaign_delivery(
    decisions: Data<Decisions>,
    caller: Caller,
    campaign_id: Path<String>,
) -> Result<Json<wire::CampaignDelivery>> {
    caller.may(Permission::ReadInstruments)?;
    let campaign_id = CampaignId::parse(&campaign_id).at("campaign_id")?;
    let now = now();
    let (campaign, delivery) = decisions.keeper().delivery(&campaign_id, now).await?;
    Ok(Json(convert::delivery(&campaign, &delivery, now)))
}
