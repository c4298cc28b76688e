//! Viewers in SQL.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::exposures;
use super::{
    Act, AttributeName, Code, Consent, Counts, Exposure, Impression, KEPT_EXPOSURES, Labels, Level,
    Profile, Store, Stored, Trace, Value,
};
use crate::categories::Category;
use crate::db::{Db, Write};
use crate::words::{MediaId, Time, ViewerId};

/// Viewers in the registry's database.
#[derive(Debug)]
pub(super) struct SqlStore {
    db: Db,
}

impl SqlStore {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }
}

/// A profile as it is stored, its attributes by their full names.
#[derive(Serialize, Deserialize)]
struct ProfileRow {
    attributes: BTreeMap<String, ValueRow>,
    personalisation: bool,
    /// Ids of categories. Absent in what was stored before there were any.
    #[serde(default)]
    opt_outs: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ValueRow {
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<String>),
}

fn to_row(profile: &Profile) -> ProfileRow {
    let Profile {
        attributes,
        consent: Consent { personalisation },
        opt_outs,
    } = profile;
    let value = |value: &Value| match value {
        Value::Bool(flag) => ValueRow::Bool(*flag),
        Value::Number(number) => ValueRow::Number(*number),
        Value::Text(text) => ValueRow::Text(text.clone()),
        Value::List(texts) => ValueRow::List(texts.clone()),
    };
    ProfileRow {
        attributes: attributes
            .iter()
            .map(|(name, v)| (name.to_string(), value(v)))
            .collect(),
        personalisation: *personalisation,
        opt_outs: opt_outs.iter().map(|c| c.id().to_owned()).collect(),
    }
}

fn from_row(row: ProfileRow) -> anyhow::Result<Profile> {
    let attribute = |(name, value): (String, ValueRow)| {
        let name = AttributeName::parse(&name)
            .with_context(|| format!("a stored viewer has the malformed attribute {name}"))?;
        let value = match value {
            ValueRow::Bool(flag) => Value::Bool(flag),
            ValueRow::Number(number) => Value::Number(number),
            ValueRow::Text(text) => Value::Text(text),
            ValueRow::List(texts) => Value::List(texts),
        };
        Ok((name, value))
    };
    Ok(Profile {
        attributes: row
            .attributes
            .into_iter()
            .map(attribute)
            .collect::<anyhow::Result<_>>()?,
        consent: Consent {
            personalisation: row.personalisation,
        },
        // One that is not in the taxonomy any more covers nothing.
        opt_outs: row
            .opt_outs
            .iter()
            .filter_map(|id| Category::parse(id).ok())
            .collect(),
    })
}

fn number(row: &AnyRow, column: &str) -> anyhow::Result<u128> {
    Ok(Uuid::parse_str(row.try_get(column)?)?.as_u128())
}

fn exposures(rows: &[AnyRow]) -> anyhow::Result<Vec<Exposure>> {
    let mut exposures: Vec<Exposure> = Vec::with_capacity(rows.len());
    for row in rows {
        let media_id: &str = row.try_get("media_id")?;
        // Most of a viewer's exposures are on one media: they share its id.
        let media_id = match exposures.last() {
            Some(last) if last.media_id.as_str() == media_id => last.media_id.clone(),
            _ => MediaId::parse(media_id)
                .map_err(|e| anyhow::anyhow!("a stored exposure is invalid: {}", e.detail))?,
        };
        exposures.push(Exposure {
            decision: number(row, "decision_id")?,
            instrument: number(row, "instrument_id")?,
            labels: labels(row)?,
            media_id,
            shown_at: Time::from_ms(row.try_get("shown_at")?),
            hides_at: Time::from_ms(row.try_get("hides_at")?),
        });
    }
    Ok(exposures)
}

fn labels(row: &AnyRow) -> anyhow::Result<Labels<Code>> {
    let code = |column: &str| -> anyhow::Result<Option<Code>> {
        Ok(row.try_get::<Option<&str>, _>(column)?.map(Code::of))
    };
    Ok(Labels {
        kind: code("kind")?,
        advertiser: code("advertiser")?,
        campaign: code("campaign")?,
    })
}

fn counts(rows: &[AnyRow]) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    for row in rows {
        let (counter, key): (&str, &str) = (row.try_get("counter")?, row.try_get("key")?);
        let level = Level::ALL
            .into_iter()
            .find(|level| level.as_str() == counter);
        match (level, Act::parse(counter)) {
            (Some(level), _) => {
                let count = u64::try_from(row.try_get::<i64, _>("count")?)?;
                counts.add(level, Code::of(key), count);
            }
            (None, Some(act)) => counts.note(Uuid::parse_str(key)?.as_u128(), act),
            // Written by a newer node.
            (None, None) => {}
        }
    }
    Ok(counts)
}

/// Adds to counters, many in one statement: an impression has up to five. Rows are touched in one order everywhere.
async fn add(
    write: &mut Write,
    counters: &BTreeMap<(String, &'static str, String), i64>,
) -> anyhow::Result<()> {
    let all: Vec<_> = counters.iter().collect();
    for some in all.chunks(exposures::AT_ONCE) {
        let places = exposures::places(some.len(), 4);
        // An act is done or not: doing it again counts no further.
        let sql = format!(
            "insert into viewer_counter (viewer_id, counter, key, count) values {places}
             on conflict (viewer_id, counter, key) do update set count = case
                 when excluded.counter in ('click', 'answer', 'conversion') then 1
                 else viewer_counter.count + excluded.count end"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((viewer_id, counter, key), count) in some {
            query = query
                .bind(viewer_id.clone())
                .bind(*counter)
                .bind(key.clone())
                .bind(**count);
        }
        query
            .execute(write.tx())
            .await
            .context("failed to add to a viewer's counters")?;
    }
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn get(&self, viewer_id: &ViewerId) -> anyhow::Result<Stored> {
        let row = sqlx::query("select profile, updated_at from viewer where viewer_id = $1")
            .bind(viewer_id.to_string())
            .fetch_optional(self.db.pool())
            .await
            .context("failed to read a viewer")?;
        let profile = match row {
            Some(row) => {
                let stored = serde_json::from_str(row.try_get("profile")?)?;
                let updated_at = Time::from_ms(row.try_get("updated_at")?);
                Some((from_row(stored)?, updated_at))
            }
            None => None,
        };
        let rows = sqlx::query(
            "select decision_id, instrument_id, media_id, shown_at, hides_at, kind, advertiser, campaign from exposure
             where viewer_id = $1 order by shown_at desc limit $2",
        )
        .bind(viewer_id.to_string())
        .bind(i64::try_from(KEPT_EXPOSURES.1)?)
        .fetch_all(self.db.pool())
        .await
        .context("failed to read a viewer's exposures")?;
        let exposures = exposures(&rows)?;
        let rows =
            sqlx::query("select counter, key, count from viewer_counter where viewer_id = $1")
                .bind(viewer_id.to_string())
                .fetch_all(self.db.pool())
                .await
                .context("failed to read a viewer's counters")?;
        Ok(Stored {
            profile,
            exposures,
            counts: counts(&rows)?,
        })
    }

    async fn put(&self, viewer_id: &ViewerId, profile: &Profile, now: Time) -> anyhow::Result<()> {
        let mut write = self.db.write().await?;
        sqlx::query(
            "insert into viewer (viewer_id, profile, updated_at) values ($1, $2, $3)
             on conflict (viewer_id) do update set profile = excluded.profile, updated_at = excluded.updated_at",
        )
        .bind(viewer_id.to_string())
        .bind(serde_json::to_string(&to_row(profile))?)
        .bind(now.ms())
        .execute(write.tx())
        .await
        .context("failed to store a viewer")?;
        Ok(write.commit().await?)
    }

    async fn delete(&self, viewer_id: &ViewerId) -> anyhow::Result<bool> {
        let mut write = self.db.write().await?;
        let mut found = 0;
        for sql in [
            "delete from viewer where viewer_id = $1",
            "delete from exposure where viewer_id = $1",
            "delete from viewer_counter where viewer_id = $1",
        ] {
            let done = sqlx::query(sql)
                .bind(viewer_id.to_string())
                .execute(write.tx())
                .await
                .context("failed to delete a viewer")?;
            found += done.rows_affected();
        }
        write.commit().await?;
        Ok(found > 0)
    }

    async fn record(&self, traces: &[Trace]) -> anyhow::Result<()> {
        let mut write = self.db.write().await?;
        // In one order, so that two nodes that record at once do not wait for each other in a ring.
        let mut order: Vec<&Trace> = traces.iter().collect();
        order.sort_by_key(|trace| trace.event_id());
        let mut grown = BTreeSet::new();
        let mut counters = BTreeMap::new();
        let impressions = order.iter().filter_map(|trace| match trace {
            Trace::Shown(impression) => Some(impression),
            Trace::Done(_) => None,
        });
        let impressions: Vec<&Impression> = impressions.collect();
        let mut fresh = exposures::insert(&mut write, &impressions).await?;
        for trace in order {
            let viewer_id = trace.viewer_id().to_string();
            match trace {
                // Told twice at once it counts once.
                Trace::Shown(impression) if fresh.remove(&impression.event_id) => {
                    for (level, key) in impression.counters() {
                        let counter = (viewer_id.clone(), level.as_str(), key);
                        *counters.entry(counter).or_default() += 1;
                    }
                    grown.insert(viewer_id);
                }
                Trace::Shown(_) => {}
                Trace::Done(deed) => {
                    let instrument = Uuid::from_u128(deed.instrument).to_string();
                    counters.insert((viewer_id, deed.act.as_str(), instrument), 1);
                }
            }
        }
        add(&mut write, &counters).await?;
        for viewer_id in exposures::overgrown(&mut write, &grown).await? {
            exposures::drop_old(&mut write, &viewer_id).await?;
        }
        Ok(write.commit().await?)
    }

    async fn ping(&self) -> anyhow::Result<()> {
        Ok(self.db.ping().await?)
    }
}
