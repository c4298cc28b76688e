//! Which pages may call from a browser: those of the operator's list, and our own.

use actix_cors::Cors;
use actix_web::http::header;
use actix_web::middleware::Condition;

/// How long a browser remembers a preflight, so that none falls on a cue.
const PREFLIGHT_S: usize = 7200;

/// Lets pages of these origins call. Without any there is nothing to look at and nothing to say: a browser then
/// keeps other pages away by itself, and no request pays for the question.
pub(super) fn allow(origins: &[String]) -> Condition<Cors> {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "DELETE"])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([header::ETAG])
        .max_age(PREFLIGHT_S);
    let cors = origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin));
    Condition::new(!origins.is_empty(), cors)
}
