//! The routes of campaigns.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, get, post, put};
use beckon_openapi::campaign as wire;
use beckon_openapi::page::Page;
use beckon_openapi::problem::Problem;

use super::{Campaign, wire as convert};
use crate::audit::Change;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result, page_limit};
use crate::etag::http::{tagged, unless_known};
use crate::etag::{IfMatch, IfNoneMatch};
use crate::idempotency::Answer;
use crate::idempotency::http::IdempotencyKey;
use crate::instruments::{Instruments, note_from_wire};
use crate::words::CampaignId;

/// Register a campaign
///
/// It begins as a draft. Instruments name it by `campaign_id`; theirs and its rules both hold. With an `Idempotency-Key`
/// the same request again is answered again, for a day, and registers nothing.
#[utoipa::path(tag = "campaigns", request_body = wire::NewCampaign, params(
    ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters of your choice")), responses(
    (status = 201, body = wire::Campaign), (status = 422, body = Problem)))]
#[post("/v1/campaigns")]
pub async fn create_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    key: IdempotencyKey,
    body: Body<wire::NewCampaign>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let claim = key.claim(&caller, "create_campaign", &body.0)?;
    let definition = convert::definition(body.0)?;
    let tell = |new: &Campaign| Answer::created(&wire::Campaign::from(new), Some(&new.etag()));
    let answer = instruments.create_campaign(definition, &caller, claim.as_ref(), now(), tell);
    Ok(answer.await?.into())
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
///
/// Its `ETag` changes with every change; with `If-None-Match` it is told only if it has changed.
#[utoipa::path(tag = "campaigns", params(("If-None-Match" = Option<String>, Header, description = "ETags that you have")),
    responses((status = 200, body = wire::Campaign), (status = 304), (status = 404, body = Problem)))]
#[get("/v1/campaigns/{campaign_id}")]
pub async fn get_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    campaign_id: Path<String>,
    known: IfNoneMatch,
) -> Result<HttpResponse> {
    caller.may(Permission::ReadInstruments)?;
    let campaign_id = CampaignId::parse(&campaign_id).at("campaign_id")?;
    let found = instruments.campaign(&campaign_id).await?;
    let body = wire::Campaign::from(&found);
    Ok(unless_known(&known, &found.etag(), &body))
}

/// Change a campaign
///
/// A full replacement; it holds from now on. What was billed stays so, at the price of its time; what is billed and its
/// currency stay as they were. Goal and budget cannot go below what is given away already. With `If-Match` it is written
/// only if nobody has changed the campaign since.
#[utoipa::path(tag = "campaigns", request_body = wire::NewCampaign,
    params(("If-Match" = Option<String>, Header, description = "The ETag that you read")), responses(
    (status = 200, body = wire::Campaign), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 412, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/campaigns/{campaign_id}")]
pub async fn replace_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    campaign_id: Path<String>,
    if_match: IfMatch,
    body: Body<wire::NewCampaign>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let campaign_id = CampaignId::parse(&campaign_id).at("campaign_id")?;
    let definition = convert::definition(body.0)?;
    let change = Change::of(&caller, &if_match, now());
    let changed = instruments.replace_campaign(&campaign_id, definition, change);
    let changed = changed.await?;
    let body = wire::Campaign::from(&changed);
    Ok(tagged(HttpResponse::Ok(), &changed.etag(), &body))
}

/// Move a campaign to a state
///
/// From `draft` to `live`, between `live` and `paused`, and from each of them to `archived`, which is final. One whose
/// schedule is over cannot go live. Where it stands there already, nothing changes. With `If-Match` it moves only if nobody
/// has changed the campaign since.
#[utoipa::path(tag = "campaigns", request_body = wire::CampaignStateChange,
    params(("If-Match" = Option<String>, Header, description = "The ETag that you read")), responses(
    (status = 200, body = wire::Campaign), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 412, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/campaigns/{campaign_id}/state")]
pub async fn move_campaign(
    instruments: Data<Instruments>,
    caller: Caller,
    campaign_id: Path<String>,
    if_match: IfMatch,
    body: Body<wire::CampaignStateChange>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let campaign_id = CampaignId::parse(&campaign_id).at("campaign_id")?;
    let note = note_from_wire(body.0.note)?;
    let change = Change {
        note: note.as_deref(),
        ..Change::of(&caller, &if_match, now())
    };
    let state = convert::state(body.0.state);
    let moved = instruments
        .move_campaign(&campaign_id, state, change)
        .await?;
    let body = wire::Campaign::from(&moved);
    Ok(tagged(HttpResponse::Ok(), &moved.etag(), &body))
}
