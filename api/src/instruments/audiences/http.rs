//! The routes of saved audiences.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use beckon_openapi::audience as wire;
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::Problem;

use super::wire as convert;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result, page_limit};
use crate::instruments::Instruments;
use crate::words::AudienceId;

/// Save an audience
///
/// A rule that several instruments share. It is refused where it tests an attribute that nobody has declared, or tests
/// one by what it is not.
#[utoipa::path(tag = "instruments", request_body = wire::NewAudience, responses(
    (status = 201, body = wire::Audience), (status = 422, body = Problem)))]
#[post("/v1/audiences")]
pub async fn save_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    body: Body<wire::NewAudience>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let definition = convert::definition(body.0)?;
    let saved = instruments.save_audience(definition, now()).await?;
    Ok(HttpResponse::Created().json(wire::Audience::from(&saved)))
}

/// List the saved audiences
///
/// The oldest first.
#[utoipa::path(tag = "instruments", params(PageQuery), responses((status = 200, body = Page<wire::Audience>)))]
#[get("/v1/audiences")]
pub async fn list_audiences(
    instruments: Data<Instruments>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::Audience>>> {
    caller.may(Permission::ReadInstruments)?;
    let limit = page_limit(query.limit)?;
    let found = instruments
        .audiences(query.cursor.as_deref(), limit + 1)
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |audience| audience.audience_id.to_string(),
        wire::Audience::from,
    )))
}

/// Read a saved audience
#[utoipa::path(tag = "instruments", responses((status = 200, body = wire::Audience), (status = 404, body = Problem)))]
#[get("/v1/audiences/{audience_id}")]
pub async fn get_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    audience_id: Path<String>,
) -> Result<Json<wire::Audience>> {
    caller.may(Permission::ReadInstruments)?;
    let audience_id = AudienceId::parse(&audience_id).at("audience_id")?;
    Ok(Json((&instruments.audience(&audience_id).await?).into()))
}

/// Replace a saved audience
///
/// A full replacement, with the next revision. Live instruments that use it follow, on every node within two seconds.
#[utoipa::path(tag = "instruments", request_body = wire::NewAudience, responses((status = 200, body = wire::Audience),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/audiences/{audience_id}")]
pub async fn replace_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    audience_id: Path<String>,
    body: Body<wire::NewAudience>,
) -> Result<Json<wire::Audience>> {
    caller.may(Permission::WriteInstruments)?;
    let audience_id = AudienceId::parse(&audience_id).at("audience_id")?;
    let definition = convert::definition(body.0)?;
    let changed = instruments
        .replace_audience(&audience_id, &definition, now())
        .await?;
    Ok(Json((&changed).into()))
}

/// Delete a saved audience
///
/// Refused while an instrument that is not archived speaks of it, in its latest version or in the one that runs.
#[utoipa::path(tag = "instruments", responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[delete("/v1/audiences/{audience_id}")]
pub async fn delete_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    audience_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let audience_id = AudienceId::parse(&audience_id).at("audience_id")?;
    instruments.delete_audience(&audience_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
