//! The routes of reports.

use std::time::Duration;

use actix_web::web::{Bytes, Data, Json, Path, Query};
use actix_web::{HttpResponse, get};
use beckon_openapi::leaderboard as board;
use beckon_openapi::problem::Problem;
use beckon_openapi::results as wire;
use futures_util::{Stream, stream};

use super::{Listener, Live, places, read, wire as convert};
use crate::auth::{Caller, Permission, Role};
use crate::config::now;
use crate::error::{At, ErrorCode, Refusal, Result};
use crate::events::Events;
use crate::instruments::{Content, Instruments};
use crate::media::Registry;
use crate::words::{InstrumentId, MediaId, Time};

/// How often a silent stream says that it is there: proxies close what is silent for longer.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Read an instrument's results
///
/// Over all its versions. The interval says how far the engaged rate can be believed: with few impressions it is wide.
#[utoipa::path(tag = "instruments", responses(
    (status = 200, body = wire::Results), (status = 404, body = Problem)))]
#[get("/v1/instruments/{instrument_id}/results")]
pub async fn get_results(
    instruments: Data<Instruments>,
    events: Data<Events>,
    caller: Caller,
    instrument_id: Path<String>,
) -> Result<Json<wire::Results>> {
    caller.may(Permission::ReadInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let instrument = instruments.get(&instrument_id).await?;
    let results = read(&instrument, events.results(&instrument_id).await?);
    Ok(Json(convert::results(&results, now())))
}

/// Listen to how a question stands
///
/// Server-sent events: `event: results` with the counts as `data`, at once and then whenever they change, at most once a
/// second. A viewer may listen once it has answered. It ends when the token expires; read it by fetch, which can send the
/// header.
#[utoipa::path(tag = "instruments", responses(
    (status = 200, content_type = "text/event-stream", body = String,
        example = "event: results\ndata: {\"instrument_id\":\"0193…\",\"answers\":2,\"tallies\":[]}\n\n"),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/v1/instruments/{instrument_id}/results/live")]
pub async fn listen_to_results(
    live: Data<Live>,
    instruments: Data<Instruments>,
    events: Data<Events>,
    caller: Caller,
    instrument_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::ListenToResults)?;
    let id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let instrument = instruments.get(&id).await?;
    if !matches!(instrument.definition.content, Content::Question(_)) {
        let detail = "an offer has no answers to listen to";
        return Err(Refusal::field("instrument_id", detail, "a question").into());
    }
    // How others answered would sway who has not.
    if caller.role == Role::Viewer && !events.has_answered(&caller.subject, &id).await? {
        return Err(Refusal::new(ErrorCode::Forbidden, "answer first, then listen").into());
    }
    Ok(streaming(
        live.listen(&instrument).await?,
        caller.expires_at,
    ))
}

fn streaming(listener: Listener, until: Time) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        // Proxies that gather answers would hold them back.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(lines(listener, until))
}

/// The stream as it is written, until the token's end.
fn lines(listener: Listener, until: Time) -> impl Stream<Item = Result<Bytes>> {
    stream::unfold(listener, move |mut listener| async move {
        let left = u64::try_from(until.since(now()))
            .ok()
            .filter(|ms| *ms > 0)?;
        let patience = HEARTBEAT.min(Duration::from_millis(left));
        let line = match tokio::time::timeout(patience, listener.next()).await {
            Ok(Some(json)) => format!("event: results\ndata: {json}\n\n"),
            Ok(None) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok(Bytes::from(line)), listener))
    })
}

/// Read a media's leaderboard
///
/// Who answered most of its quizzes right, and of equals who was faster. Viewers are named by handles of this board alone;
/// who asks as a viewer is told its own place too.
#[utoipa::path(tag = "media", params(board::LeaderboardQuery), responses(
    (status = 200, body = board::Leaderboard), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/v1/media/{media_id}/leaderboard")]
pub async fn get_leaderboard(
    media: Data<Registry>,
    events: Data<Events>,
    caller: Caller,
    media_id: Path<String>,
    query: Query<board::LeaderboardQuery>,
) -> Result<Json<board::Leaderboard>> {
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    caller.may_on(Permission::ReadLeaderboard, &media_id)?;
    media.get(&media_id)?;
    let own = (caller.role == Role::Viewer).then_some(&caller.subject);
    let board = events.board(&media_id, own, convert::best(&query)?).await?;
    let (players, handle) = (board.players, |viewer: &str| {
        events.handle(&media_id, viewer)
    });
    let told = convert::leaderboard(&media_id, players, places(board), handle, now());
    Ok(Json(told))
}
