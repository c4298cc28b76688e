//! The route of events.

use actix_web::web::{Data, Json, Payload};
use actix_web::{HttpRequest, post};
use beckon_openapi::event as wire;
use beckon_openapi::problem::Problem;

use super::{Events, wire as convert};
use crate::config::now;
use crate::error::{ErrorCode, Refusal, Result, read};

/// The largest batch: browsers send no more than 64 KiB after a page is gone, all beacons together.
const LARGEST: usize = 48 * 1024;

/// Tell what the viewer did
///
/// Needs no token: each event's receipt is its authority. Answers item by item; what is told as accepted or duplicate
/// is stored and counted once, however often and wherever it is sent. After an answer it tells how the question stands.
/// What comes before its overlay's impression is stored, and counts where that one comes within a minute.
#[utoipa::path(tag = "events", request_body(content(
    (wire::EventBatch = "application/json"), (wire::EventBatch = "text/plain"))), responses(
    (status = 200, body = wire::EventReport), (status = 400, body = Problem), (status = 413, body = Problem),
    (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
#[post("/v1/events")]
pub async fn send_events(
    events: Data<Events>,
    request: HttpRequest,
    body: Payload,
) -> Result<Json<wire::EventReport>> {
    let body = read(body, LARGEST).await?;
    if !is_readable(&request) {
        let detail = "send the body as application/json or text/plain";
        return Err(Refusal::new(ErrorCode::UnsupportedMediaType, detail).into());
    }
    let (batch, sent_at) = convert::batch(&body)?;
    let taken = events.take(&batch, sent_at, now()).await?;
    Ok(Json(convert::report(&batch, taken)))
}

/// A beacon of text is `text/plain`: it is sent across origins without asking first.
fn is_readable(request: &HttpRequest) -> bool {
    let content_type = request.headers().get("content-type");
    content_type
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim())
        .is_some_and(|value| {
            value.eq_ignore_ascii_case("application/json")
                || value.eq_ignore_ascii_case("text/plain")
        })
}
