//! The routes of webhooks.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use beckon_openapi::page::Page;
use beckon_openapi::problem::Problem;
use beckon_openapi::webhook as wire;

use super::{Webhooks, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Body, Result, page_limit};

/// Register a webhook
///
/// The answer tells the secret that deliveries are signed with, this once.
#[utoipa::path(tag = "webhooks", request_body = wire::NewWebhook, responses(
    (status = 201, body = wire::Webhook), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/webhooks")]
pub async fn create_webhook(
    webhooks: Data<Webhooks>,
    caller: Caller,
    body: Body<wire::NewWebhook>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteWebhooks)?;
    let created = webhooks.create(convert::definition(body.0)?, now()).await?;
    Ok(HttpResponse::Created().json(convert::webhook(created, true)))
}

/// List webhooks
///
/// All of them in one page, the oldest first: there are at most fifty.
#[utoipa::path(tag = "webhooks", responses((status = 200, body = Page<wire::Webhook>)))]
#[get("/v1/webhooks")]
pub async fn list_webhooks(
    webhooks: Data<Webhooks>,
    caller: Caller,
) -> Result<Json<Page<wire::Webhook>>> {
    caller.may(Permission::WriteWebhooks)?;
    let all = webhooks.all().await?.into_iter();
    Ok(Json(Page {
        items: all.map(|one| convert::webhook(one, false)).collect(),
        next_cursor: None,
    }))
}

/// Read a webhook
///
/// Without its secret: that is told once.
#[utoipa::path(tag = "webhooks", responses(
    (status = 200, body = wire::Webhook), (status = 404, body = Problem)))]
#[get("/v1/webhooks/{webhook_id}")]
pub async fn get_webhook(
    webhooks: Data<Webhooks>,
    caller: Caller,
    webhook_id: Path<String>,
) -> Result<Json<wire::Webhook>> {
    caller.may(Permission::WriteWebhooks)?;
    Ok(Json(convert::webhook(
        webhooks.get(&webhook_id).await?,
        false,
    )))
}

/// Change a webhook
///
/// As a whole; its secret stays.
#[utoipa::path(tag = "webhooks", request_body = wire::NewWebhook, responses(
    (status = 200, body = wire::Webhook), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/webhooks/{webhook_id}")]
pub async fn replace_webhook(
    webhooks: Data<Webhooks>,
    caller: Caller,
    webhook_id: Path<String>,
    body: Body<wire::NewWebhook>,
) -> Result<Json<wire::Webhook>> {
    caller.may(Permission::WriteWebhooks)?;
    let definition = convert::definition(body.0)?;
    let changed = webhooks.replace(&webhook_id, definition, now()).await?;
    Ok(Json(convert::webhook(changed, false)))
}

/// Delete a webhook
///
/// Its deliveries go with it, those that are due too.
#[utoipa::path(tag = "webhooks", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/v1/webhooks/{webhook_id}")]
pub async fn delete_webhook(
    webhooks: Data<Webhooks>,
    caller: Caller,
    webhook_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteWebhooks)?;
    webhooks.delete(&webhook_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Give a webhook a new secret
///
/// For a day the one before signs along, so that a receiver can change over without missing anything.
#[utoipa::path(tag = "webhooks", responses(
    (status = 200, body = wire::Webhook), (status = 404, body = Problem)))]
#[post("/v1/webhooks/{webhook_id}/secret")]
pub async fn rotate_webhook_secret(
    webhooks: Data<Webhooks>,
    caller: Caller,
    webhook_id: Path<String>,
) -> Result<Json<wire::Webhook>> {
    caller.may(Permission::WriteWebhooks)?;
    let rotated = webhooks.rotate(&webhook_id, now()).await?;
    Ok(Json(convert::webhook(rotated, true)))
}

/// Ask a webhook whether it hears
///
/// Sends it a `ping`, whatever events it is registered for; the delivery log tells what came of it.
#[utoipa::path(tag = "webhooks", responses(
    (status = 202, body = wire::WebhookDelivery), (status = 404, body = Problem)))]
#[post("/v1/webhooks/{webhook_id}/ping")]
pub async fn ping_webhook(
    webhooks: Data<Webhooks>,
    caller: Caller,
    webhook_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteWebhooks)?;
    let ping = webhooks.ping(&webhook_id, now()).await?;
    Ok(HttpResponse::Accepted().json(wire::WebhookDelivery::from(&ping)))
}

/// List a webhook's deliveries
///
/// The newest first, for thirty days. The webhook of the node's options is called `configured`.
#[utoipa::path(tag = "webhooks", params(("webhook_id" = String, Path, description = "The webhook"), wire::DeliveryQuery),
    responses((status = 200, body = Page<wire::WebhookDelivery>), (status = 404, body = Problem)))]
#[get("/v1/webhooks/{webhook_id}/deliveries")]
pub async fn list_webhook_deliveries(
    webhooks: Data<Webhooks>,
    caller: Caller,
    webhook_id: Path<String>,
    query: Query<wire::DeliveryQuery>,
) -> Result<Json<Page<wire::WebhookDelivery>>> {
    caller.may(Permission::WriteWebhooks)?;
    let limit = page_limit(query.limit)?;
    let before = query.cursor.as_deref().map(convert::from_cursor);
    let state = query.state.map(convert::state);
    let found = webhooks
        .deliveries(&webhook_id, state, before.transpose()?, limit + 1)
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        convert::cursor,
        wire::WebhookDelivery::from,
    )))
}

/// Send a delivery again
///
/// At once, and as often as a new one; also one that was heard.
#[utoipa::path(tag = "webhooks", responses((status = 202), (status = 404, body = Problem)))]
#[post("/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry")]
pub async fn retry_webhook_delivery(
    webhooks: Data<Webhooks>,
    caller: Caller,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteWebhooks)?;
    let (webhook_id, delivery_id) = path.into_inner();
    webhooks.retry(&webhook_id, &delivery_id, now()).await?;
    Ok(HttpResponse::Accepted().finish())
}
