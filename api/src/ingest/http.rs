//! The routes of ingest.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use beckon_openapi::ingest as wire;
use beckon_openapi::problem::Problem;

use super::Ingests;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Result};
use crate::words::MediaId;

/// Read how a media's ingest stands
///
/// Whichever node is asked, whichever node watches: lag, segments, pictures, calls and what they cost.
#[utoipa::path(tag = "ingest", responses((status = 200, body = wire::IngestStatus), (status = 404, body = Problem)))]
#[get("/v1/media/{media_id}/ingest")]
pub async fn get_ingest(
    ingests: Data<Ingests>,
    caller: Caller,
    media_id: Path<String>,
) -> Result<Json<wire::IngestStatus>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadIngest, &media_id)?;
    Ok(Json(ingests.get(&media_id, now()).await?.into()))
}
