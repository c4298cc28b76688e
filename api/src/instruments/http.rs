//! The routes of instruments.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use beckon_openapi::category::Category as WireCategory;
use beckon_openapi::instrument as wire;
use beckon_openapi::page::Page;
use beckon_openapi::problem::Problem;

use super::{Instruments, wire as convert};
use crate::auth::{Caller, Permission};
use crate::categories::Category;
use crate::config::now;
use crate::error::{At, Body, Result, page_limit};
use crate::words::InstrumentId;

/// Register an instrument
///
/// It begins as a draft, in its first version.
#[utoipa::path(tag = "instruments", request_body = wire::NewInstrument, responses(
    (status = 201, body = wire::Instrument), (status = 422, body = Problem)))]
#[post("/v1/instruments")]
pub async fn create_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    body: Body<wire::NewInstrument>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let draft = instruments
        .create(convert::definition(body.0)?, now())
        .await?;
    Ok(HttpResponse::Created().json(wire::Instrument::from(&draft)))
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
    let limit = page_limit(query.limit)?;
    let state = query.state.map(convert::state);
    let found = instruments
        .page(state, query.cursor.as_deref(), limit + 1)
        .await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |instrument| instrument.instrument_id.to_string(),
        wire::Instrument::from,
    )))
}

/// Read an instrument
///
/// As its latest version says, with the right answer of a quiz.
#[utoipa::path(tag = "instruments", responses(
    (status = 200, body = wire::Instrument), (status = 404, body = Problem)))]
#[get("/v1/instruments/{instrument_id}")]
pub async fn get_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
) -> Result<Json<wire::Instrument>> {
    caller.may(Permission::ReadInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    Ok(Json((&instruments.get(&instrument_id).await?).into()))
}

/// Give an instrument a new version
///
/// A full replacement. Versions never change: receipts of an older one keep their meaning. A live
/// instrument stays live, and the new version runs from now on.
#[utoipa::path(tag = "instruments", request_body = wire::NewInstrument, responses(
    (status = 200, body = wire::Instrument), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/instruments/{instrument_id}")]
pub async fn replace_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
    body: Body<wire::NewInstrument>,
) -> Result<Json<wire::Instrument>> {
    caller.may(Permission::WriteInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let definition = convert::definition(body.0)?;
    let changed = instruments
        .replace(&instrument_id, &definition, now())
        .await?;
    Ok(Json((&changed).into()))
}

/// Delete an instrument
///
/// A draft only; its results go with it, what viewers did stays in the event log.
#[utoipa::path(tag = "instruments", responses(
    (status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[delete("/v1/instruments/{instrument_id}")]
pub async fn delete_instrument(
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    instruments.delete(&instrument_id).await?;
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
