//! A campaign's definition as it is stored: JSON of a shape of its own.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Budget, CampaignDefinition, Counted, Goal, Metric, Pacing, Rate};
use crate::instruments::Schedule;
use crate::instruments::caps_row::{CapsRow, caps_from_row, caps_to_row};
use crate::words::Time;

#[derive(Serialize, Deserialize)]
pub(super) struct CampaignRow {
    name: String,
    advertiser: String,
    /// In ms.
    starts_at: Option<i64>,
    ends_at: Option<i64>,
    /// What is paid for, how much for one, and the currency.
    rate: Option<(String, u64, String)>,
    /// What is counted, money under the empty name, and how much.
    goal: Option<(String, u64)>,
    impressions: Option<u64>,
    micros: Option<u64>,
    frequency_caps: CapsRow,
    pacing: String,
}

impl From<&CampaignDefinition> for CampaignRow {
    fn from(definition: &CampaignDefinition) -> Self {
        let CampaignDefinition {
            name,
            advertiser,
            schedule,
            rate,
            goal,
            budget,
            frequency_caps,
            pacing,
        } = definition;
        let goal = goal.map(|Goal { metric, amount }| {
            let name = match metric {
                Metric::Count(counted) => counted.as_str(),
                Metric::Money => "",
            };
            (name.to_owned(), amount)
        });
        Self {
            name: name.clone(),
            advertiser: advertiser.clone(),
            starts_at: schedule.starts_at.map(Time::ms),
            ends_at: schedule.ends_at.map(Time::ms),
            rate: rate.as_ref().map(|rate| {
                (
                    rate.per.as_str().to_owned(),
                    rate.micros,
                    rate.currency.clone(),
                )
            }),
            goal,
            impressions: budget.impressions,
            micros: budget.micros,
            frequency_caps: caps_to_row(frequency_caps),
            pacing: pacing.as_str().to_owned(),
        }
    }
}

/// What a campaign is, as the audit trail tells it.
pub(super) fn told(definition: &CampaignDefinition) -> anyhow::Result<Value> {
    Ok(serde_json::to_value(CampaignRow::from(definition))?)
}

fn counted(name: &str) -> anyhow::Result<Counted> {
    Counted::ALL
        .into_iter()
        .find(|counted| counted.as_str() == name)
        .with_context(|| format!("a stored campaign counts {name}"))
}

impl TryFrom<CampaignRow> for CampaignDefinition {
    type Error = anyhow::Error;

    fn try_from(row: CampaignRow) -> anyhow::Result<Self> {
        let rate = row.rate.map(|(per, micros, currency)| {
            anyhow::Ok(Rate {
                per: counted(&per)?,
                micros,
                currency,
            })
        });
        let goal = row.goal.map(|(name, amount)| {
            let metric = match name.as_str() {
                "" => Metric::Money,
                name => Metric::Count(counted(name)?),
            };
            anyhow::Ok(Goal { metric, amount })
        });
        let pacing = Pacing::ALL
            .into_iter()
            .find(|pacing| pacing.as_str() == row.pacing);
        Ok(Self {
            name: row.name,
            advertiser: row.advertiser,
            schedule: Schedule {
                starts_at: row.starts_at.map(Time::from_ms),
                ends_at: row.ends_at.map(Time::from_ms),
            },
            rate: rate.transpose()?,
            goal: goal.transpose()?,
            budget: Budget {
                impressions: row.impressions,
                micros: row.micros,
            },
            frequency_caps: caps_from_row(row.frequency_caps),
            pacing: pacing.with_context(|| format!("a stored campaign is paced {}", row.pacing))?,
        })
    }
}
