//! The routes of entities.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use beckon_openapi::entity as wire;
use beckon_openapi::page::Page;
use beckon_openapi::problem::Problem;

use super::{Entities, Entity, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result, page_limit};
use crate::idempotency::Answer;
use crate::idempotency::http::IdempotencyKey;
use crate::words::EntityId;

/// Register an entity
///
/// From then on detections of its names and external ids show it. With an `Idempotency-Key` the same request again is
/// answered again, for a day, and registers nothing.
#[utoipa::path(tag = "entities", request_body = wire::NewEntity, params(
    ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters of your choice")), responses(
    (status = 201, body = wire::Entity), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/entities")]
pub async fn create_entity(
    entities: Data<Entities>,
    caller: Caller,
    key: IdempotencyKey,
    body: Body<wire::NewEntity>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteEntities)?;
    let claim = key.claim(&caller, "create_entity", &body.0)?;
    let entity = convert::entity(body.0, now())?;
    let tell = |new: &Entity| Answer::created(&wire::Entity::from(new), None);
    let answer = entities.create(&entity, &caller, claim.as_ref(), tell);
    Ok(answer.await?.into())
}

/// List entities
///
/// In the order of their ids; all, or those of a name, a kind or a category.
#[utoipa::path(tag = "entities", params(wire::EntityQuery), responses(
    (status = 200, body = Page<wire::Entity>), (status = 422, body = Problem)))]
#[get("/v1/entities")]
pub async fn list_entities(
    entities: Data<Entities>,
    caller: Caller,
    query: Query<wire::EntityQuery>,
) -> Result<Json<Page<wire::Entity>>> {
    caller.may(Permission::ReadEntities)?;
    let limit = page_limit(query.limit)?;
    let wanted = convert::wanted(&query)?;
    let found = entities
        .page(&wanted, query.cursor.as_deref(), limit + 1)
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |entity| entity.entity_id.to_string(),
        wire::Entity::from,
    )))
}

/// Read an entity
///
/// 404 where there is none of this id.
#[utoipa::path(tag = "entities", responses((status = 200, body = wire::Entity), (status = 404, body = Problem)))]
#[get("/v1/entities/{entity_id}")]
pub async fn get_entity(
    entities: Data<Entities>,
    caller: Caller,
    entity_id: Path<String>,
) -> Result<Json<wire::Entity>> {
    caller.may(Permission::ReadEntities)?;
    let entity_id = EntityId::parse(&entity_id).at("entity_id")?;
    Ok(Json((&entities.get(&entity_id).await?).into()))
}

/// Change an entity
///
/// A full replacement, in force on every node within a second.
#[utoipa::path(tag = "entities", request_body = wire::EntityUpdate, responses((status = 200, body = wire::Entity),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/entities/{entity_id}")]
pub async fn replace_entity(
    entities: Data<Entities>,
    caller: Caller,
    entity_id: Path<String>,
    body: Body<wire::EntityUpdate>,
) -> Result<Json<wire::Entity>> {
    caller.may(Permission::WriteEntities)?;
    let entity_id = EntityId::parse(&entity_id).at("entity_id")?;
    let entity = convert::replacement(entity_id, body.0, now())?;
    Ok(Json((&entities.replace(entity, &caller).await?).into()))
}

/// Delete an entity
///
/// Relations and rules that name it hold for nobody from then on.
#[utoipa::path(tag = "entities", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/v1/entities/{entity_id}")]
pub async fn delete_entity(
    entities: Data<Entities>,
    caller: Caller,
    entity_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteEntities)?;
    let entity_id = EntityId::parse(&entity_id).at("entity_id")?;
    entities.delete(&entity_id, &caller, now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
