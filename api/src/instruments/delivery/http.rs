//! The routes of delivery rules.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, put};
use beckon_openapi::delivery as wire;
use beckon_openapi::problem::Problem;

use super::{Delivery, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Body, Result};
use crate::etag::http::{tagged, unless_known};
use crate::etag::{IfMatch, IfNoneMatch};

/// Read the delivery rules
///
/// What holds over all instruments, for each viewer.
#[utoipa::path(tag = "instruments", params(
    ("If-None-Match" = Option<String>, Header, description = "The ETag of the rules that are known")), responses(
    (status = 200, body = wire::DeliveryRules), (status = 304, description = "They are known")))]
#[get("/v1/delivery-rules")]
pub async fn get_delivery_rules(
    delivery: Data<Delivery>,
    caller: Caller,
    known: IfNoneMatch,
) -> Result<HttpResponse> {
    caller.may(Permission::ReadInstruments)?;
    let standing = delivery.standing();
    let body = wire::DeliveryRules::from(&**standing);
    Ok(unless_known(&known, &standing.etag(), &body))
}

/// Replace the delivery rules
///
/// A full replacement, in force on every node within two seconds. With `If-Match` it happens only where the rules
/// still stand as they were read.
#[utoipa::path(tag = "instruments", request_body = wire::NewDeliveryRules, params(
    ("If-Match" = Option<String>, Header, description = "The ETag of the rules that were read")), responses(
    (status = 200, body = wire::DeliveryRules), (status = 412, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/delivery-rules")]
pub async fn replace_delivery_rules(
    delivery: Data<Delivery>,
    caller: Caller,
    read: IfMatch,
    body: Body<wire::NewDeliveryRules>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteDeliveryRules)?;
    let rules = convert::rules(body.0)?;
    let standing = delivery.replace(&rules, &read, &caller, now()).await?;
    let body = wire::DeliveryRules::from(&*standing);
    Ok(tagged(HttpResponse::Ok(), &standing.etag(), &body))
}
