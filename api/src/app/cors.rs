//! Which pages may call from a browser: those of the operator's list, and our own.

use actix_cors::Cors;
use actix_web::http::header;

/// How long a browser remembers a preflight, so that none falls on a cue.
const PREFLIGHT_S: usize = 7200;

/// Lets pages of these origins call.
pub(super) fn allow(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "DELETE"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .max_age(PREFLIGHT_S);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
