//! The routes of instruments.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use beckon_openapi::category::Category as WireCategory;
use beckon_openapi::instrument as wire;
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::Problem;
use beckon_openapi::review::InstrumentVersion;

use super::{Instrument, Instruments, Wanted, wire as convert};
use crate::audit::Change;
use crate::auth::{Caller, Permission};
use crate::categories::Category;
use crate::config::now;
use crate::error::{At, Body, Refusal, Result, page_limit};
use crate::etag::http::{tagged, unless_known};
use crate::etag::{IfMatch, IfNoneMatch};
use crate::idempotency::Answer;
use crate::idempotency::http::IdempotencyKey;
use crate::words::InstrumentId;

/// Register an instrument
///
/// It begins as a draft, in its first version. With an `Idempotency-Key` the same request again is answered again, for a
/// day, and registers nothing.
#[utoipa::path(tag = "instruments", request_body = wire::NewInstrument, params(
    ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters of your choice")), responses(
    (status = 201, body = wire::Instrument), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/instruments")]
pub async fn create_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    key: IdempotencyKey,
    body: Body<wire::NewInstrument>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let claim = key.claim(&caller, "create_instrument", &body.0)?;
    let draft = convert::draft(body.0)?;
    let tell = |new: &Instrument| {
        let etag = new.etag();
        Answer::created(&wire::Instrument::from(new), Some(&etag))
    };
    let answer = instruments.create(draft, &caller, claim.as_ref(), now(), tell);
    Ok(answer.await?.into())
}

/// List instruments
///
/// The oldest first.
#[utoipa::path(tag = "instruments", params(wire::InstrumentQuery), responses(
    (status = 200, body = Page<wire::Instrument>)))]
#[get("/v1/instruments")]
pub async fn list_instruments(
    instruments: Data<Instruments>,
    caller: Caller,
    query: Query<wire::InstrumentQuery>,
) -> Result<Json<Page<wire::Instrument>>> {
    caller.may(Permission::ReadInstruments)?;
    let query = query.into_inner();
    let limit = page_limit(query.limit)?;
    let wanted = Wanted {
        state: query.state.map(convert::state),
        review: query.review.map(convert::review),
        external_id: query.external_id,
        after: query.cursor,
    };
    let found = instruments.page(&wanted, limit + 1).await?;
    let id = |instrument: &Instrument| instrument.instrument_id.to_string();
    Ok(Json(Page::of(&found, limit, id, wire::Instrument::from)))
}

/// Read an instrument
///
/// As its latest version says, with the right answer of a quiz. Its `ETag` changes with every change; with
/// `If-None-Match` it is told only if it has changed.
#[utoipa::path(tag = "instruments", params(("If-None-Match" = Option<String>, Header, description = "ETags that you have")),
    responses((status = 200, body = wire::Instrument), (status = 304), (status = 404, body = Problem)))]
#[get("/v1/instruments/{instrument_id}")]
pub async fn get_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
    known: IfNoneMatch,
) -> Result<HttpResponse> {
    caller.may(Permission::ReadInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let found = instruments.get(&instrument_id).await?;
    let body = wire::Instrument::from(&found);
    Ok(unless_known(&known, &found.etag(), &body))
}

/// Give an instrument a new version
///
/// A full replacement. Versions never change: receipts of an older one keep their meaning. The new version is a draft that
/// others review; what they approved before goes on running meanwhile. With `If-Match` it is written only if nobody has
/// changed the instrument since.
#[utoipa::path(tag = "instruments", request_body = wire::NewInstrument,
    params(("If-Match" = Option<String>, Header, description = "The ETag that you read")), responses(
    (status = 200, body = wire::Instrument), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 412, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/instruments/{instrument_id}")]
pub async fn replace_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
    if_match: IfMatch,
    body: Body<wire::NewInstrument>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let draft = convert::draft(body.0)?;
    let change = Change::of(&caller, &if_match, now());
    let changed = instruments.replace(&instrument_id, draft, change).await?;
    let body = wire::Instrument::from(&changed);
    Ok(tagged(HttpResponse::Ok(), &changed.etag(), &body))
}

/// Delete an instrument
///
/// A draft that was never approved; others are archived. Its results go with it, what viewers did stays in the event log.
#[utoipa::path(tag = "instruments", params(("If-Match" = Option<String>, Header, description = "The ETag that you read")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
#[delete("/v1/instruments/{instrument_id}")]
pub async fn delete_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
    if_match: IfMatch,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let change = Change::of(&caller, &if_match, now());
    instruments.delete(&instrument_id, change).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the taxonomy of categories
///
/// All of them on one page, in the order of their ids: what instruments advertise, and what viewers may opt out of.
#[utoipa::path(tag = "instruments", responses((status = 200, body = Page<WireCategory>)))]
#[get("/v1/categories")]
pub async fn list_categories(caller: Caller) -> Result<Json<Page<WireCategory>>> {
    caller.may(Permission::ReadInstruments)?;
    Ok(Json(Page {
        items: Category::all().map(WireCategory::from).collect(),
        next_cursor: None,
    }))
}

/// List the versions of an instrument
///
/// The newest first: who wrote each, who approved it, and what it says.
#[utoipa::path(tag = "instruments", params(PageQuery), responses(
    (status = 200, body = Page<InstrumentVersion>), (status = 404, body = Problem)))]
#[get("/v1/instruments/{instrument_id}/versions")]
pub async fn list_versions(
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
    query: Query<PageQuery>,
) -> Result<Json<Page<InstrumentVersion>>> {
    caller.may(Permission::ReadInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let limit = page_limit(query.limit)?;
    let before = match &query.cursor {
        None => u32::MAX,
        Some(cursor) => cursor.parse().map_err(|_| {
            Refusal::field(
                "cursor",
                "it is none of ours",
                "next_cursor of the page before",
            )
        })?,
    };
    let found = instruments
        .versions(&instrument_id, before, limit + 1)
        .await?;
    let version = |one: &super::Written| one.version.to_string();
    Ok(Json(Page::of(
        &found,
        limit,
        version,
        InstrumentVersion::from,
    )))
}

/// Read a version of an instrument
///
/// It never changes.
#[utoipa::path(tag = "instruments", responses(
    (status = 200, body = InstrumentVersion), (status = 404, body = Problem)))]
#[get("/v1/instruments/{instrument_id}/versions/{version}")]
pub async fn get_version(
    instruments: Data<Instruments>,
    caller: Caller,
    path: Path<(String, u32)>,
) -> Result<Json<InstrumentVersion>> {
    caller.may(Permission::ReadInstruments)?;
    let (instrument_id, version) = path.into_inner();
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let found = instruments.written(&instrument_id, version).await?;
    Ok(Json((&found).into()))
}
