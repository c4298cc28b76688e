//! Milestones: what a campaign comes to once, by its account.

use super::delivery::Account;
use crate::instruments::campaigns::{CampaignDefinition, Counted, Goal, Metric};

/// What a campaign comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Milestone {
    /// Its goal.
    Goal(Goal),
    /// The end of a budget: so much of this.
    Budget(Goal),
}

impl Milestone {
    /// What tells it from the campaign's others. A goal that is moved is another one.
    pub(super) fn key(self) -> String {
        let (what, Goal { metric, amount }) = match self {
            Self::Goal(goal) => ("goal", goal),
            Self::Budget(limit) => ("budget", limit),
        };
        let metric = match metric {
            Metric::Count(counted) => counted.as_str(),
            Metric::Money => "money",
        };
        format!("{what}:{metric}:{amount}")
    }
}

/// What a campaign has come to.
pub(super) fn passed(definition: &CampaignDefinition, account: &Account) -> Vec<Milestone> {
    let is_passed = |goal: &Goal| match goal.metric {
        Metric::Count(counted) => account.of(counted, definition.billed()) >= goal.amount,
        // What is left of it does not pay for another one.
        Metric::Money => account.billed_micros + definition.micros().max(1) > goal.amount,
    };
    let limit = |metric, amount: Option<u64>| amount.map(|amount| Goal { metric, amount });
    let budget = definition.budget;
    let limits = [
        limit(Metric::Count(Counted::Impression), budget.impressions),
        limit(Metric::Money, budget.micros),
    ];
    let goal = definition.goal.filter(is_passed).map(Milestone::Goal);
    let limits = limits.into_iter().flatten().filter(is_passed);
    goal.into_iter()
        .chain(limits.map(Milestone::Budget))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::Schedule;
    use crate::instruments::campaigns::{Budget, Pacing, Rate};
    use crate::instruments::caps::Caps;

    fn campaign(per: Counted, goal: (Metric, u64), budget: Budget) -> CampaignDefinition {
        CampaignDefinition {
            name: "c".to_owned(),
            advertiser: "a".to_owned(),
            schedule: Schedule::default(),
            rate: Some(Rate {
                per,
                micros: 400,
                currency: "EUR".to_owned(),
            }),
            goal: Some(Goal {
                metric: goal.0,
                amount: goal.1,
            }),
            budget,
            frequency_caps: Caps::default(),
            pacing: Pacing::Asap,
        }
    }

    fn keys(definition: &CampaignDefinition, account: &Account) -> Vec<String> {
        let passed = passed(definition, account).into_iter();
        passed.map(Milestone::key).collect()
    }

    #[test]
    fn a_goal_is_reached_by_what_it_counts_and_in_what_is_paid_for_by_what_is_billed() {
        let goal = (Metric::Count(Counted::Click), 3);
        let account = |clicks, billed| Account {
            events: [9, clicks, 0, 0],
            billed,
            ..Account::default()
        };
        let by_click = campaign(Counted::Click, goal, Budget::default());
        assert!(keys(&by_click, &account(5, 2)).is_empty());
        assert_eq!(keys(&by_click, &account(5, 3)), ["goal:click:3"]);
        let by_impression = campaign(Counted::Impression, goal, Budget::default());
        assert!(keys(&by_impression, &account(2, 9)).is_empty());
        assert_eq!(keys(&by_impression, &account(3, 0)), ["goal:click:3"]);
    }

    #[test]
    fn impressions_are_spent_when_they_are_drawn_and_money_when_it_buys_no_other_one() {
        let budget = Budget {
            impressions: Some(3),
            micros: Some(1_000),
        };
        let goal = (Metric::Count(Counted::Impression), 50);
        let definition = campaign(Counted::Impression, goal, budget);
        let account = |settled| Account {
            settled,
            billed_micros: settled * 400,
            // All are given away, and may come back yet.
            reserved: 3 - settled,
            ..Account::default()
        };
        assert!(keys(&definition, &account(1)).is_empty());
        assert_eq!(keys(&definition, &account(2)), ["budget:money:1000"]);
        assert_eq!(
            keys(&definition, &account(3)),
            ["budget:impression:3", "budget:money:1000"]
        );
    }

    #[test]
    fn money_that_is_to_be_earned_is_earned_when_no_more_can_be() {
        let goal = (Metric::Money, 1_000);
        let definition = campaign(Counted::Click, goal, Budget::default());
        let account = |billed_micros| Account {
            billed_micros,
            ..Account::default()
        };
        assert!(keys(&definition, &account(600)).is_empty());
        assert_eq!(keys(&definition, &account(800)), ["goal:money:1000"]);
    }
}
