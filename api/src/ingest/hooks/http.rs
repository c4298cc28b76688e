//! The routes that AWS calls.

use actix_web::post;
use actix_web::web::{Data, Json, Payload};
use beckon_openapi::hook as wire;
use beckon_openapi::problem::Problem;

use super::{Hooks, Received};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Result, read};

/// The largest message: SNS and EventBridge send at most 256 KiB, which escaping may double.
const LARGEST: usize = 1024 * 1024;

/// Take a message of SNS
///
/// Subscribe a topic to this address; it must stand in `--sns-topics`. A subscription is confirmed by itself.
/// Signatures of version 1 and 2 are verified; a message of another topic, with a wrong signature, older than
/// an hour or taken before is refused. Notices of S3, events of EventBridge and completions of Rekognition are
/// worked off in the background once they are written down.
#[utoipa::path(tag = "hooks", security(()), request_body(content = Object, content_type = "text/plain",
        description = "The message as SNS posts it: JSON as text/plain"),
    responses((status = 200, body = wire::HookReceipt), (status = 403, body = Problem), (status = 409, body = Problem)))]
#[post("/v1/hooks/sns")]
pub async fn take_sns_message(
    hooks: Data<Hooks>,
    body: Payload,
) -> Result<Json<wire::HookReceipt>> {
    let body = read(body, LARGEST).await?;
    receipt(hooks.take_sns(&body, now()).await?)
}

/// Take an event of EventBridge
///
/// For an API destination whose connection sends `Authorization: Bearer <token>` with a token of the role ingest.
/// The same event twice is one.
#[utoipa::path(tag = "hooks", request_body(content = Object, content_type = "application/json",
        description = "The event as EventBridge posts it"),
    responses((status = 200, body = wire::HookReceipt), (status = 401, body = Problem)))]
#[post("/v1/hooks/eventbridge")]
pub async fn take_event(
    hooks: Data<Hooks>,
    caller: Caller,
    body: Payload,
) -> Result<Json<wire::HookReceipt>> {
    caller.may(Permission::SendNotices)?;
    let body = read(body, LARGEST).await?;
    receipt(hooks.take_event(&body, now()).await?)
}

fn receipt(received: Received) -> Result<Json<wire::HookReceipt>> {
    let status = match received {
        Received::Accepted => wire::HookStatus::Accepted,
        Received::Known => wire::HookStatus::Known,
        Received::Confirmed => wire::HookStatus::Confirmed,
        Received::Ignored => wire::HookStatus::Ignored,
    };
    Ok(Json(wire::HookReceipt { status }))
}
