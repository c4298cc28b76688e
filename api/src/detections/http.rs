//! The routes of detections.

use actix_web::web::{Data, Json, Path, Payload, Query};
use actix_web::{HttpResponse, get, post};
use beckon_openapi::detection as wire;
use beckon_openapi::page::Page;
use beckon_openapi::problem::Problem;

use super::{Detection, Detections, Tally, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result, page_limit, read};
use crate::media::Registry;
use crate::words::{MediaId, Position};

/// The largest file that one call imports: an hour of labels twice a second.
const LARGEST_IMPORT: usize = 32 * 1024 * 1024;

/// Store detections
///
/// All of the batch or nothing. One of the same position, kind, name and external id replaces what
/// stands there.
#[utoipa::path(tag = "detections", request_body = wire::DetectionBatch, responses(
    (status = 201, body = wire::DetectionReport, example = json!({"stored": 2, "left_out_people": 0})),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/media/{media_id}/detections")]
pub async fn store_detections(
    detections: Data<Detections>,
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    body: Body<wire::DetectionBatch>,
) -> Result<HttpResponse> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::WriteDetections, &media_id)?;
    let now = now();
    let stored = detections
        .put(&*media.get(&media_id)?, convert::batch(body.0, now)?, now)
        .await?;
    Ok(HttpResponse::Created().json(wire::DetectionReport {
        stored: stored.stored as u64,
        left_out_people: stored.left_out_people as u64,
    }))
}

/// Import what Rekognition said
///
/// The file as it is, in either of its shapes: the answer of an API operation, or the console's export.
#[utoipa::path(tag = "detections", params(wire::ImportQuery),
    request_body(content = serde_json::Value, description = "Rekognition's JSON, as it is"),
    responses((status = 201, body = wire::ImportReport), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/media/{media_id}/detections/import")]
pub async fn import_detections(
    detections: Data<Detections>,
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    query: Query<wire::ImportQuery>,
    body: Payload,
) -> Result<HttpResponse> {
    let body = read(body, LARGEST_IMPORT).await?;
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::WriteDetections, &media_id)?;
    let media = media.get(&media_id)?;
    let offset = Position::parse(query.offset_ms.unwrap_or_default()).at("offset_ms")?;
    let now = now();
    let import = super::read_import(&body, offset, now)?;
    let (kept, stored) = detections
        .put_kept(&media, import.detections.clone(), now)
        .await?;
    Ok(HttpResponse::Created().json(convert::report(&import, &kept, stored)))
}

/// Read detections
///
/// In the order of position, kind, name and external id; both ends of the window are in.
#[utoipa::path(tag = "detections", params(wire::DetectionQuery), responses(
    (status = 200, body = Page<wire::Detection>), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/v1/media/{media_id}/detections")]
pub async fn list_detections(
    detections: Data<Detections>,
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    query: Query<wire::DetectionQuery>,
) -> Result<Json<Page<wire::Detection>>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadDetections, &media_id)?;
    media.get(&media_id)?;
    let query = query.into_inner();
    let limit = page_limit(query.limit)?;
    let cursor = query.cursor.clone();
    let wanted = convert::wanted(query)?;
    let found = detections
        .range(&media_id, &wanted, cursor.as_deref(), limit + 1)
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        Detection::sort_key,
        wire::Detection::from,
    )))
}

/// Read the names seen
///
/// The distinct set over a window, or over all of the media, in the order of kind, name and external id.
#[utoipa::path(tag = "detections", params(wire::NamesQuery), responses(
    (status = 200, body = Page<wire::SeenName>), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/v1/media/{media_id}/detections/names")]
pub async fn list_detected_names(
    detections: Data<Detections>,
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    query: Query<wire::NamesQuery>,
) -> Result<Json<Page<wire::SeenName>>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadDetections, &media_id)?;
    media.get(&media_id)?;
    let query = query.into_inner();
    let limit = page_limit(query.limit)?;
    let cursor = query.cursor.clone();
    let wanted = convert::wanted_names(query)?;
    let found = detections
        .names(&media_id, &wanted, cursor.as_deref())
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        Tally::name_key,
        wire::SeenName::from,
    )))
}

/// Read the timeline
///
/// The names seen most often, counted in stretches of one length: what a page draws under the picture. Stretches
/// in which a name was not seen are left out.
#[utoipa::path(tag = "detections", params(wire::TimelineQuery), responses(
    (status = 200, body = wire::Timeline), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/v1/media/{media_id}/timeline")]
pub async fn get_timeline(
    detections: Data<Detections>,
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    query: Query<wire::TimelineQuery>,
) -> Result<Json<wire::Timeline>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadDetections, &media_id)?;
    media.get(&media_id)?;
    let (wanted, cut, top) = convert::timeline_query(query.into_inner())?;
    let timeline = detections.timeline(&media_id, &wanted, cut, top).await?;
    Ok(Json(convert::timeline(&timeline)))
}
