//! The route of diagnoses.

use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use beckon_openapi::diagnosis as wire;
use beckon_openapi::problem::Problem;

use super::{Period, diagnose, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::decisions::Decisions;
use crate::error::{At, Result};
use crate::instruments::Instruments;
use crate::media::Registry;
use crate::words::InstrumentId;

/// Read why an instrument is not served
///
/// What became of it as a candidate over a period of full hours, summed over all nodes: how often each reason stopped it,
/// and what kept it from becoming a candidate at all. Counts of the last seconds of other nodes may be missing.
#[utoipa::path(tag = "instruments", params(("instrument_id" = String, Path, description = "The instrument"),
    wire::DiagnosisQuery), responses(
    (status = 200, body = wire::Diagnosis), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/v1/instruments/{instrument_id}/diagnosis")]
pub async fn get_diagnosis(
    instruments: Data<Instruments>,
    stations: (Data<Decisions>, Data<Registry>),
    caller: Caller,
    instrument_id: Path<String>,
    query: Query<wire::DiagnosisQuery>,
) -> Result<Json<wire::Diagnosis>> {
    caller.may(Permission::ReadInstruments)?;
    let instrument_id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    let period = Period::parse(query.from.as_deref(), query.to.as_deref(), now())?;
    let instrument = instruments.get(&instrument_id).await?;
    let (decisions, media) = &stations;
    let (tally, hints) = diagnose(decisions, media, &instrument, period).await?;
    let told = convert::diagnosis(&instrument, period, &tally, &hints);
    Ok(Json(told))
}
