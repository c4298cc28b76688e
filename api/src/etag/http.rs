//! Entity tags in requests and answers.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use super::{ETag, IfMatch, IfNoneMatch};
use crate::error::Error;

/// A header's lines as one; what is no text matches nothing.
fn lines(request: &HttpRequest, name: HeaderName) -> Option<String> {
    let lines: Vec<&str> = request
        .headers()
        .get_all(name)
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::new(lines(request, header::IF_MATCH))))
    }
}

impl FromRequest for IfNoneMatch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::new(lines(request, header::IF_NONE_MATCH))))
    }
}

/// An answer that says which state it tells.
pub fn tagged(mut answer: HttpResponseBuilder, etag: &ETag, body: &impl Serialize) -> HttpResponse {
    answer
        .insert_header((header::ETAG, etag.as_str()))
        .json(body)
}

/// The same, unless the caller has this state already.
pub fn unless_known(known: &IfNoneMatch, etag: &ETag, body: &impl Serialize) -> HttpResponse {
    if known.has(etag) {
        return HttpResponse::NotModified()
            .insert_header((header::ETAG, etag.as_str()))
            .finish();
    }
    tagged(HttpResponse::Ok(), etag, body)
}
