//! The log in SQL: storing events, finding impressions, and letting go of what waited for them.

use std::collections::BTreeMap;

use anyhow::Context;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::rows::{keys, pieces, places};
use crate::db::Write;
use crate::decisions::Mode;
use crate::events::bill;
use crate::events::counted::{Counted, Drawn, Facts, Item, took_ms};
use crate::events::trace::{self, Due, Kept};
use crate::events::{Event, EventType, Overlay, Worth};
use crate::words::Time;

/// What a row of the log holds.
const COLUMNS: &str = "event_id, event_type, decision_id, decided_at, instrument_id, version, media_id, viewer_id,
    position_ms, show_ms, answer_id, at, happened_at, received_at, exposure_due, mode, variant, campaign_id,
    billed_micros, skew_ms, counted, is_right, value_micros, currency, seen_name";
const WIDTH: usize = 25;

/// Stores events, and notes which of them nobody had told before: the keys decide, also between nodes.
pub(super) async fn insert(write: &mut Write, items: &mut [Item<'_>]) -> anyhow::Result<()> {
    items.sort_by(|a, b| a.event.event_id.cmp(&b.event.event_id));
    let mut fresh = std::collections::BTreeSet::new();
    for piece in pieces(items) {
        let sql = format!(
            "insert into event ({COLUMNS}) values {} on conflict do nothing returning event_id",
            places(piece.len(), WIDTH)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for item in piece {
            let Event {
                event_id,
                event_type,
                authority: _,
                answer,
                is_right,
                worth,
                at,
                skew_ms,
                happened_at,
                received_at,
            } = item.event;
            let facts = item.facts.as_ref();
            let mode = facts.map_or(Mode::Live, |facts| facts.mode);
            let due = facts.and_then(|facts| Due::of(item.event, facts));
            query = query
                .bind(event_id.clone())
                .bind(event_type.as_str())
                .bind(item.overlay.decision_id())
                .bind(item.overlay.decided_at.ms())
                .bind(item.overlay.instrument_id().to_string())
                .bind(i64::from(item.event.version()))
                .bind(facts.map_or_else(String::new, |facts| facts.media_id.clone()))
                .bind(facts.map_or_else(String::new, |facts| facts.viewer_id.clone()))
                .bind(facts.map_or(0, |facts| facts.position_ms))
                .bind(facts.map_or(0, |facts| facts.show_ms))
                .bind(answer.as_ref().map(ToString::to_string))
                .bind(at.ms())
                .bind(happened_at.ms())
                .bind(received_at.ms())
                .bind(i64::from(due.is_some()))
                .bind(mode_name(mode))
                .bind(facts.and_then(|facts| facts.variant))
                .bind(facts.and_then(|facts| facts.campaign_id.clone()))
                .bind(i64::try_from(bill::impression_micros(item.event))?)
                .bind(*skew_ms)
                .bind(i64::from(item.counts))
                .bind(is_right.map(i64::from))
                .bind(worth.as_ref().map(|worth| worth.value_micros))
                .bind(worth.as_ref().map(|worth| worth.currency.clone()))
                .bind(seen_name(item.event));
        }
        let rows = query.fetch_all(write.tx()).await;
        for row in rows.context("failed to store events")? {
            fresh.insert(row.try_get::<String, _>(0)?);
        }
    }
    for item in items {
        // Of two in one batch the first is the one that was stored.
        item.fresh = fresh.remove(&item.event.event_id);
    }
    Ok(())
}

/// What was on screen; the impression says it for its overlay.
fn seen_name(event: &Event) -> String {
    let receipt = event
        .receipt()
        .filter(|_| event.event_type == EventType::Impression);
    receipt.map_or_else(String::new, |receipt| receipt.seen.clone())
}

/// The mode as it is stored.
const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Test => "test",
        Mode::Holdout => "holdout",
    }
}

fn mode(name: &str) -> anyhow::Result<Mode> {
    [Mode::Live, Mode::Test, Mode::Holdout]
        .into_iter()
        .find(|mode| mode_name(*mode) == name)
        .with_context(|| format!("a stored event has the mode {name}"))
}

/// The impressions of these overlays, as far as they are known.
pub(super) async fn drawn(
    write: &mut Write,
    overlays: &[Overlay],
) -> anyhow::Result<BTreeMap<Overlay, Drawn>> {
    let mut found = BTreeMap::new();
    for piece in pieces(overlays) {
        let sql = format!(
            "select decision_id, instrument_id, decided_at, media_id, viewer_id, position_ms, show_ms, mode, variant,
                 campaign_id, happened_at, received_at
             from (values {}) as wanted join event on event.decision_id = wanted.column1
                 and event.instrument_id = wanted.column2 and event.decided_at = wanted.column3
             where event_type = 'impression' and event_type <> 'conversion'",
            keys(piece.len())
        );
        for row in by_keys(sql, piece).fetch_all(write.tx()).await? {
            let drawn = Drawn {
                facts: facts(&row)?,
                happened_at: Time::from_ms(row.try_get("happened_at")?),
                received_at: Time::from_ms(row.try_get("received_at")?),
            };
            found.insert(overlay(&row)?, drawn);
        }
    }
    Ok(found)
}

/// A query whose places are these overlays' keys.
pub(in crate::events) fn by_keys(
    sql: String,
    overlays: &[Overlay],
) -> sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments> {
    overlays
        .iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), |query, overlay| {
            query
                .bind(overlay.decision_id())
                .bind(overlay.instrument_id().to_string())
                .bind(overlay.decided_at.ms())
        })
}

/// The key of a row's overlay.
pub(in crate::events) fn overlay(row: &AnyRow) -> anyhow::Result<Overlay> {
    let number = |column: &str| -> anyhow::Result<u128> {
        Ok(Uuid::try_parse(&row.try_get::<String, _>(column)?)?.as_u128())
    };
    Ok(Overlay {
        instrument: number("instrument_id")?,
        decision: number("decision_id")?,
        decided_at: Time::from_ms(row.try_get("decided_at")?),
    })
}

fn facts(row: &AnyRow) -> anyhow::Result<Facts> {
    Ok(Facts {
        media_id: row.try_get("media_id")?,
        viewer_id: row.try_get("viewer_id")?,
        position_ms: row.try_get("position_ms")?,
        show_ms: row.try_get("show_ms")?,
        mode: mode(&row.try_get::<String, _>("mode")?)?,
        variant: row.try_get("variant")?,
        campaign_id: row.try_get("campaign_id")?,
    })
}

/// What waited, and what of it is still to be told to viewers.
#[derive(Debug, Default)]
pub(super) struct Released {
    pub(super) counted: Vec<Counted>,
    pub(super) due: Vec<Due>,
}

/// Lets what waited for these impressions count, where they came in time.
pub(super) async fn release(
    write: &mut Write,
    impressions: &BTreeMap<Overlay, Drawn>,
    waiting_ms: i64,
) -> anyhow::Result<Released> {
    let overlays: Vec<Overlay> = impressions.keys().copied().collect();
    let mut released = Released::default();
    for piece in pieces(&overlays) {
        let sql = format!(
            "select event_id, event_type, decision_id, instrument_id, decided_at, version, viewer_id, answer_id, is_right,
                 value_micros, currency, happened_at, received_at
             from (values {}) as wanted join event on event.decision_id = wanted.column1
                 and event.instrument_id = wanted.column2 and event.decided_at = wanted.column3
             where counted = 0 and mode = 'live' order by event_id",
            keys(piece.len())
        );
        for row in by_keys(sql, piece).fetch_all(write.tx()).await? {
            let overlay = overlay(&row)?;
            let received_at = Time::from_ms(row.try_get("received_at")?);
            if let Some(drawn) = impressions.get(&overlay)
                && drawn.is_in_time(received_at, waiting_ms)
            {
                let counted = waited(&row, overlay, drawn)?;
                // What a receipt told was told to its viewer when it came; a link knew of nobody.
                if row.try_get::<String, _>("viewer_id")?.is_empty() {
                    let kept = Kept {
                        event_id: &counted.event_id,
                        event_type: counted.event_type,
                        overlay,
                        version: u32::try_from(row.try_get::<i64, _>("version")?)?,
                        happened_at: Time::from_ms(row.try_get("happened_at")?),
                    };
                    released.due.extend(kept.due(&drawn.facts));
                }
                released.counted.push(counted);
            }
        }
    }
    for one in &released.counted {
        if let Some(drawn) = impressions.get(&one.overlay) {
            count(write, &one.event_id, one.event_type, &drawn.facts).await?;
        }
    }
    Ok(released)
}

fn waited(row: &AnyRow, overlay: Overlay, drawn: &Drawn) -> anyhow::Result<Counted> {
    let name: String = row.try_get("event_type")?;
    let event_type =
        EventType::parse(&name).with_context(|| format!("a stored event is of the type {name}"))?;
    let answered_at = Time::from_ms(row.try_get("happened_at")?);
    let value_micros: Option<i64> = row.try_get("value_micros")?;
    let currency: Option<String> = row.try_get("currency")?;
    Ok(Counted {
        overlay,
        place: None,
        event_id: row.try_get("event_id")?,
        event_type,
        mode: Mode::Live,
        media_id: drawn.facts.media_id.clone(),
        viewer_id: drawn.facts.viewer_id.clone(),
        campaign_id: drawn.facts.campaign_id.clone(),
        // What waits is no impression, and those alone are reserved.
        spend: None,
        received_at: Time::from_ms(row.try_get("received_at")?),
        answer: row.try_get("answer_id")?,
        is_right: row
            .try_get::<Option<i64>, _>("is_right")?
            .map(|right| right == 1),
        took_ms: took_ms(answered_at, Some(drawn.happened_at), drawn.facts.show_ms),
        worth: value_micros
            .zip(currency)
            .map(|(value_micros, currency)| Worth {
                value_micros,
                currency,
            }),
        put_by_host: false,
    })
}

/// Notes that an event counts now, and what its impression knows of it.
pub(super) async fn count(
    write: &mut Write,
    event_id: &str,
    event_type: EventType,
    facts: &Facts,
) -> anyhow::Result<()> {
    let leaves = trace::leaves(event_type, facts);
    sqlx::query(
        "update event set counted = 1, media_id = $1, viewer_id = $2, position_ms = $3, show_ms = $4, variant = $5,
             campaign_id = $6, exposure_due = case when viewer_id = '' then $7 else exposure_due end
         where event_id = $8",
    )
    .bind(facts.media_id.clone())
    .bind(facts.viewer_id.clone())
    .bind(facts.position_ms)
    .bind(facts.show_ms)
    .bind(facts.variant)
    .bind(facts.campaign_id.clone())
    .bind(i64::from(leaves))
    .bind(event_id.to_owned())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to count what had waited")
}
