//! The routes of cues.

use std::time::Duration;

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpResponse, get, post};
use beckon_openapi::cue as wire;
use beckon_openapi::problem::Problem;
use futures_util::{Stream, stream};

use super::{Cues, Listener, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result};
use crate::media::Registry;
use crate::words::{MediaId, Time};

/// How often a silent stream says that it is there: proxies close what is silent for longer.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Send a cue now
///
/// Into the media's stream, where it has a channel, and to everybody who listens. What the channel refuses is not told.
#[utoipa::path(tag = "cues", request_body = wire::NewCue, responses((status = 201, body = wire::Cue),
    (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem), (status = 502, body = Problem)))]
#[post("/v1/media/{media_id}/cues")]
pub async fn send_cue(
    cues: Data<Cues>,
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
    body: Body<wire::NewCue>,
) -> Result<HttpResponse> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::SendCues, &media_id)?;
    let new = convert::new_cue(body.0)?;
    let sent = cues.send(&*media.get(&media_id)?, new, now()).await?;
    Ok(HttpResponse::Created().json(wire::Cue::from(&sent)))
}

/// Listen to cues
///
/// Server-sent events: `event: cue`, its id, and the cue as `data`. For players that cannot read metadata from the
/// stream. It ends when the token expires; read it by fetch, which can send the header.
#[utoipa::path(tag = "cues", responses(
    (status = 200, content_type = "text/event-stream", body = String,
        example = "id: 0193…\nevent: cue\ndata: {\"beckon\":1,\"kind\":\"check\"}\n\n"),
    (status = 404, body = Problem)))]
#[get("/v1/media/{media_id}/cues/stream")]
pub async fn listen_to_cues(
    cues: Data<Cues>,
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
) -> Result<HttpResponse> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ListenToCues, &media_id)?;
    media.get(&media_id)?;
    let told = events(cues.listen(&media_id), caller.expires_at);
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        // Proxies that gather answers would hold cues back.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(told))
}

/// The stream as it is written: a comment at once, so that the caller knows that it listens, then cues and heartbeats.
fn events(listener: Listener, until: Time) -> impl Stream<Item = Result<Bytes>> {
    stream::unfold((listener, true), move |(mut listener, first)| async move {
        if first {
            let hello = Bytes::from_static(b": listening\n\n");
            return Some((Ok(hello), (listener, false)));
        }
        let left = u64::try_from(until.since(now()))
            .ok()
            .filter(|ms| *ms > 0)?;
        let patience = HEARTBEAT.min(Duration::from_millis(left));
        let line = match tokio::time::timeout(patience, listener.next()).await {
            Ok(Some(told)) => format!("id: {}\nevent: cue\ndata: {}\n\n", told.cue_id, told.json),
            Ok(None) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok(Bytes::from(line)), (listener, false)))
    })
}
