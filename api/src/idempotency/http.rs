//! The header `Idempotency-Key`, and answers that are given again.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use super::{Answer, Claim};
use crate::auth::Caller;
use crate::error::{Error, Refusal, Result};

/// The header, in whatever case it comes.
const HEADER: &str = "idempotency-key";
const BOUND: &str = "1 to 255 visible ASCII characters";

/// The key that a request brings along, if it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Option<String>);

impl IdempotencyKey {
    /// What the request claims; nothing without a key.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn claim(
        &self,
        caller: &Caller,
        operation: &str,
        body: &impl Serialize,
    ) -> Result<Option<Claim>> {
        let key = self.0.as_deref();
        let claim = key.map(|key| Claim::new(key, caller, operation, body));
        Ok(claim.transpose()?)
    }
}

fn read(request: &HttpRequest) -> Result<IdempotencyKey> {
    let Some(value) = request.headers().get(HEADER) else {
        return Ok(IdempotencyKey(None));
    };
    let clean = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|b| b > b' ');
    let key = value
        .to_str()
        .ok()
        .filter(clean)
        .ok_or_else(|| Refusal::field("Idempotency-Key", "the key is not a key", BOUND))?;
    Ok(IdempotencyKey(Some(key.to_owned())))
}

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

impl From<Answer> for HttpResponse {
    fn from(answer: Answer) -> Self {
        let status = StatusCode::from_u16(answer.status);
        let mut response = Self::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        response.content_type(header::ContentType::json());
        if let Some(etag) = answer.etag {
            response.insert_header((header::ETAG, etag));
        }
        if answer.replayed {
            response.insert_header(("idempotent-replayed", "true"));
        }
        response.body(answer.json)
    }
}
