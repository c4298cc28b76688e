//! The routes of cues.

use std::time::Duration;

use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use beckon_openapi::cue as wire;
use beckon_openapi::instrument;
use beckon_openapi::kill_switch::{KillScope, KillSwitch, NewKillSwitch};
use beckon_openapi::page::Page;
use beckon_openapi::problem::Problem;
use beckon_openapi::review::StateChange;
use futures_util::{Stream, stream};

use super::{Cues, Listener, wire as convert};
use crate::audit::Change;
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Body, Result};
use crate::etag::IfMatch;
use crate::etag::http::tagged;
use crate::instruments::{note_from_wire, state_from_wire};
use crate::media::Registry;
use crate::words::{InstrumentId, MediaId, Time};

/// How often a silent stream says that it is there: proxies close what is silent for longer.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Send a cue now
///
/// Into the media's stream, where it has a channel, and to everybody who listens. What the channel refuses is not told.
///
/// `check`: each viewer asks for its own. `show`: all get one instrument, painted at one position; it skips ranking, quiet
/// time and holdout, and keeps everything else. `withdraw`: takes one instrument, or everything, off at once; it is told
/// even while the channel takes no cue.
#[utoipa::path(tag = "cues", request_body = wire::NewCue, responses((status = 201, body = wire::Cue),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem), (status = 502, body = Problem)))]
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
    let sent = cues.send(&media.get(&media_id)?, new, now()).await?;
    Ok(HttpResponse::Created().json(wire::Cue::from(&sent)))
}

/// Hold a media, or let go of it
///
/// While it is held nothing is shown on it: what is on screen is taken off, and decisions are empty, with the reason `held`.
#[utoipa::path(tag = "cues", request_body = wire::Hold, responses(
    (status = 200, body = wire::Hold), (status = 404, body = Problem)))]
#[put("/v1/media/{media_id}/hold")]
pub async fn hold_media(
    cues: Data<Cues>,
    caller: Caller,
    media_id: Path<String>,
    body: Body<wire::Hold>,
) -> Result<Json<wire::Hold>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::HoldMedia, &media_id)?;
    cues.hold(&media_id, body.0.held, now()).await?;
    Ok(Json(body.0))
}

/// Whether a media is held
///
/// While it is, nothing is shown on it.
#[utoipa::path(tag = "cues", responses((status = 200, body = wire::Hold), (status = 404, body = Problem)))]
#[get("/v1/media/{media_id}/hold")]
pub async fn get_hold(
    media: Data<Registry>,
    caller: Caller,
    media_id: Path<String>,
) -> Result<Json<wire::Hold>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadMedia, &media_id)?;
    media.get(&media_id)?;
    let held = media.is_held(&media_id);
    Ok(Json(wire::Hold { held }))
}

/// Move an instrument to a state
///
/// `draft` -> `in_review` -> `approved` -> `live` <-> `paused`, and `archived` from everywhere, for good. Marketers submit; marketers
/// and operators do the rest, and nobody approves a version that they wrote. In review, `draft` takes it back or sends it
/// back. Where a version was approved before, `in_review`, `draft` and `approved` move the review of the newer one, and the
/// approved one goes on running: see `review` and `approved_version`. Where it stands there already, nothing changes.
///
/// One whose schedule is over cannot go live. One that leaves `live` is taken off wherever it may be on screen.
#[utoipa::path(tag = "instruments", request_body = StateChange,
    params(("If-Match" = Option<String>, Header, description = "The ETag that you read")), responses(
    (status = 200, body = instrument::Instrument), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 412, body = Problem)))]
#[post("/v1/instruments/{instrument_id}/state")]
pub async fn move_instrument(
    cues: Data<Cues>,
    caller: Caller,
    instrument_id: Path<String>,
    if_match: IfMatch,
    body: Body<StateChange>,
) -> Result<HttpResponse> {
    caller.may(Permission::MoveInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let note = note_from_wire(body.0.note)?;
    let change = Change {
        note: note.as_deref(),
        ..Change::of(&caller, &if_match, now())
    };
    let state = state_from_wire(body.0.state);
    let moved = cues.move_instrument(&instrument_id, state, change).await?;
    let body = instrument::Instrument::from(&moved);
    Ok(tagged(HttpResponse::Ok(), &moved.etag(), &body))
}

/// Set a kill switch
///
/// At once, what it stops is shown no more, and is taken off wherever it may be on screen: an `instrument` or an `advertiser`
/// (whatever the case of its name) on all media, or everything on a `media`. Decisions leave it out with the reason `killed`, on other
/// nodes within a second. Set again, it says from now on why and by whom it was set last.
#[utoipa::path(tag = "cues", request_body = NewKillSwitch, responses(
    (status = 200, body = KillSwitch), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/kill-switches/{scope}/{id}")]
pub async fn set_kill_switch(
    cues: Data<Cues>,
    caller: Caller,
    path: Path<(KillScope, String)>,
    body: Body<NewKillSwitch>,
) -> Result<Json<KillSwitch>> {
    caller.may(Permission::Kill)?;
    let (scope, id) = path.into_inner();
    let (target, note) = (convert::target(scope, &id)?, note_from_wire(body.0.note)?);
    let set = cues.kill(target, note, &caller, now()).await?;
    Ok(Json(convert::kill_switch(&set, cues.stops(&set.target))))
}

/// Clear a kill switch
///
/// What it stopped may be shown again.
#[utoipa::path(tag = "cues", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/v1/kill-switches/{scope}/{id}")]
pub async fn clear_kill_switch(
    cues: Data<Cues>,
    caller: Caller,
    path: Path<(KillScope, String)>,
) -> Result<HttpResponse> {
    caller.may(Permission::Kill)?;
    let (scope, id) = path.into_inner();
    let target = convert::target(scope, &id)?;
    let switches = cues.sources.instruments.kill_switches();
    switches.clear(&target, &caller, now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the kill switches that are on
///
/// All of them on one page, by what they stop.
#[utoipa::path(tag = "cues", responses((status = 200, body = Page<KillSwitch>)))]
#[get("/v1/kill-switches")]
pub async fn list_kill_switches(
    cues: Data<Cues>,
    caller: Caller,
) -> Result<Json<Page<KillSwitch>>> {
    caller.may(Permission::ReadInstruments)?;
    let all = cues.sources.instruments.kill_switches().all().await?;
    let told = all
        .iter()
        .map(|one| convert::kill_switch(one, cues.stops(&one.target)));
    Ok(Json(Page {
        items: told.collect(),
        next_cursor: None,
    }))
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
