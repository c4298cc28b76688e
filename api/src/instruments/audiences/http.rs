//! The routes of saved audiences.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use beckon_openapi::audience as wire;
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::Problem;

use super::{SavedAudience, wire as convert};
use crate::audit::Change;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result, page_limit};
use crate::etag::http::{tagged, unless_known};
use crate::etag::{IfMatch, IfNoneMatch};
use crate::idempotency::Answer;
use crate::idempotency::http::IdempotencyKey;
use crate::instruments::Instruments;
use crate::words::AudienceId;

/// Save an audience
///
/// A rule that several instruments share. It is refused where it tests an attribute that nobody has declared, or tests
/// one by what it is not. With an `Idempotency-Key` the same request again is answered again, for a day, and saves nothing.
#[utoipa::path(tag = "instruments", request_body = wire::NewAudience, params(
    ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters of your choice")), responses(
    (status = 201, body = wire::Audience), (status = 422, body = Problem)))]
#[post("/v1/audiences")]
pub async fn save_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    key: IdempotencyKey,
    body: Body<wire::NewAudience>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let claim = key.claim(&caller, "save_audience", &body.0)?;
    let definition = convert::definition(body.0)?;
    let tell = |new: &SavedAudience| Answer::created(&wire::Audience::from(new), Some(&new.etag()));
    let answer = instruments.save_audience(definition, &caller, claim.as_ref(), now(), tell);
    Ok(answer.await?.into())
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
///
/// Its `ETag` changes with every change; with `If-None-Match` it is told only if it has changed.
#[utoipa::path(tag = "instruments", params(("If-None-Match" = Option<String>, Header, description = "ETags that you have")),
    responses((status = 200, body = wire::Audience), (status = 304), (status = 404, body = Problem)))]
#[get("/v1/audiences/{audience_id}")]
pub async fn get_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    audience_id: Path<String>,
    known: IfNoneMatch,
) -> Result<HttpResponse> {
    caller.may(Permission::ReadInstruments)?;
    let audience_id = AudienceId::parse(&audience_id).at("audience_id")?;
    let found = instruments.audience(&audience_id).await?;
    let body = wire::Audience::from(&found);
    Ok(unless_known(&known, &found.etag(), &body))
}

/// Replace a saved audience
///
/// A full replacement, with the next revision. Live instruments that use it follow, on every node within two seconds. With
/// `If-Match` it is written only if nobody has changed the audience since.
#[utoipa::path(tag = "instruments", request_body = wire::NewAudience,
    params(("If-Match" = Option<String>, Header, description = "The ETag that you read")), responses(
    (status = 200, body = wire::Audience), (status = 404, body = Problem), (status = 412, body = Problem),
    (status = 422, body = Problem)))]
#[put("/v1/audiences/{audience_id}")]
pub async fn replace_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    audience_id: Path<String>,
    if_match: IfMatch,
    body: Body<wire::NewAudience>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let audience_id = AudienceId::parse(&audience_id).at("audience_id")?;
    let definition = convert::definition(body.0)?;
    let change = Change::of(&caller, &if_match, now());
    let changed = instruments.replace_audience(&audience_id, definition, change);
    let changed = changed.await?;
    let body = wire::Audience::from(&changed);
    Ok(tagged(HttpResponse::Ok(), &changed.etag(), &body))
}

/// Delete a saved audience
///
/// Refused while an instrument that is not archived speaks of it, in its latest version or in the one that runs. With
/// `If-Match` it is deleted only if nobody has changed it since.
#[utoipa::path(tag = "instruments", params(("If-Match" = Option<String>, Header, description = "The ETag that you read")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
#[delete("/v1/audiences/{audience_id}")]
pub async fn delete_audience(
    instruments: Data<Instruments>,
    caller: Caller,
    audience_id: Path<String>,
    if_match: IfMatch,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let audience_id = AudienceId::parse(&audience_id).at("audience_id")?;
    let change = Change::of(&caller, &if_match, now());
    instruments.delete_audience(&audience_id, change).await?;
    Ok(HttpResponse::NoContent().finish())
}
