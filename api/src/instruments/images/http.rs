//! The routes of images.

use actix_web::http::header::{self, ETag, EntityTag, IfNoneMatch};
use actix_web::web::{Data, Header, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, post, route};
use beckon_openapi::image as wire;
use beckon_openapi::problem::{ErrorCode, Problem};

use super::Images;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Refusal, Result, read};
use crate::words::ImageId;

/// The largest upload.
const LARGEST: usize = 5 * 1024 * 1024;
/// The id is the content's digest: what it names never changes.
const CACHE: &str = "public, max-age=31536000, immutable";

/// Upload an image
///
/// The body is the image itself: PNG, JPEG or WebP, at most 5 MB and 4096 pixels a side. It is encoded anew, turned upright,
/// without its metadata, and scaled down to at most 1280 pixels a side. The same picture gets the same id.
#[utoipa::path(tag = "images",
    request_body(content = Vec<u8>, content_type = "image/png", description = "The image (image/png, image/jpeg or image/webp)"),
    responses((status = 201, body = wire::Image), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem)))]
#[post("/v1/images")]
pub async fn upload_image(
    images: Data<Images>,
    caller: Caller,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let body = read(body, LARGEST).await?;
    is_image(&request)?;
    let image = images.upload(body, now()).await?;
    Ok(HttpResponse::Created().json(wire::Image::from(&image)))
}

/// Fetch an image
///
/// What lies at the address is taken as if it had been uploaded: once, now, within the same bounds. Viewers get it from here,
/// so that its host learns nothing of them and cannot change it later.
#[utoipa::path(tag = "images", request_body = wire::FetchImage, responses((status = 201, body = wire::Image),
    (status = 422, body = Problem)))]
#[post("/v1/images/fetch")]
pub async fn fetch_image(
    images: Data<Images>,
    caller: Caller,
    body: Body<wire::FetchImage>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let image = images.fetch(&body.0.url, LARGEST, now()).await?;
    Ok(HttpResponse::Created().json(wire::Image::from(&image)))
}

/// Read an image
///
/// As it is shown in overlays, so it needs no token. It never changes: caches may keep it. Answers HEAD too.
#[utoipa::path(get, path = "/v1/images/{image_id}", tag = "images", responses(
    (status = 200, body = Vec<u8>, content_type = "image/png", example = json!("the image")), (status = 304),
    (status = 404, body = Problem)))]
#[route("/v1/images/{image_id}", method = "GET", method = "HEAD")]
pub async fn get_image(
    images: Data<Images>,
    image_id: Path<String>,
    known: Header<IfNoneMatch>,
) -> Result<HttpResponse> {
    let image_id = ImageId::parse(&image_id).at("image_id")?;
    let (image, bytes) = images.get(&image_id).await?;
    let tag = EntityTag::new_strong(image_id.to_string());
    let fresh = match known.into_inner() {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(&tag)),
    };
    let mut answer = if fresh {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header(ETag(tag))
        .insert_header((header::CACHE_CONTROL, CACHE))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"));
    if fresh {
        return Ok(answer.finish());
    }
    let content_type = image.format.content_type();
    Ok(answer.content_type(content_type).body(bytes))
}

fn is_image(request: &HttpRequest) -> Result<()> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if ["image/png", "image/jpeg", "image/webp"].contains(&kind.trim()) {
        return Ok(());
    }
    let detail = "send the image itself, as image/png, image/jpeg or image/webp";
    Err(Refusal::new(ErrorCode::UnsupportedMediaType, detail).into())
}
