//! The routes of the catalogue and of the files in it.

use actix_files::NamedFile;
use actix_web::http::header;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, route};
use beckon_openapi::catalogue as wire;
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::{ErrorCode, Problem};

use super::links::Part;
use super::serve::Served;
use super::{Stored, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Refusal, Result, page_limit};
use crate::words::MediaId;

/// How long a browser keeps what it was served before it asks whether that has changed.
const CACHE: &str = "private, max-age=3600";

/// List stored videos
///
/// Every video that was dropped in the watched folder or bucket, in the order of their media's ids, with what became
/// of it. The addresses of files are good for some hours and need no token; what is on screen, with boxes, is read
/// at `detections_url`.
#[utoipa::path(tag = "catalogue", params(PageQuery), responses((status = 200, body = Page<wire::CatalogueItem>)))]
#[get("/v1/catalogue")]
pub async fn list_catalogue(
    stored: Data<Stored>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::CatalogueItem>>> {
    caller.may(Permission::ReadDetections)?;
    let limit = page_limit(query.limit)?;
    let (videos, next_cursor) = stored.page(query.cursor.as_deref(), limit).await?;
    let at = now();
    let item = |video| convert::item(&stored, video, at);
    Ok(Json(Page {
        items: videos.iter().map(item).collect(),
        next_cursor,
    }))
}

/// Read a stored video's file
///
/// In ranges where they are asked for; answers HEAD too. Takes a token, or an address of the catalogue.
#[utoipa::path(get, path = "/v1/media/{media_id}/file", tag = "catalogue", params(wire::LinkQuery), responses(
    (status = 200, body = Vec<u8>, content_type = "video/mp4", example = json!("the file")), (status = 206), (status = 304),
    (status = 307, description = "A content delivery network has it"), (status = 404, body = Problem)))]
#[route("/v1/media/{media_id}/file", method = "GET", method = "HEAD")]
pub async fn get_media_file(
    stored: Data<Stored>,
    request: HttpRequest,
    media_id: Path<String>,
    query: Query<wire::LinkQuery>,
) -> Result<HttpResponse> {
    serve(&stored, &request, &media_id, &query, Part::File).await
}

/// Read a stored video's still picture
///
/// Takes a token, or an address of the catalogue; answers HEAD too.
#[utoipa::path(get, path = "/v1/media/{media_id}/poster", tag = "catalogue", params(wire::LinkQuery), responses(
    (status = 200, body = Vec<u8>, content_type = "image/jpeg", example = json!("the picture")), (status = 206), (status = 304),
    (status = 404, body = Problem)))]
#[route("/v1/media/{media_id}/poster", method = "GET", method = "HEAD")]
pub async fn get_media_poster(
    stored: Data<Stored>,
    request: HttpRequest,
    media_id: Path<String>,
    query: Query<wire::LinkQuery>,
) -> Result<HttpResponse> {
    serve(&stored, &request, &media_id, &query, Part::Poster).await
}

/// Read a stored video's moving picture
///
/// Takes a token, or an address of the catalogue; answers HEAD too.
#[utoipa::path(get, path = "/v1/media/{media_id}/preview", tag = "catalogue", params(wire::LinkQuery), responses(
    (status = 200, body = Vec<u8>, content_type = "image/webp", example = json!("the picture")), (status = 206), (status = 304),
    (status = 404, body = Problem)))]
#[route("/v1/media/{media_id}/preview", method = "GET", method = "HEAD")]
pub async fn get_media_preview(
    stored: Data<Stored>,
    request: HttpRequest,
    media_id: Path<String>,
    query: Query<wire::LinkQuery>,
) -> Result<HttpResponse> {
    serve(&stored, &request, &media_id, &query, Part::Preview).await
}

async fn serve(
    stored: &Stored,
    request: &HttpRequest,
    media_id: &str,
    query: &wire::LinkQuery,
    part: Part,
) -> Result<HttpResponse> {
    let media_id = MediaId::parse(media_id).at("media_id")?;
    let linked = match (query.until, &query.signature) {
        (Some(until), Some(signature)) => {
            stored.links.opens(&media_id, part, until, signature, now())
        }
        _ => false,
    };
    if !linked {
        Caller::of(request, now())?.may_on(Permission::ReadMedia, &media_id)?;
    }
    let cached = (header::CACHE_CONTROL, CACHE);
    Ok(match stored.part(&media_id, part).await? {
        Served::File { path, content_type } => {
            let file = NamedFile::open(path).map_err(|_| gone())?;
            let kind = content_type.parse().map_err(anyhow::Error::from)?;
            let mut response = file
                .set_content_type(kind)
                .disable_content_disposition()
                .into_response(request);
            let cached = header::HeaderValue::from_static(CACHE);
            response.headers_mut().insert(header::CACHE_CONTROL, cached);
            response
        }
        Served::Bytes {
            bytes,
            content_type,
        } => HttpResponse::Ok()
            .content_type(content_type)
            .insert_header(cached)
            .body(bytes),
        Served::Elsewhere(url) => HttpResponse::TemporaryRedirect()
            .insert_header((header::LOCATION, url))
            .finish(),
    })
}

fn gone() -> crate::error::Error {
    Refusal::new(ErrorCode::NotFound, "the file is no longer where it was").into()
}
