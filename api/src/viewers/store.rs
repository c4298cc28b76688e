//! Viewers in SQL.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{
    AttributeName, Consent, Exposure, Impression, MOST_EXPOSURES, Profile, Store, Stored, Value,
};
use crate::db::Db;
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
            media_id,
            shown_at: Time::from_ms(row.try_get("shown_at")?),
            hides_at: Time::from_ms(row.try_get("hides_at")?),
        });
    }
    Ok(exposures)
}

/// How many exposures are kept, as SQL wants it.
fn most_exposures() -> i64 {
    i64::try_from(MOST_EXPOSURES).unwrap_or(i64::MAX)
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
            "select decision_id, instrument_id, media_id, shown_at, hides_at from exposure
             where viewer_id = $1 order by shown_at desc limit $2",
        )
        .bind(viewer_id.to_string())
        .bind(most_exposures())
        .fetch_all(self.db.pool())
        .await
        .context("failed to read a viewer's exposures")?;
        Ok(Stored {
            profile,
            exposures: exposures(&rows)?,
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

    async fn record(&self, impressions: &[Impression]) -> anyhow::Result<()> {
        let mut write = self.db.write().await?;
        // In one order, so that two nodes that record at once do not wait for each other in a ring.
        let mut grown = BTreeSet::new();
        for impression in impressions {
            let Impression {
                event_id,
                viewer_id,
                exposure,
            } = impression;
            let done = sqlx::query(
                "insert into exposure (event_id, viewer_id, decision_id, instrument_id, media_id, shown_at, hides_at)
                 values ($1, $2, $3, $4, $5, $6, $7) on conflict (event_id) do nothing",
            )
            .bind(event_id.clone())
            .bind(viewer_id.to_string())
            .bind(Uuid::from_u128(exposure.decision).to_string())
            .bind(Uuid::from_u128(exposure.instrument).to_string())
            .bind(exposure.media_id.to_string())
            .bind(exposure.shown_at.ms())
            .bind(exposure.hides_at.ms())
            .execute(write.tx())
            .await
            .context("failed to record an exposure")?;
            if done.rows_affected() == 1 {
                grown.insert(viewer_id);
            }
        }
        for viewer_id in grown {
            // What lies behind the newest no cap asks for: a viewer's list never grows without end.
            sqlx::query(
                "delete from exposure where viewer_id = $1 and shown_at < (select min(shown_at) from
                     (select shown_at from exposure where viewer_id = $2 order by shown_at desc limit $3) newest)",
            )
            .bind(viewer_id.to_string())
            .bind(viewer_id.to_string())
            .bind(most_exposures())
            .execute(write.tx())
            .await
            .context("failed to drop old exposures")?;
        }
        Ok(write.commit().await?)
    }

    async fn ping(&self) -> anyhow::Result<()> {
        Ok(self.db.ping().await?)
    }
}
