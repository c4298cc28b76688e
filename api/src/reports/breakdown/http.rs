//! The routes of breakdowns.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, get};
use beckon_openapi::problem::Problem;
use beckon_openapi::report as wire;

use super::dictionary::TERMS;
use super::{experiment_of, read, wire as convert};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{At, Result};
use crate::events::Events;
use crate::instruments::Instruments;
use crate::words::InstrumentId;

/// Read a report
///
/// By up to four dimensions, over up to 92 days, as JSON or CSV. `GET /v1/reports/dictionary` says what each number means.
#[utoipa::path(tag = "reports", params(wire::ReportQuery), responses(
    (status = 200, content((wire::Report = "application/json"), (String = "text/csv", example = "instrument,impressions\r\n"))),
    (status = 422, body = Problem)))]
#[get("/v1/reports")]
pub async fn get_report(
    events: Data<Events>,
    instruments: Data<Instruments>,
    caller: Caller,
    query: Query<wire::ReportQuery>,
) -> Result<HttpResponse> {
    caller.may(Permission::ReadInstruments)?;
    let now = now();
    let asked = convert::asked(query.into_inner(), now)?;
    let (by, campaign) = (&asked.dimensions, asked.campaign.as_ref());
    let lines = read(&events, &instruments, by, &asked.stretch, campaign).await?;
    Ok(match asked.format {
        wire::ReportFormat::Json => HttpResponse::Ok().json(convert::report(&asked, &lines, now)),
        wire::ReportFormat::Csv => HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header(("content-disposition", "attachment; filename=\"report.csv\""))
            .body(convert::csv(&asked, &lines)),
    })
}

/// Read what each number of a report means
///
/// Every field of a line is there, and the dimensions that need a word.
#[utoipa::path(tag = "reports", responses((status = 200, body = wire::Dictionary)))]
#[get("/v1/reports/dictionary")]
pub async fn get_dictionary(caller: Caller) -> Result<Json<wire::Dictionary>> {
    caller.may(Permission::ReadInstruments)?;
    let term = |(name, meaning): &(&str, &str)| wire::Term {
        name: (*name).to_owned(),
        meaning: (*meaning).to_owned(),
    };
    Ok(Json(wire::Dictionary {
        terms: TERMS.iter().map(term).collect(),
    }))
}

/// Read how the variants of an instrument do
///
/// With the sample-ratio check: where the viewers are not shared as the weights say, no comparison can be trusted.
#[utoipa::path(tag = "reports", responses(
    (status = 200, body = wire::Experiment), (status = 404, body = Problem)))]
#[get("/v1/instruments/{instrument_id}/experiment")]
pub async fn get_experiment(
    events: Data<Events>,
    instruments: Data<Instruments>,
    caller: Caller,
    instrument_id: Path<String>,
) -> Result<Json<wire::Experiment>> {
    caller.may(Permission::ReadInstruments)?;
    let id = InstrumentId::parse(&instrument_id).at("instrument_id")?;
    Ok(Json(
        experiment_of(&events, &instruments, &id, now())
            .await?
            .into(),
    ))
}
