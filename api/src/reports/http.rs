//! The routes of reports.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use beckon_openapi::problem::Problem;
use beckon_openapi::results as wire;

use super::{read, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Result};
use crate::events::Events;
use crate::instruments::Instruments;
use crate::words::InstrumentId;

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
