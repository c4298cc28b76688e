//! The routes of delivery rules.

use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, put};
use beckon_openapi::delivery as wire;
use beckon_openapi::problem::Problem;

use super::{Delivery, Standing, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Body, Refusal, Result};

/// Read the delivery rules
///
/// What holds over all instruments, for each viewer. The `ETag` is their version.
#[utoipa::path(tag = "instruments", responses((status = 200, body = wire::DeliveryRules)))]
#[get("/v1/delivery-rules")]
pub async fn get_delivery_rules(delivery: Data<Delivery>, caller: Caller) -> Result<HttpResponse> {
    caller.may(Permission::ReadInstruments)?;
    Ok(told(&delivery.standing()))
}

/// Replace the delivery rules
///
/// A full replacement, in force on every node within two seconds. With `If-Match` it happens only where the rules
/// still stand at that version.
#[utoipa::path(tag = "instruments", request_body = wire::NewDeliveryRules, params(
    ("If-Match" = Option<String>, Header, description = "The ETag of the rules that were read")), responses(
    (status = 200, body = wire::DeliveryRules), (status = 412, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/delivery-rules")]
pub async fn replace_delivery_rules(
    delivery: Data<Delivery>,
    caller: Caller,
    request: HttpRequest,
    body: Body<wire::NewDeliveryRules>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteDeliveryRules)?;
    let expected = expected(&request)?;
    let rules = convert::rules(body.0)?;
    Ok(told(&*delivery.put(&rules, expected, now()).await?))
}

fn told(standing: &Standing) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, format!("\"{}\"", standing.version)))
        .json(wire::DeliveryRules::from(standing))
}

/// The version that the writer has read; none where it does not say, or `*`.
fn expected(request: &HttpRequest) -> Result<Option<u32>> {
    let Some(header) = request.headers().get(IF_MATCH) else {
        return Ok(None);
    };
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    match version.and_then(|version| version.parse().ok()) {
        Some(version) => Ok(Some(version)),
        None => {
            let detail = format!("`{text}` is no ETag of the delivery rules");
            Err(Refusal::field("If-Match", detail, "an ETag such as \"3\", or *").into())
        }
    }
}
