//! The routes of viewers.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, put};
use beckon_openapi::problem::Problem;
use beckon_openapi::viewer as wire;

use super::{Viewers, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result};
use crate::words::ViewerId;

/// Store a viewer's profile
///
/// It replaces what stands there whole. The id is a pseudonym, never a name or an address.
#[utoipa::path(tag = "viewers", request_body = wire::ViewerProfile, responses(
    (status = 200, body = wire::Viewer), (status = 422, body = Problem)))]
#[put("/v1/viewers/{viewer_id}")]
pub async fn store_viewer(
    viewers: Data<Viewers>,
    caller: Caller,
    viewer_id: Path<String>,
    body: Body<wire::ViewerProfile>,
) -> Result<Json<wire::Viewer>> {
    caller.may(Permission::WriteViewers)?;
    let viewer_id = ViewerId::parse(&viewer_id).at("viewer_id")?;
    let profile = convert::profile(body.0)?;
    viewers.put(&viewer_id, &profile, now()).await?;
    tell(&viewers, &viewer_id).await
}

/// Read a viewer
///
/// The profile, and what the viewer was shown.
#[utoipa::path(tag = "viewers", responses((status = 200, body = wire::Viewer), (status = 404, body = Problem)))]
#[get("/v1/viewers/{viewer_id}")]
pub async fn get_viewer(
    viewers: Data<Viewers>,
    caller: Caller,
    viewer_id: Path<String>,
) -> Result<Json<wire::Viewer>> {
    caller.may(Permission::WriteViewers)?;
    let viewer_id = ViewerId::parse(&viewer_id).at("viewer_id")?;
    tell(&viewers, &viewer_id).await
}

async fn tell(viewers: &Viewers, viewer_id: &ViewerId) -> Result<Json<wire::Viewer>> {
    let (profile, updated_at, exposures) = viewers.stored(viewer_id).await?;
    Ok(Json(convert::viewer(
        viewer_id, &profile, updated_at, &exposures,
    )))
}
