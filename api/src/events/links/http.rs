//! The route of links.

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, guard};
use beckon_openapi::problem::Problem;

use super::page::page;
use crate::config::now;
use crate::error::{Error, Result};
use crate::events::Events;

/// What fetches a page only to show what it would look like.
const PREVIEWERS: &[&str] = &[
    "bot",
    "crawler",
    "facebookexternalhit",
    "preview",
    "skypeuripreview",
    "slackbot",
    "spider",
    "whatsapp",
];

/// Follow a link
///
/// Counts the click or the scan, once an overlay, adds `beckon_click_id` to the address and sends on to it. What only
/// looks ahead (HEAD, prefetches, previews of messengers) is sent on and not counted. Who asks for a page gets one where
/// the link leads nowhere. An instrument that is paused or archived still leads on, since its codes may stand in print;
/// one that a kill switch stops, itself or its advertiser, leads nowhere and counts nothing while that is set.
#[utoipa::path(tag = "events", responses(
    (status = 302, description = "To the instrument's own link"), (status = 404, body = Problem),
    (status = 410, body = Problem)))]
#[get("/r/{code}")]
pub async fn follow_link(
    events: Data<Events>,
    request: HttpRequest,
    code: Path<String>,
) -> Result<HttpResponse> {
    answer(&events, &request, &code).await
}

/// The same route as QR codes spell it, and for those who ask for no more than the head.
pub fn configure_aliases(config: &mut ServiceConfig) {
    // Other methods are refused as everywhere.
    let aliases = web::resource(["/r/{code}", "/R/{code}"])
        .guard(guard::Any(guard::Get()).or(guard::Head()))
        .route(web::get().to(follow_alias))
        .route(web::head().to(follow_alias));
    config.service(aliases);
}

async fn follow_alias(
    events: Data<Events>,
    request: HttpRequest,
    code: Path<String>,
) -> Result<HttpResponse> {
    answer(&events, &request, &code).await
}

async fn answer(events: &Events, request: &HttpRequest, code: &str) -> Result<HttpResponse> {
    match events.follow(code, is_a_visit(request), now()).await {
        Ok(target) => Ok(HttpResponse::Found()
            .insert_header((header::LOCATION, target))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "origin"))
            .finish()),
        Err(Error::Refused(refusal)) if accepts_a_page(request.headers()) => {
            let status = StatusCode::from_u16(refusal.code.status());
            Ok(HttpResponse::build(status.unwrap_or(StatusCode::NOT_FOUND))
                .content_type("text/html; charset=utf-8")
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .body(page(&refusal)))
        }
        Err(refused) => Err(refused),
    }
}

fn accepts_a_page(headers: &HeaderMap) -> bool {
    says(headers, "accept", |accepted| accepted.contains("text/html"))
}

/// Whether somebody goes there, and nothing only looks ahead.
fn is_a_visit(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let looks_ahead = |purpose: &str| purpose.contains("prefetch") || purpose.contains("preview");
    let ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .any(|name| says(headers, name, looks_ahead));
    let previewed = says(headers, "user-agent", |agent| {
        PREVIEWERS.iter().any(|previewer| agent.contains(previewer))
    });
    request.method() == Method::GET && !ahead && !previewed
}

/// Whether a header says this, in whatever case.
fn says(headers: &HeaderMap, name: &str, what: impl Fn(&str) -> bool) -> bool {
    let values = headers.get_all(name);
    values
        .filter_map(|value| value.to_str().ok())
        .any(|value| what(&value.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_who_goes_there_is_counted() {
        let visit = |name: &'static str, value: &'static str| {
            let request = TestRequest::get().insert_header((name, value));
            is_a_visit(&request.to_http_request())
        };
        assert!(visit(
            "user-agent",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
        ));
        assert!(visit("sec-purpose", "navigate"));
        for (name, value) in [
            ("sec-purpose", "prefetch;prerender"),
            ("Purpose", "Prefetch"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
            ("user-agent", "facebookexternalhit/1.1"),
            ("user-agent", "WhatsApp/2.23"),
            ("user-agent", "Twitterbot/1.0"),
        ] {
            assert!(!visit(name, value), "{name}: {value}");
        }
        let head = TestRequest::default().method(Method::HEAD);
        assert!(!is_a_visit(&head.to_http_request()));
    }
}
