//! Training rows in SQL.

use anyhow::Context;
use base64_simd::URL_SAFE_NO_PAD as BASE64;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Candidate, Shown};
use crate::db::{Db, Write};
use crate::decisions::receipt::{Other, RankedBy, Receipt, instrument_id};
use crate::events::{Event, EventType};
use crate::words::{InstrumentId, Invalid, Time};

/// What stands for popularity where a row names who ranked.
const POPULARITY: &str = "popularity";

/// Makes or completes the overlay's training row; true when this event made it both drawn and engaged. An overlay
/// tells each thing once, so that moment comes once, whichever event came first.
pub(in crate::events) async fn upsert(
    write: &mut Write,
    event: &Event,
    schema_id: &str,
) -> anyhow::Result<bool> {
    let drawn = event.event_type == EventType::Impression;
    let sql = if drawn {
        "insert into shown (decision_id, instrument_id, decided_at, viewer_id, version, score, propensity, inputs,
             others, complete, schema_id, model, policy, drawn, engaged)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, 0)
         on conflict (decision_id, instrument_id, decided_at) do update set drawn = 1
         returning drawn + engaged"
    } else {
        "insert into shown (decision_id, instrument_id, decided_at, viewer_id, version, score, propensity, inputs,
             others, complete, schema_id, model, policy, drawn, engaged)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 1)
         on conflict (decision_id, instrument_id, decided_at) do update set engaged = 1
         returning drawn + engaged"
    };
    let Receipt { chosen, inputs, .. } = &event.receipt;
    let receipt = &event.receipt;
    let row = sqlx::query(sql)
        .bind(receipt.decision_id())
        .bind(receipt.instrument_id().to_string())
        .bind(receipt.issued_at.ms())
        .bind(receipt.viewer_id.to_string())
        .bind(i64::from(chosen.version))
        .bind(f64::from(chosen.score))
        .bind(f64::from(chosen.propensity))
        .bind(BASE64.encode_to_string(inputs.to_bytes()?))
        .bind(others_to_text(&receipt.others)?)
        .bind(i64::from(receipt.complete))
        .bind(schema_id.to_owned())
        .bind(match &receipt.ranked_by {
            RankedBy::Popularity => POPULARITY.to_owned(),
            RankedBy::Model(digest) => blake3::Hash::from(*digest).to_hex().to_string(),
        })
        .bind(receipt.policy.clone())
        .fetch_one(write.tx())
        .await
        .context("failed to store a training row")?;
    Ok(row.try_get::<i64, _>(0)? == 2)
}

/// Another candidate as it is stored: instrument, version, score, propensity.
type OtherRow = (String, u32, f32, f32);

fn others_to_text(others: &[Other]) -> anyhow::Result<String> {
    let row = |o: &Other| -> OtherRow {
        (
            instrument_id(o.instrument).to_string(),
            o.version,
            o.score,
            o.propensity,
        )
    };
    Ok(serde_json::to_string(
        &others.iter().map(row).collect::<Vec<_>>(),
    )?)
}

/// The newest training rows, oldest first.
pub(in crate::events) async fn newest(
    db: &Db,
    schema_id: &str,
    most: u32,
) -> anyhow::Result<Vec<Shown>> {
    let rows = sqlx::query(
        "select decided_at, viewer_id, instrument_id, version, score, propensity, inputs, others, complete, model,
             policy, engaged
         from shown where drawn = 1 and schema_id = $1 and policy <> 'host'
         order by decided_at desc, decision_id, instrument_id limit $2",
    )
    .bind(schema_id.to_owned())
    .bind(i64::from(most))
    .fetch_all(db.pool())
    .await
    .context("failed to read the training rows")?;
    rows.iter().rev().map(from_row).collect()
}

fn from_row(row: &AnyRow) -> anyhow::Result<Shown> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let others: Vec<OtherRow> = serde_json::from_str(&text("others")?)?;
    let id = |text: &str| InstrumentId::parse(text).map_err(invalid);
    let other = |(instrument, version, score, propensity): OtherRow| {
        Ok(Candidate {
            instrument_id: id(&instrument)?,
            version,
            score,
            propensity: f64::from(propensity),
        })
    };
    #[expect(clippy::cast_possible_truncation, reason = "it was stored from an f32")]
    let score = row.try_get::<f64, _>("score")? as f32;
    Ok(Shown {
        decided_at: Time::from_ms(row.try_get("decided_at")?),
        viewer_id: text("viewer_id")?,
        chosen: Candidate {
            instrument_id: id(&text("instrument_id")?)?,
            version: u32::try_from(row.try_get::<i64, _>("version")?)?,
            score,
            propensity: row.try_get("propensity")?,
        },
        inputs: BASE64.decode_to_vec(text("inputs")?)?,
        others: others
            .into_iter()
            .map(other)
            .collect::<anyhow::Result<_>>()?,
        complete: row.try_get::<i64, _>("complete")? == 1,
        model: text("model")?,
        policy: text("policy")?,
        engaged: row.try_get::<i64, _>("engaged")? == 1,
    })
}

fn invalid(invalid: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored training row is invalid: {}", invalid.detail)
}
