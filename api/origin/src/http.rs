//! The origin on the wire: playlists and segments as a CDN gives them, PutMetadata as IVS takes it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, guard, web};
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::cues::PutMetadataError;
use crate::origin::Origin;

const PLAYLIST: &str = "application/vnd.apple.mpegurl";
const SEGMENT: &str = "video/mp2t";
/// A kilobyte of metadata, every byte of it escaped, and the rest of the call.
const MAX_CALL_BYTES: usize = 16 * 1024;

/// Mounts the origin on a scope of the embedding server:
/// `web::scope("/live").configure(configure(origin))`.
pub fn configure(origin: Arc<Origin>) -> impl FnOnce(&mut web::ServiceConfig) + Clone {
    move |config| {
        let of_channel = |path: &str| web::resource(format!("/{{channel}}/{path}"));
        config
            .app_data(web::Data::from(origin))
            .service(web::resource("/PutMetadata").route(web::post().to(put_metadata)))
            .service(
                of_channel("master.m3u8")
                    .route(reading().to(get_master))
                    .route(preflight()),
            )
            .service(
                of_channel("live.m3u8")
                    .route(reading().to(get_playlist))
                    .route(preflight()),
            )
            .service(
                of_channel("{run}/{sequence}.ts")
                    .route(reading().to(get_segment))
                    .route(preflight()),
            );
    }
}

fn reading() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Players on other sites may send a header of their own, such as Range.
fn preflight() -> actix_web::Route {
    web::method(Method::OPTIONS).to(|| async {
        HttpResponse::NoContent()
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "*"))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "7200"))
            .finish()
    })
}

async fn get_master(origin: web::Data<Origin>, name: web::Path<String>) -> HttpResponse {
    match origin.channel(&name).filter(|channel| channel.is_on_air()) {
        Some(channel) => found(PLAYLIST, "no-cache").body(channel.master_playlist()),
        None => missing(),
    }
}

async fn get_playlist(origin: web::Data<Origin>, name: web::Path<String>) -> HttpResponse {
    match origin.channel(&name).and_then(|c| c.playlist(now_ms())) {
        Some(playlist) => found(PLAYLIST, "no-cache").body(playlist),
        None => missing(),
    }
}

async fn get_segment(
    origin: web::Data<Origin>,
    path: web::Path<(String, String, u64)>,
) -> HttpResponse {
    let (name, run, sequence) = path.into_inner();
    let Some(channel) = origin.channel(&name).filter(|c| c.run() == run) else {
        return missing();
    };
    match web::block(move || channel.segment(now_ms(), sequence)).await {
        // Once published it is the same for ever.
        Ok(Ok(Some(bytes))) => found(SEGMENT, "public, max-age=3600, immutable").body(bytes),
        Ok(Ok(None)) => missing(),
        Ok(Err(error)) => {
            tracing::error!(%error, channel = name, sequence, "a segment could not be made");
            HttpResponse::InternalServerError().finish()
        }
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

fn found(kind: &str, cache: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response
}

/// Never remembered: what is missing now may be there in a second.
fn missing() -> HttpResponse {
    HttpResponse::NotFound()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .finish()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutMetadata {
    channel_arn: String,
    metadata: String,
}

/// A refusal as AWS words it: its kind in a header, what is wrong in the body.
struct Refusal {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefusalBody<'a> {
    exception_message: &'a str,
}

impl Refusal {
    fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "ValidationException",
            message: message.into(),
        }
    }

    fn respond(&self) -> HttpResponse {
        let exception_message = self.message.as_str();
        HttpResponse::build(self.status)
            .insert_header(("x-amzn-ErrorType", self.kind))
            .json(RefusalBody { exception_message })
    }
}

impl From<PutMetadataError> for Refusal {
    fn from(error: PutMetadataError) -> Self {
        let (status, kind) = match error {
            PutMetadataError::Empty | PutMetadataError::TooLong { .. } => {
                (StatusCode::BAD_REQUEST, "ValidationException")
            }
            PutMetadataError::OffAir => (StatusCode::NOT_FOUND, "ChannelNotBroadcasting"),
            PutMetadataError::Throttled => (StatusCode::TOO_MANY_REQUESTS, "ThrottlingException"),
        };
        let message = error.to_string();
        Self {
            status,
            kind,
            message,
        }
    }
}

async fn put_metadata(
    origin: web::Data<Origin>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let answer = match read_call(&request, payload).await {
        Ok(call) => place(&origin, &call),
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(refusal) => refusal.respond(),
    }
}

async fn read_call(request: &HttpRequest, payload: web::Payload) -> Result<PutMetadata, Refusal> {
    // A page on another site can send anything but this type without asking first.
    let kind = request.headers().get(header::CONTENT_TYPE);
    let json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !json {
        return Err(Refusal::invalid(
            "the content type must be application/json",
        ));
    }
    let body = payload
        .to_bytes_limited(MAX_CALL_BYTES)
        .await
        .map_err(|_| Refusal::invalid(format!("at most {MAX_CALL_BYTES} bytes are taken")))?
        .map_err(|_| Refusal::invalid("the body ended early"))?;
    serde_json::from_slice(&body).map_err(|error| Refusal::invalid(error.to_string()))
}

fn place(origin: &Origin, call: &PutMetadata) -> Result<(), Refusal> {
    if !is_channel_arn(&call.channel_arn) {
        return Err(Refusal::invalid("channelArn is not the ARN of a channel"));
    }
    let channel: Arc<Channel> =
        origin
            .channel_by_arn(&call.channel_arn)
            .ok_or_else(|| Refusal {
                status: StatusCode::NOT_FOUND,
                kind: "ResourceNotFoundException",
                message: format!("there is no channel {}", call.channel_arn),
            })?;
    channel.put_metadata(now_ms(), &call.metadata)?;
    Ok(())
}

/// `arn:aws:ivs:<region>:<account>:channel/<id>`, at most 128 characters.
fn is_channel_arn(arn: &str) -> bool {
    let Some(rest) = arn
        .strip_prefix("arn:aws:ivs:")
        .filter(|_| arn.len() <= 128)
    else {
        return false;
    };
    let mut parts = rest.splitn(3, ':');
    let (region, account, channel) = (parts.next(), parts.next(), parts.next());
    let all = |text: Option<&str>, known: fn(char) -> bool| {
        text.is_some_and(|text| !text.is_empty() && text.chars().all(known))
    };
    all(region, |c| matches!(c, 'a'..='z' | '0'..='9' | '-'))
        && all(account, |c| c.is_ascii_digit())
        && all(channel.and_then(|c| c.strip_prefix("channel/")), |c| {
            c.is_ascii_alphanumeric() || c == '-'
        })
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
