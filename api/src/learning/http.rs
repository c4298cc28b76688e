//! The routes of models.

use actix_web::web::{Data, Json, Path, Payload, Query};
use actix_web::{HttpResponse, get, post, put};
use beckon_openapi::model as wire;
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::Problem;

use super::{Learning, store, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Body, Result, page_limit, read};

/// The largest model file: some four million weights that are not zero.
const LARGEST_MODEL: usize = 32 * 1024 * 1024;
/// A training needs no body; a client that sends an empty object does no harm.
const LARGEST_NOTHING: usize = 1_024;

/// List models
///
/// The newest first.
#[utoipa::path(tag = "models", params(PageQuery), responses((status = 200, body = Page<wire::Model>)))]
#[get("/v1/models")]
pub async fn list_models(
    learning: Data<Learning>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::Model>>> {
    caller.may(Permission::ReadModels)?;
    let limit = page_limit(query.limit)?;
    let found = learning.page(query.cursor.as_deref(), limit + 1).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |listed| store::cursor(&listed.model),
        wire::Model::from,
    )))
}

/// Upload a model
///
/// The file as `beckon-learn` or a training wrote it. It is named by the digest of its content, so that an upload can
/// be repeated; it serves nothing before an alias points to it.
#[utoipa::path(tag = "models",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The model's file"),
    responses((status = 201, body = wire::Model), (status = 413, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/models")]
pub async fn upload_model(
    learning: Data<Learning>,
    caller: Caller,
    body: Payload,
) -> Result<HttpResponse> {
    let body = read(body, LARGEST_MODEL).await?;
    caller.may(Permission::WriteModels)?;
    let listed = learning.upload(&body, now()).await?;
    Ok(HttpResponse::Created().json(wire::Model::from(&listed)))
}

/// Train now
///
/// On all rows so far; the same rows and the same champion give the same model. The gate then compares the two on rows
/// that were not learnt from, and it becomes champion only where it has earned it; otherwise it becomes challenger.
#[utoipa::path(tag = "models", responses(
    (status = 201, body = wire::Model), (status = 409, body = Problem), (status = 503, body = Problem)))]
#[post("/v1/models/train")]
pub async fn train_model(
    learning: Data<Learning>,
    caller: Caller,
    body: Payload,
) -> Result<HttpResponse> {
    read(body, LARGEST_NOTHING).await?;
    caller.may(Permission::WriteModels)?;
    let listed = learning.train().await?;
    Ok(HttpResponse::Created().json(wire::Model::from(&listed)))
}

/// Point an alias to a model
///
/// `champion` ranks every decision from now on; with `null` popularity does again. A model bears one alias: a new one
/// takes it from the old, but the champion cannot become anything else while it is that.
#[utoipa::path(tag = "models", params(("alias" = wire::Alias, Path)), request_body = wire::AliasTarget, responses(
    (status = 200, body = wire::AliasBinding), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[put("/v1/models/aliases/{alias}")]
pub async fn set_alias(
    learning: Data<Learning>,
    caller: Caller,
    alias: Path<String>,
    body: Body<wire::AliasTarget>,
) -> Result<Json<wire::AliasBinding>> {
    caller.may(Permission::WriteModels)?;
    let alias = convert::alias(&alias)?;
    let target = convert::target(body.0)?;
    let binding = learning.bind(alias, target.as_ref(), now()).await?;
    Ok(Json(convert::binding(alias, &binding)))
}
