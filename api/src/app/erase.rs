//! What is erased in more than one station: a viewer, and a media.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete};
use beckon_openapi::problem::Problem;

use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::detections::Detections;
use crate::error::{At, Result};
use crate::events::Events;
use crate::media::Registry;
use crate::viewers::Viewers;
use crate::words::{MediaId, ViewerId};

/// Delete a viewer
///
/// The profile, what the viewer was shown, and who it was in the event log: what was done stays there as nobody's.
#[utoipa::path(tag = "viewers", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/v1/viewers/{viewer_id}")]
pub(super) async fn delete_viewer(
    viewers: Data<Viewers>,
    events: Data<Events>,
    caller: Caller,
    viewer_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteViewers)?;
    let viewer_id = ViewerId::parse(&viewer_id).at("viewer_id")?;
    // The profile last: who calls again after a failure still finds somebody to delete.
    events.erase_viewer(&viewer_id).await?;
    viewers.delete(&viewer_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Delete a media
///
/// Its detections go with it; what viewers did stays in the event log.
#[utoipa::path(tag = "media", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/v1/media/{media_id}")]
pub(super) async fn delete_media(
    media: Data<Registry>,
    detections: Data<Detections>,
    caller: Caller,
    media_id: Path<String>,
) -> Result<HttpResponse> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::WriteMedia, &media_id)?;
    media.get(&media_id)?;
    // The media last, for the same reason; and once more what was stored meanwhile.
    detections.forget_media(&media_id, now()).await?;
    media.delete(&media_id, now()).await?;
    detections.forget_media(&media_id, now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
