//! The route of decisions.

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use beckon_openapi::decision as wire;
use beckon_openapi::problem::Problem;

use super::link::is_base;
use super::wire::ask;
use super::{Ask, Decisions};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Result, read};
use crate::instruments::Locale;
use crate::words::{AnswerId, InstrumentId, MediaId};

/// The largest question: eight receipts and room to spare.
const LARGEST: usize = 24 * 1024;

/// Choose what this viewer sees now
///
/// Each viewer's SDK asks with its own position; the viewer is the token's subject. No overlay is an empty list
/// with reasons, never an error. The same viewer and cue get the same answer again.
#[utoipa::path(tag = "decisions", params(("media_id" = String, Path, description = "The media")),
    request_body = wire::DecisionRequest, responses(
    (status = 200, body = wire::Decision, example = json!({
        "decision_id": "0193d3f0-7d5e-8a3c-9c0e-0b1a2c3d4e5f", "media_id": "harbour-cup", "position_ms": 81000,
        "overlays": [], "next_check_ms": null, "reasons": [{"reason": "nothing_on_screen", "count": 1}]})),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/media/{media_id}/decisions")]
pub async fn decide(
    station: Data<Decisions>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse<Vec<u8>>> {
    let began = Instant::now();
    // Read before anything is refused: a body that is left lying costs the caller its connection.
    let body = read(body, LARGEST).await?;
    let now = now();
    let caller = Caller::of(&request, now)?;
    let media_id = MediaId::parse(request.match_info().query("media_id")).at("media_id")?;
    caller.may_on(Permission::Decide, &media_id)?;
    let ask = Ask {
        asked_of: asked_of(&request),
        ..ask(&body)?
    };
    let answer = station.decide(&media_id, &caller, &ask, now, began).await?;
    let mut response = HttpResponse::with_body(StatusCode::OK, answer);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

/// Preview a version of an instrument
///
/// As the overlay that a viewer's SDK draws, in any state, variant and language, for colleagues: no viewer is shown it, it is counted
/// nowhere, and its receipt is empty, so no event can come of it.
#[utoipa::path(tag = "instruments", params(wire::PreviewQuery), responses(
    (status = 200, body = wire::Overlay, example = json!({
        "instrument_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "version": 2, "kind": "poll", "show_at_ms": 0, "hide_at_ms": 30000,
        "layout": {"anchor": "top_end"}, "content": {"kind": "poll", "question": "What is it waiting for?", "answers": [
            {"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]}, "receipt": ""})),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/v1/instruments/{instrument_id}/versions/{version}/preview")]
pub async fn preview_version(
    station: Data<Decisions>,
    caller: Caller,
    path: Path<(String, u32)>,
    query: Query<wire::PreviewQuery>,
) -> Result<HttpResponse> {
    caller.may(Permission::ReadInstruments)?;
    let (instrument_id, version) = path.into_inner();
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let locale = query.locale.as_deref().map(Locale::parse);
    let locale = locale.transpose().at("locale")?;
    let variant = query.variant_id.as_deref().map(AnswerId::parse);
    let variant = variant.transpose().at("variant_id")?;
    let preview = station.preview(&instrument_id, version, variant.as_ref(), locale.as_ref());
    let json = preview.await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(json))
}

/// The address that the request was sent to, where it can stand in front of links. A proxy says what it was asked of;
/// who lies there is answered with its own lie, and nobody else is.
fn asked_of(request: &HttpRequest) -> Option<String> {
    let info = request.connection_info();
    let base = format!("{}://{}", info.scheme(), info.host());
    is_base(&base).then_some(base)
}
