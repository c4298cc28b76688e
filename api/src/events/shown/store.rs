//! Training rows in SQL.

use std::collections::BTreeSet;

use anyhow::Context;
use base64_simd::URL_SAFE_NO_PAD as BASE64;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Candidate, Shown};
use crate::db::{Db, Write};
use crate::decisions::receipt::{HOST, Other, RankedBy, Receipt, instrument_id};
use crate::events::Overlay;
use crate::events::store::{by_keys, keys, overlay, pieces, places};
use crate::words::{InstrumentId, Invalid, Time};

/// What stands for popularity where a row names who ranked.
const POPULARITY: &str = "popularity";

/// A training row to make.
#[derive(Debug, Clone, Copy)]
pub(in crate::events) struct Draft<'a> {
    /// The receipt of the overlay that was drawn.
    pub(in crate::events) receipt: &'a Receipt,
    /// It was engaged with, as this same fold knows.
    pub(in crate::events) engaged: bool,
}

const COLUMNS: &str =
    "decision_id, instrument_id, decided_at, viewer_id, version, score, propensity, inputs, others,
    complete, schema_id, model, policy, drawn, engaged";
const WIDTH: usize = 15;

/// Makes the training rows of what was drawn; answers those overlays of which something came before and waits.
pub(in crate::events) async fn draw(
    write: &mut Write,
    drafts: &[Draft<'_>],
    schema_id: &str,
) -> anyhow::Result<BTreeSet<Overlay>> {
    let mut drafts = drafts.to_vec();
    drafts.sort_by_key(|draft| Overlay::of(draft.receipt));
    let mut awaited = BTreeSet::new();
    for piece in pieces(&drafts) {
        let sql = format!(
            "insert into shown ({COLUMNS}) values {}
             on conflict (decision_id, instrument_id, decided_at) do update set viewer_id = excluded.viewer_id,
                 version = excluded.version, score = excluded.score, propensity = excluded.propensity,
                 inputs = excluded.inputs, others = excluded.others, complete = excluded.complete,
                 schema_id = excluded.schema_id, model = excluded.model, policy = excluded.policy, drawn = 1,
                 engaged = excluded.engaged
             returning decision_id, instrument_id, decided_at, held",
            places(piece.len(), WIDTH)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for Draft { receipt, engaged } in piece {
            let Receipt { chosen, inputs, .. } = receipt;
            query = query
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
                .bind(1_i64)
                .bind(i64::from(*engaged));
        }
        let rows = query.fetch_all(write.tx()).await;
        for row in rows.context("failed to store training rows")? {
            if row.try_get::<i64, _>("held")? == 1 {
                awaited.insert(overlay(&row)?);
            }
        }
    }
    Ok(awaited)
}

/// Notes that something of these overlays waits for their impressions. Whoever folds one of those at this moment is
/// waited for, and waits for us.
pub(in crate::events) async fn hold(write: &mut Write, overlays: &[Overlay]) -> anyhow::Result<()> {
    for overlay in overlays {
        sqlx::query(AssertSqlSafe(format!(
            "insert into shown ({COLUMNS}, held)
             values ($1, $2, $3, '', 0, 0, 0, '', '[]', 0, '', '', '', 0, 0, 1) on conflict do nothing"
        )))
        .bind(overlay.decision_id())
        .bind(overlay.instrument_id().to_string())
        .bind(overlay.decided_at.ms())
        .execute(write.tx())
        .await
        .context("failed to note what waits")?;
    }
    Ok(())
}

/// Notes that these overlays were engaged with; answers, for each that had not been, its instrument and whether a host
/// put it to all.
pub(in crate::events) async fn engage(
    write: &mut Write,
    overlays: &[Overlay],
) -> anyhow::Result<Vec<(String, bool)>> {
    let mut first = Vec::new();
    for piece in pieces(overlays) {
        let sql = format!(
            "update shown set engaged = 1 from (values {}) as wanted
             where shown.decision_id = wanted.column1 and shown.instrument_id = wanted.column2
                 and shown.decided_at = wanted.column3 and shown.engaged = 0 and shown.drawn = 1
             returning instrument_id, policy",
            keys(piece.len())
        );
        let rows = by_keys(sql, piece).fetch_all(write.tx()).await;
        for row in rows.context("failed to note an engagement")? {
            let policy: String = row.try_get("policy")?;
            first.push((row.try_get("instrument_id")?, policy == HOST));
        }
    }
    Ok(first)
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
