//! The route of replays.

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use beckon_openapi::problem::Problem;
use beckon_openapi::replay::{ReplayReport, ReplayRequest};

use super::wire as convert;
use crate::auth::{Caller, Permission};
use crate::decisions::Decisions;
use crate::error::{At, Body, Result};
use crate::words::MediaId;

/// Replay a set of instruments
///
/// What would have been shown, when and to whom, if these instruments had run over what was detected, with a simulated
/// audience: with forecasts, and a warning where a goal is not reached. Nothing is shown, counted or learnt. The same
/// request over the same detections, with the same model, is answered by the same bytes.
#[utoipa::path(tag = "decisions", params(("media_id" = String, Path, description = "The media")),
    request_body = ReplayRequest, responses(
    (status = 200, body = ReplayReport), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/media/{media_id}/replay")]
pub async fn replay_media(
    station: Data<Decisions>,
    caller: Caller,
    media_id: Path<String>,
    body: Body<ReplayRequest>,
) -> Result<Json<ReplayReport>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::Replay, &media_id)?;
    let plan = convert::plan(body.0)?;
    let (plan, stage, report) = station.replay(&media_id, plan).await?;
    Ok(Json(convert::report(&media_id, &plan, &stage, &report)))
}
