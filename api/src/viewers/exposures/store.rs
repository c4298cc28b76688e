//! Exposures in SQL.

use std::collections::BTreeSet;

use anyhow::Context;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::db::Write;
use crate::viewers::{Impression, KEPT_EXPOSURES, KEPT_MS, Labels};

/// How many rows one statement takes.
pub(in crate::viewers) const AT_ONCE: usize = 100;

/// Stores exposures, many in one statement; answers the events that were not known.
pub(in crate::viewers) async fn insert(
    write: &mut Write,
    impressions: &[&Impression],
) -> anyhow::Result<BTreeSet<String>> {
    const WIDTH: usize = 10;
    let mut fresh = BTreeSet::new();
    for some in impressions.chunks(AT_ONCE) {
        let sql = format!(
            "insert into exposure (event_id, viewer_id, decision_id, instrument_id, media_id, shown_at, hides_at,
                 kind, advertiser, campaign)
             values {} on conflict (event_id) do nothing returning event_id",
            places(some.len(), WIDTH)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for impression in some {
            let Labels {
                kind,
                advertiser,
                campaign,
            } = impression.labels.clone();
            query = query
                .bind(impression.event_id.clone())
                .bind(impression.viewer_id.to_string())
                .bind(Uuid::from_u128(impression.decision).to_string())
                .bind(Uuid::from_u128(impression.instrument).to_string())
                .bind(impression.media_id.to_string())
                .bind(impression.shown_at.ms())
                .bind(impression.hides_at.ms())
                .bind(kind)
                .bind(advertiser)
                .bind(campaign);
        }
        let rows = query.fetch_all(write.tx()).await;
        for row in rows.context("failed to record exposures")? {
            fresh.insert(row.try_get(0)?);
        }
    }
    Ok(fresh)
}

/// `($1, $2), ($3, $4)`: places for so many rows of so many columns.
pub(in crate::viewers) fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places = (1..=columns).map(|column| format!("${}", row * columns + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Those of these viewers who have more exposures than are kept at the least: most have not, and need no look at each.
pub(in crate::viewers) async fn overgrown(
    write: &mut Write,
    viewers: &BTreeSet<String>,
) -> anyhow::Result<Vec<String>> {
    let viewers: Vec<&String> = viewers.iter().collect();
    let mut found = Vec::new();
    for some in viewers.chunks(AT_ONCE) {
        let sql = format!(
            "select viewer_id from exposure where viewer_id in {} group by viewer_id having count(*) > {}
             order by viewer_id",
            places(1, some.len()),
            KEPT_EXPOSURES.0
        );
        let query = some
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, viewer_id| {
                query.bind((*viewer_id).clone())
            });
        let rows = query.fetch_all(write.tx()).await;
        for row in rows.context("failed to look for long lists of exposures")? {
            found.push(row.try_get(0)?);
        }
    }
    Ok(found)
}

/// Drops what lies behind all that caps ask for: a viewer's list never grows without end.
pub(in crate::viewers) async fn drop_old(write: &mut Write, viewer_id: &str) -> anyhow::Result<()> {
    let (least, most) = KEPT_EXPOSURES;
    sqlx::query(
        "delete from exposure where viewer_id = $1 and (
             shown_at < (select min(shown_at) from
                 (select shown_at from exposure where viewer_id = $2 order by shown_at desc limit $3) least)
             and shown_at <= (select max(shown_at) from exposure where viewer_id = $4) - $5
             or shown_at < (select min(shown_at) from
                 (select shown_at from exposure where viewer_id = $6 order by shown_at desc limit $7) most))",
    )
    .bind(viewer_id.to_owned())
    .bind(viewer_id.to_owned())
    .bind(i64::try_from(least)?)
    .bind(viewer_id.to_owned())
    .bind(KEPT_MS)
    .bind(viewer_id.to_owned())
    .bind(i64::try_from(most)?)
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to drop old exposures")
}
