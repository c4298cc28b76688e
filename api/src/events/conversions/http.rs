//! The route of conversions.

use actix_web::post;
use actix_web::web::{Data, Json};
use beckon_openapi::conversion as wire;
use beckon_openapi::problem::Problem;

use super::wire as convert;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Body, Result};
use crate::events::Events;

/// Tell what came of clicks
///
/// From server to server. Each is put down to the overlay whose click or scan brought the viewer, where that lies
/// within the time of attribution (30 days unless the operator says otherwise). Answers item by item; what comes twice is
/// counted once.
#[utoipa::path(tag = "events", request_body = wire::ConversionBatch, responses(
    (status = 200, body = wire::ConversionReport), (status = 400, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
#[post("/v1/conversions")]
pub async fn send_conversions(
    events: Data<Events>,
    caller: Caller,
    body: Body<wire::ConversionBatch>,
) -> Result<Json<wire::ConversionReport>> {
    caller.may(Permission::SendConversions)?;
    let (ids, claims) = convert::batch(body.0)?;
    let taken = events.convert(&caller, claims, now()).await?;
    Ok(Json(convert::report(ids, taken)))
}
