//! The routes of media.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get, post, put, web::Json};
use beckon_openapi::media as wire;
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::Problem;

use super::{Registry, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result, page_limit};
use crate::words::MediaId;

/// Register a media
///
/// No more than `media_id` is needed.
#[utoipa::path(tag = "media", request_body = wire::NewMedia, responses(
    (status = 201, body = wire::Media), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/media")]
pub async fn create_media(
    media: Data<Registry>,
    caller: Caller,
    body: Body<wire::NewMedia>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteMedia)?;
    let created = media.create(convert::new_media(body.0, now())?).await?;
    Ok(HttpResponse::Created().json(wire::Media::from(&*created)))
}

/// List media
///
/// In the order of their ids.
#[utoipa::path(tag = "media", params(PageQuery), responses((status = 200, body = Page<wire::Media>)))]
#[get("/v1/media")]
pub async fn list_media(
    media: Data<Registry>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::Media>>> {
    caller.may(Permission::ReadMedia)?;
    let limit = page_limit(query.limit)?;
    let found = media.page(query.cursor.as_deref(), limit + 1).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |m| m.media_id.to_string(),
        wire::Media::from,
    )))
}

/// Read a media
///
/// The SDK reads it when it attaches: positions count from its `zero`.
#[utoipa::path(tag = "media", responses((status = 200, body = wire::Media), (status = 404, body = Problem)))]
#[get("/v1/media/{media_id}")]
pub async fn get_media(
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
) -> Result<Json<wire::Media>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadMedia, &media_id)?;
    Ok(Json(wire::Media::from(&*media.get(&media_id)?)))
}

/// Replace a media
///
/// Everything but its id and its zero, which never move.
#[utoipa::path(tag = "media", request_body = wire::MediaUpdate, responses(
    (status = 200, body = wire::Media), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/media/{media_id}")]
pub async fn replace_media(
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    body: Body<wire::MediaUpdate>,
) -> Result<Json<wire::Media>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::WriteMedia, &media_id)?;
    let details = convert::details(body.0, &media_id)?;
    Ok(Json(wire::Media::from(
        &*media.replace(&media_id, details, now()).await?,
    )))
}

/// List a media's ad breaks
///
/// What its stream marks (SCTE 35, cue-out and cue-in, date ranges), in the order in which they begin. An instrument
/// with `"ad_breaks": "exclude"` does not run in them.
#[utoipa::path(tag = "media", params(PageQuery), responses(
    (status = 200, body = Page<wire::AdBreak>), (status = 404, body = Problem)))]
#[get("/v1/media/{media_id}/ad-breaks")]
pub async fn list_ad_breaks(
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::AdBreak>>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadMedia, &media_id)?;
    let limit = page_limit(query.limit)?;
    let found = media.breaks_after(&media_id, query.cursor.as_deref(), limit + 1)?;
    Ok(Json(Page::of(
        &found,
        limit,
        |b| b.cursor(),
        wire::AdBreak::from,
    )))
}
