//! What a node counts, for Prometheus, and the counting of its answers.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ContentType;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use beckon_openapi::problem::Problem;

use super::App;
use crate::auth::{Caller, Permission};
use crate::config::{MetricsAccess, now};
use crate::error::Result;
use crate::metrics::{CONTENT_TYPE, METRICS};

/// What this node has counted since it started
///
/// In Prometheus's text format. It takes an operator's token unless the node was started with `--metrics open`.
#[utoipa::path(tag = "health", responses(
    (status = 200, content_type = "text/plain", body = String, example = "beckon_ingest_watches 3\n"),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/metrics")]
pub(super) async fn get_metrics(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    if app.options.metrics == MetricsAccess::Token {
        Caller::of(&request, now())?.may(Permission::ReadMetrics)?;
    }
    let text = METRICS.text()?;
    Ok(HttpResponse::Ok()
        .insert_header(ContentType(
            CONTENT_TYPE.parse().map_err(anyhow::Error::from)?,
        ))
        .body(text))
}

/// Counts what is answered. Paths that nothing serves count as one, so that a scanner makes no new names.
pub(super) async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> std::result::Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let response = next.call(request).await?;
    let asked = response.request();
    let route = asked.match_pattern();
    let route = route.as_deref().unwrap_or("none");
    let status = response.status();
    let labels = [route, asked.method().as_str(), status.as_str()];
    METRICS.requests.with_label_values(&labels).inc();
    Ok(response)
}
