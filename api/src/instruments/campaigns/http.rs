//! The routes of campaigns.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, get, post, put};
use beckon_openapi::campaign as wire;
use beckon_openapi::page::Page;
use beckon_openapi::problem::Problem;

use super::wire as convert;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result, page_limit};
use crate::instruments::Instruments;
use crate::words::CampaignId;

/// Register a campaign
///
/// It begins as a draft. Instruments name it by `campaign_id`; theirs and its rules both hold.
#[utoipa::path(tag = "campaigns", request_body = wire::NewCampaign, responses(
    (status = 201, body = wire::Campaign), (status = 422, body = Problem)))]
#[post("/v1/campaigns")]
pub async fn create_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    body: Body<wire::NewCampaign>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let definition = convert::definition(body.0)?;
    let campaign = instruments.create_campaign(definition, now()).await?;
    Ok(HttpResponse::Created().json(wire::Campaign::from(&campaign)))
}

/// List campaigns
///
/// The oldest first.
#[utoipa::path(tag = "campaigns", params(wire::CampaignQuery), responses(
    (status = 200, body = Page<wire::Campaign>)))]
#[get("/v1/campaigns")]
pub async fn list_campaigns(
    instruments: Data<Instruments>,
    caller: Caller,
    query: Query<wire::CampaignQuery>,
) -> Result<Json<Page<wire::Campaign>>> {
    caller.may(Permission::ReadInstruments)?;
    let limit = page_limit(query.limit)?;
    let state = query.state.map(convert::state);
    let found = instruments
        .campaigns(state, query.cursor.as_deref(), limit + 1)
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |campaign| campaign.campaign_id.to_string(),
        wire::Campaign::from,
    )))
}

/// Read a campaign
#[utoipa::path(tag = "campaigns", responses(
    (status = 200, body = wire::Campaign), (status = 404, body = Problem)))]
#[get("/v1/campaigns/{campaign_id}")]
pub async fn get_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    campaign_id: Path<String>,
) -> Result<Json<wire::Campaign>> {
    caller.may(Permission::ReadInstruments)?;
    let campaign_id = CampaignId::parse(&campaign_id).at("campaign_id")?;
    Ok(Json((&instruments.campaign(&campaign_id).await?).into()))
}

/// Change a campaign
///
/// A full replacement; it holds from now on. What was billed stays so, at the price of its time; what is billed and its
/// currency stay as they were. Goal and budget cannot go below what is given away already.
#[utoipa::path(tag = "campaigns", request_body = wire::NewCampaign, responses(
    (status = 200, body = wire::Campaign), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
#[put("/v1/campaigns/{campaign_id}")]
pub async fn replace_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    campaign_id: Path<String>,
    body: Body<wire::NewCampaign>,
) -> Result<Json<wire::Campaign>> {
    caller.may(Permission::WriteInstruments)?;
    let campaign_id = CampaignId::parse(&campaign_id).at("campaign_id")?;
    let definition = convert::definition(body.0)?;
    let changed = instruments
        .replace_campaign(&campaign_id, &definition, now())
        .await?;
    Ok(Json((&changed).into()))
}

/// Move a campaign to a state
///
/// From `draft` to `live`, between `live` and `paused`, and from each of them to `archived`, which is final. One whose
/// schedule is over cannot go live.
#[utoipa::path(tag = "campaigns", request_body = wire::CampaignStateChange, responses(
    (status = 200, body = wire::Campaign), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/v1/campaigns/{campaign_id}/state")]
pub async fn move_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    campaign_id: Path<String>,
    body: Body<wire::CampaignStateChange>,
) -> Result<Json<wire::Campaign>> {
    caller.may(Permission::WriteInstruments)?;
    let campaign_id = CampaignId::parse(&campaign_id).at("campaign_id")?;
    let state = convert::state(body.0.state);
    let moved = instruments
        .move_campaign(&campaign_id, state, now())
        .await?;
    Ok(Json((&moved).into()))
}
