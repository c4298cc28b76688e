//! The routes of people in the picture.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, put};
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::person as wire;
use beckon_openapi::problem::Problem;

use super::wire as convert;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::detections::{Detections, Forget};
use crate::error::{Body, Result, page_limit};

/// Opt a person out
///
/// Nothing is stored of them from here on, on any media, and what is stored already is erased.
#[utoipa::path(tag = "people", request_body = wire::NewOptOut, responses(
    (status = 200, body = wire::ErasureReport), (status = 422, body = Problem)))]
#[put("/v1/people/opt-outs/{external_id}")]
pub async fn opt_out_person(
    detections: Data<Detections>,
    caller: Caller,
    external_id: Path<String>,
    body: Body<wire::NewOptOut>,
) -> Result<Json<wire::ErasureReport>> {
    caller.may(Permission::WritePeople)?;
    let external_id = convert::named("external_id", &external_id)?;
    let person = convert::opt_out(external_id, body.0, now())?;
    Ok(Json(detections.opt_out(person).await?.into()))
}

/// List who opted out
///
/// In the order of their ids.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, body = Page<wire::OptOut>)))]
#[get("/v1/people/opt-outs")]
pub async fn list_opt_outs(
    detections: Data<Detections>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::OptOut>>> {
    caller.may(Permission::WritePeople)?;
    let limit = page_limit(query.limit)?;
    let found = detections
        .opt_outs(query.cursor.as_deref(), limit + 1)
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |person| person.external_id.clone(),
        wire::OptOut::from,
    )))
}

/// Read an opt-out
///
/// 404 where this person did not opt out.
#[utoipa::path(tag = "people", responses((status = 200, body = wire::OptOut), (status = 404, body = Problem)))]
#[get("/v1/people/opt-outs/{external_id}")]
pub async fn get_opt_out(
    detections: Data<Detections>,
    caller: Caller,
    external_id: Path<String>,
) -> Result<Json<wire::OptOut>> {
    caller.may(Permission::WritePeople)?;
    let external_id = convert::named("external_id", &external_id)?;
    Ok(Json((&detections.opted_out(&external_id).await?).into()))
}

/// Take an opt-out back
///
/// The person may be stored again; what was erased stays erased.
#[utoipa::path(tag = "people", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/v1/people/opt-outs/{external_id}")]
pub async fn delete_opt_out(
    detections: Data<Detections>,
    caller: Caller,
    external_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::WritePeople)?;
    let external_id = convert::named("external_id", &external_id)?;
    detections.opt_in(&external_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Erase a person
///
/// Every detection with this external id, of whatever kind, over all media. It keeps nobody from being stored
/// again: opt them out for that.
#[utoipa::path(tag = "people", responses((status = 200, body = wire::ErasureReport), (status = 422, body = Problem)))]
#[delete("/v1/people/{external_id}")]
pub async fn erase_person(
    detections: Data<Detections>,
    caller: Caller,
    external_id: Path<String>,
) -> Result<Json<wire::ErasureReport>> {
    caller.may(Permission::WritePeople)?;
    let external_id = convert::named("external_id", &external_id)?;
    let what = Forget::ExternalId(external_id);
    Ok(Json(detections.erase(&what, now()).await?.into()))
}

/// Erase a person by name
///
/// Every celebrity of this very name over all media, with an external id or without; namesakes go too.
#[utoipa::path(tag = "people", params(wire::PersonQuery), responses(
    (status = 200, body = wire::ErasureReport), (status = 422, body = Problem)))]
#[delete("/v1/people")]
pub async fn erase_person_by_name(
    detections: Data<Detections>,
    caller: Caller,
    query: Query<wire::PersonQuery>,
) -> Result<Json<wire::ErasureReport>> {
    caller.may(Permission::WritePeople)?;
    let what = Forget::Celebrity(convert::named("name", &query.name)?);
    Ok(Json(detections.erase(&what, now()).await?.into()))
}
