//! The import's route.

use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, post};
use beckon_openapi::import as wire;
use beckon_openapi::problem::Problem;

use super::wire as convert;
use super::{Instruments, Terms};
use crate::auth::{Caller, Permission};
use crate::config::now;
use crate::error::{Result, read};
use crate::idempotency::http::IdempotencyKey;

/// The largest file.
const LARGEST: usize = 4 * 1024 * 1024;

/// Import instruments
///
/// NDJSON (`application/x-ndjson`): one instrument a line, as `POST /v1/instruments` takes it. CSV (`text/csv`), its first line
/// naming the columns, in any order: `name`, `external_id`, `kind`; `question`, `answer_1` to `answer_6`, `correct` (the number of the
/// right answer); `title`, `text`, `image_url`, `image_text`, `link_url`, `link_text`, `advertiser`, `price_minor`, `price_currency`, `code`;
/// `trigger_names`, `trigger_min_confidence`, `audience` (a rule as JSON), `media_ids`, `priority`, `allow_forward`, `ad_breaks`,
/// `starts_at`, `ends_at`, `cap_count`, `cap_per_ms`, `show_ms`, `quiet_ms`, `quiet_scope`. Several values in a cell stand between `|`. An empty
/// cell is a field that is not given.
///
/// At most 1 000 items and 4 MiB. Each is taken or refused for itself, and what is taken is stored together. One whose
/// `external_id` is known gets a new version, unless it says what it said before: the same file again changes nothing.
#[utoipa::path(tag = "instruments", params(wire::ImportQuery,
    ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters of your choice")),
    request_body(content((String = "application/x-ndjson"), (String = "text/csv"))), responses(
    (status = 200, body = wire::InstrumentImport), (status = 400, body = Problem), (status = 413, body = Problem),
    (status = 415, body = Problem), (status = 422, body = Problem)))]
#[post("/v1/instruments/import")]
pub async fn import_instruments(
    instruments: Data<Instruments>,
    caller: Caller,
    key: IdempotencyKey,
    query: Query<wire::ImportQuery>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse> {
    caller.may(Permission::WriteInstruments)?;
    let wire::ImportQuery { dry_run, submit } = query.into_inner();
    let content_type = request.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let bytes = read(body, LARGEST).await?;
    let claim = key.claim(
        &caller,
        "import_instruments",
        &(dry_run, submit, &bytes[..]),
    )?;
    let items = convert::items(content_type.unwrap_or_default(), &bytes)?;
    let terms = Terms { dry_run, submit };
    let claim = claim.filter(|_| !dry_run);
    let answer = instruments.import(items, terms, &caller, claim.as_ref(), now());
    Ok(answer.await?.into())
}
