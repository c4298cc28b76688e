//! Reading a JSON body so that a refusal names the field at fault.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::{Error, ErrorCode, Refusal};

/// The largest JSON body of the registry's routes.
const LARGEST: usize = 2 * 1024 * 1024;

/// A JSON body. Types that deny unknown fields refuse them by name.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.trim_start().starts_with("application/json"));
        let bytes = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let bytes = read(bytes.await.map_err(malformed)?, LARGEST).await?;
            if !is_json {
                let detail = "send the body as application/json";
                return Err(Refusal::new(ErrorCode::UnsupportedMediaType, detail).into());
            }
            parse(&bytes).map(Self)
        })
    }
}

fn malformed(error: impl std::fmt::Display) -> Error {
    Refusal::new(ErrorCode::MalformedBody, error.to_string()).into()
}

/// Reads a body whole, so that the connection stays usable, and refuses one over `largest` bytes.
///
/// # Errors
/// When it is too large or breaks off.
pub async fn read(mut payload: web::Payload, largest: usize) -> Result<web::Bytes, Error> {
    // Most bodies come in one piece, which is then the body: nothing is reserved and nothing is copied.
    let mut first = web::Bytes::new();
    let mut joined = web::BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(malformed)?;
        if first.len().max(joined.len()) + piece.len() > largest {
            return Err(too_large(largest));
        }
        if first.is_empty() {
            first = piece;
            continue;
        }
        if joined.is_empty() {
            joined.extend_from_slice(&first);
        }
        joined.extend_from_slice(&piece);
    }
    Ok(if joined.is_empty() {
        first
    } else {
        joined.freeze()
    })
}

fn too_large(largest: usize) -> Error {
    Refusal {
        code: ErrorCode::BodyTooLarge,
        detail: format!("the body is over {largest} bytes"),
        field: None,
        bound: Some(format!("at most {largest} bytes")),
    }
    .into()
}

/// Reads JSON; the refusal names the path of the field at fault.
///
/// # Errors
/// When the bytes are not JSON of this shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let detail = error.inner().to_string();
        let unknown = detail.starts_with("unknown field");
        let field = unknown
            .then(|| detail.split('`').nth(1).map(str::to_owned))
            .flatten()
            .or_else(|| (path != ".").then_some(path));
        Refusal {
            code: if unknown {
                ErrorCode::UnknownField
            } else {
                ErrorCode::MalformedBody
            },
            detail,
            field,
            bound: None,
        }
    })?;
    json.end().map_err(malformed)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use beckon_openapi::media::NewMedia;

    fn refusal(json: &str) -> Refusal {
        match parse::<NewMedia>(json.as_bytes()) {
            Err(Error::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn an_unknown_field_is_refused_by_its_name() {
        let refused = refusal(r#"{"media_id": "m", "titel": "Final"}"#);
        assert_eq!(refused.code, ErrorCode::UnknownField);
        assert_eq!(refused.field.as_deref(), Some("titel"));
    }

    #[test]
    fn a_wrong_type_names_the_path_to_the_field() {
        let refused =
            refusal(r#"{"media_id": "m", "markers": [{"name": "k", "position_ms": -4}]}"#);
        assert_eq!(refused.code, ErrorCode::MalformedBody);
        assert_eq!(refused.field.as_deref(), Some("markers[0].position_ms"));
    }

    async fn read_pieces(pieces: &[&'static str], largest: usize) -> Result<web::Bytes, Error> {
        let pieces: Vec<_> = pieces.iter().map(|p| Ok(web::Bytes::from(*p))).collect();
        let payload = Box::pin(futures_util::stream::iter(pieces));
        let request = actix_web::test::TestRequest::default().to_http_request();
        let payload = web::Payload::from_request(&request, &mut Payload::Stream { payload });
        read(payload.await.expect("a payload"), largest).await
    }

    #[tokio::test]
    async fn a_body_is_read_whole_in_however_many_pieces_it_comes() {
        for pieces in [&[][..], &["abcdef"], &["ab", "cd", "", "ef"]] {
            let body = read_pieces(pieces, 6).await.expect("within its bound");
            assert_eq!(body, pieces.concat());
        }
    }

    #[tokio::test]
    async fn a_body_over_its_bound_is_refused_in_however_many_pieces_it_comes() {
        for pieces in [&["abcdefg"][..], &["ab", "cdefg"], &["ab", "cd", "efg"]] {
            match read_pieces(pieces, 6).await {
                Err(Error::Refused(refusal)) => assert_eq!(refusal.code, ErrorCode::BodyTooLarge),
                other => panic!("not refused: {other:?}"),
            }
        }
    }

    #[test]
    fn what_follows_the_json_is_refused() {
        assert_eq!(
            refusal(r#"{"media_id": "m"} trailing"#).code,
            ErrorCode::MalformedBody
        );
    }
}
