//! The routes of references.

use actix_web::web::{Data, Json, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::{ErrorCode, Problem};
use beckon_openapi::reference as wire;

use super::{References, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Refusal, Result, page_limit, read};

/// The largest image that is taken.
const LARGEST: usize = 4 * 1024 * 1024;

/// Register a reference image
///
/// The body is the image itself: PNG, JPEG or WebP, at most 4 MB, cut to its edges, its ground transparent where that
/// can be. It is looked for from the next segment on. At most 50 are registered.
#[utoipa::path(tag = "references", params(wire::NewReference),
    request_body(content = Vec<u8>, content_type = "image/png", description = "The image (image/png, image/jpeg or image/webp)"),
    responses((status = 201, body = wire::Reference), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/references")]
pub async fn create_reference(
    references: Data<References>,
    caller: Caller,
    query: Query<wire::NewReference>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteReferences)?;
    let named = convert::named(query.into_inner())?;
    let image = read(body, LARGEST).await?;
    is_image(&request)?;
    let stored = references.register(named, image, now()).await?;
    Ok(HttpResponse::Created().json(wire::Reference::from(&stored)))
}

/// List reference images
///
/// In the order in which they were first registered.
#[utoipa::path(tag = "references", params(PageQuery), responses((status = 200, body = Page<wire::Reference>)))]
#[get("/v1/references")]
pub async fn list_references(
    references: Data<References>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::Reference>>> {
    caller.may(Permission::WriteReferences)?;
    let limit = page_limit(query.limit)?;
    let found = references.page(query.cursor.as_deref(), limit + 1).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |reference| reference.reference_id.to_string(),
        wire::Reference::from,
    )))
}

fn is_image(request: &HttpRequest) -> Result<()> {
    let kind = request.headers().get("content-type");
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if ["image/png", "image/jpeg", "image/webp"].contains(&kind.trim()) {
        return Ok(());
    }
    let detail = "send the image itself, as image/png, image/jpeg or image/webp";
    Err(Refusal::new(ErrorCode::UnsupportedMediaType, detail).into())
}
