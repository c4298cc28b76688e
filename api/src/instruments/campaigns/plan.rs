//! What follows from a campaign's definition: its limits, what it aims at, and what a running one needs at hand.

use super::{Campaign, CampaignDefinition, CampaignState, Counted, Metric, Pacing};
use crate::currencies::Currency;
use crate::instruments::caps::Caps;
use crate::words::{CampaignId, Time};

/// What a campaign never goes beyond; `None` where there is no limit. All are kept at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// So many impressions are reserved.
    pub impressions: Option<u64>,
    /// So much money is billed, in millionths.
    pub micros: Option<u64>,
    /// So many of what the rate is for are billed, where that is not impressions.
    pub billed: Option<u64>,
}

/// What a campaign aims at: pacing follows it, and it ends there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// What is counted.
    pub counted: Counted,
    /// How much of it.
    pub amount: u64,
}

fn least(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a.into_iter().chain(b).min()
}

impl CampaignDefinition {
    /// What is billed: what the rate is for, or else what the goal counts, or else impressions.
    #[must_use]
    pub fn billed(&self) -> Counted {
        let counted = self.goal.and_then(|goal| match goal.metric {
            Metric::Count(counted) => Some(counted),
            Metric::Money => None,
        });
        let rate = self.rate.as_ref().map(|rate| rate.per);
        rate.or(counted).unwrap_or(Counted::Impression)
    }

    /// What one of them costs, in millionths.
    #[must_use]
    pub fn micros(&self) -> u64 {
        self.rate.as_ref().map_or(0, |rate| rate.micros)
    }

    fn currency(&self) -> Option<Currency> {
        let rate = self.rate.as_ref()?;
        Currency::parse(&rate.currency).ok()
    }

    fn goal_of(&self, metric: Metric) -> Option<u64> {
        let goal = self.goal.filter(|goal| goal.metric == metric)?;
        Some(goal.amount)
    }

    /// What it never goes beyond.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let billed = self.billed();
        Limits {
            impressions: least(
                self.budget.impressions,
                self.goal_of(Metric::Count(Counted::Impression)),
            ),
            micros: least(self.budget.micros, self.goal_of(Metric::Money)),
            billed: match billed {
                Counted::Impression => None,
                counted => self.goal_of(Metric::Count(counted)),
            },
        }
    }

    /// How many of what is billed the money buys at the most.
    fn bought(&self) -> Option<u64> {
        self.limits().micros?.checked_div(self.micros())
    }

    /// What it aims at: its goal as far as its budget reaches, or else the most that its budget buys.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        let limits = self.limits();
        let counted = match (self.goal.map(|goal| goal.metric), limits.impressions) {
            (Some(Metric::Count(counted)), _) => counted,
            (None, Some(_)) if self.bought().is_none() => Counted::Impression,
            _ => self.billed(),
        };
        let goal = self.goal_of(Metric::Count(counted));
        let bought = self.bought().filter(|_| self.billed() == counted);
        let shown = limits
            .impressions
            .filter(|_| counted == Counted::Impression);
        let amount = least(least(goal, bought), shown)?;
        Some(Target { counted, amount })
    }
}

/// A campaign as decisions need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub campaign_id: CampaignId,
    /// Its id as a number.
    pub key: u128,
    /// Counts its changes.
    pub version: u32,
    /// Its instruments may be shown.
    pub live: bool,
    /// Not before this.
    pub starts_at: Option<Time>,
    /// Not from this on.
    pub ends_at: Option<Time>,
    /// From when it is paced.
    pub paced_from: Time,
    /// How it spreads from there to its end.
    pub pacing: Pacing,
    /// What is billed.
    pub billed: Counted,
    /// What one of them costs, in millionths.
    pub micros: u64,
    /// In which currency, where it is one in use.
    pub currency: Option<Currency>,
    /// What it aims at.
    pub target: Option<Target>,
    /// What it never goes beyond.
    pub limits: Limits,
    /// How often one viewer may see something of it.
    pub frequency_caps: Caps,
}

impl Running {
    /// What decisions need of this campaign.
    #[must_use]
    pub fn of(campaign: &Campaign) -> Self {
        let Campaign {
            campaign_id,
            version,
            state,
            live_at,
            definition,
            created_at,
            ..
        } = campaign;
        let schedule = definition.schedule;
        Self {
            campaign_id: campaign_id.clone(),
            key: key(campaign_id),
            version: *version,
            live: *state == CampaignState::Live,
            starts_at: schedule.starts_at,
            ends_at: schedule.ends_at,
            paced_from: schedule.starts_at.or(*live_at).unwrap_or(*created_at),
            pacing: definition.pacing,
            billed: definition.billed(),
            micros: definition.micros(),
            currency: definition.currency(),
            target: definition.target(),
            limits: definition.limits(),
            frequency_caps: definition.frequency_caps.clone(),
        }
    }

    /// A campaign that is over, or that nobody knows.
    #[must_use]
    pub fn over(campaign_id: &CampaignId) -> Self {
        Self {
            campaign_id: campaign_id.clone(),
            key: key(campaign_id),
            version: 0,
            live: false,
            starts_at: None,
            ends_at: None,
            paced_from: Time::from_ms(0),
            pacing: Pacing::Asap,
            billed: Counted::Impression,
            micros: 0,
            currency: None,
            target: None,
            limits: Limits::default(),
            frequency_caps: Caps::default(),
        }
    }

    /// What an impression costs, in millionths; nothing where something else is paid for.
    #[must_use]
    pub const fn impression_micros(&self) -> u64 {
        match self.billed {
            Counted::Impression => self.micros,
            _ => 0,
        }
    }

    /// How many impressions its limits allow.
    #[must_use]
    pub fn most_impressions(&self) -> u64 {
        let bought = self
            .limits
            .micros
            .and_then(|micros| micros.checked_div(self.impression_micros()));
        least(self.limits.impressions, bought).unwrap_or(u64::MAX)
    }

    /// Whether impressions are reserved before they are shown: there is something to keep to.
    #[must_use]
    pub const fn is_reserved(&self) -> bool {
        let Limits {
            impressions,
            micros,
            billed,
        } = self.limits;
        self.target.is_some() || impressions.is_some() || micros.is_some() || billed.is_some()
    }
}

/// A campaign's id as a number; ids are UUIDs of our own making.
pub(in crate::instruments) fn key(campaign_id: &CampaignId) -> u128 {
    uuid::Uuid::parse_str(campaign_id.as_str()).map_or(0, |id| id.as_u128())
}

#[cfg(test)]
mod tests {
    use super::super::{Budget, Goal, Rate};
    use super::*;
    use crate::instruments::Schedule;

    fn campaign(
        rate: Option<(Counted, u64)>,
        goal: Option<(Metric, u64)>,
        impressions: Option<u64>,
        micros: Option<u64>,
    ) -> CampaignDefinition {
        CampaignDefinition {
            name: "c".to_owned(),
            advertiser: "a".to_owned(),
            schedule: Schedule::default(),
            rate: rate.map(|(per, micros)| Rate {
                per,
                micros,
                currency: "EUR".to_owned(),
            }),
            goal: goal.map(|(metric, amount)| Goal { metric, amount }),
            budget: Budget {
                impressions,
                micros,
            },
            frequency_caps: Caps::default(),
            pacing: Pacing::Asap,
        }
    }

    fn aims(definition: &CampaignDefinition) -> Option<(Counted, u64)> {
        definition.target().map(|t| (t.counted, t.amount))
    }

    #[test]
    fn money_per_impression_buys_whole_impressions() {
        let paid = Some((Counted::Impression, 12_000));
        let by_goal = campaign(paid, Some((Metric::Money, 100_000)), None, None);
        assert_eq!(aims(&by_goal), Some((Counted::Impression, 8)));
        assert_eq!(by_goal.limits().micros, Some(100_000));
        let by_budget = campaign(paid, None, None, Some(100_000));
        assert_eq!(aims(&by_budget), Some((Counted::Impression, 8)));
        let both = campaign(paid, None, Some(5), Some(100_000));
        assert_eq!(aims(&both), Some((Counted::Impression, 5)));
    }

    #[test]
    fn a_goal_is_aimed_at_as_far_as_the_budget_reaches() {
        let shown = Some((Metric::Count(Counted::Impression), 1_000));
        let short = campaign(None, shown, Some(400), None);
        assert_eq!(aims(&short), Some((Counted::Impression, 400)));
        let clicks = Some((Metric::Count(Counted::Click), 50));
        let paid = campaign(Some((Counted::Click, 200)), clicks, None, Some(2_000));
        assert_eq!(aims(&paid), Some((Counted::Click, 10)));
        assert_eq!(paid.limits().billed, Some(50));
        let shown = campaign(Some((Counted::Impression, 10)), clicks, None, Some(2_000));
        assert_eq!(aims(&shown), Some((Counted::Click, 50)));
        assert_eq!(shown.limits().micros, Some(2_000));
    }

    #[test]
    fn money_for_clicks_aims_at_clicks_whatever_impressions_are_allowed() {
        let paid = Some((Counted::Click, 200));
        let capped = campaign(paid, None, Some(9_000), Some(2_000));
        assert_eq!(aims(&capped), Some((Counted::Click, 10)));
        assert_eq!(aims(&campaign(paid, None, None, None)), None);
        assert_eq!(aims(&campaign(None, None, None, None)), None);
    }
}
