//! Campaigns on the wire and in the domain.

use beckon_openapi::campaign as wire;

use super::{
    Budget, Campaign, CampaignDefinition, CampaignState, Counted, Goal, Metric, Pacing, Rate,
};
use crate::currencies::Currency;
use crate::error::{At, Refusal, Result};
use crate::instruments::wire::bounds::{self, within};
use crate::instruments::wire::text;
use crate::instruments::{Schedule, caps_from_wire, caps_to_wire};
use crate::words::Time;

/// More than anybody shows: sums stay far within 64 bits.
const MOST: u64 = 1_000_000_000_000;
/// How long its name and its advertiser's are.
const LONGEST: usize = 120;
/// A billion of a currency.
const MOST_MICROS: u64 = 1_000_000_000_000_000;

/// A checked definition.
///
/// # Errors
/// When a value breaks its bound.
pub fn definition(wire: wire::NewCampaign) -> Result<CampaignDefinition> {
    let wire::NewCampaign {
        name,
        advertiser,
        schedule,
        price,
        goal,
        budget,
        frequency_caps,
        pacing,
    } = wire;
    let mut definition = CampaignDefinition {
        name: text("name", name, LONGEST)?,
        advertiser: text("advertiser", advertiser, LONGEST)?,
        schedule: schedule
            .map(|wire::CampaignSchedule { starts_at, ends_at }| {
                bounds::schedule(starts_at, ends_at)
            })
            .transpose()?
            .unwrap_or_default(),
        rate: price.map(rate_from_wire).transpose()?,
        goal: goal.map(goal_from_wire).transpose()?,
        budget: budget
            .map(budget_from_wire)
            .transpose()?
            .unwrap_or_default(),
        frequency_caps: caps_from_wire("frequency_caps", frequency_caps)?,
        pacing: Pacing::Asap,
    };
    money_has_a_price(&definition)?;
    let target = definition.target();
    if target.is_some_and(|target| target.amount == 0) {
        let detail = "the money does not buy one of what is paid for";
        return Err(
            Refusal::field("budget.money_micros", detail, "at least the price of one").into(),
        );
    }
    let paceable = target.is_some() && definition.schedule.ends_at.is_some();
    definition.pacing = match pacing.map(pacing_from_wire) {
        None if paceable => Pacing::Even,
        None | Some(Pacing::Asap) => Pacing::Asap,
        Some(other) if paceable => other,
        Some(_) => {
            let detail = "only what has an end and something to reach can be spread over it";
            let bound = "with schedule.ends_at and a goal or budget";
            return Err(Refusal::field("pacing", detail, bound).into());
        }
    };
    Ok(definition)
}

fn money_has_a_price(definition: &CampaignDefinition) -> Result<()> {
    if definition.rate.is_some() {
        return Ok(());
    }
    let field = match (definition.goal, definition.budget.micros) {
        (Some(goal), _) if goal.metric == Metric::Money => "goal.metric",
        (_, Some(_)) => "budget.money_micros",
        _ => return Ok(()),
    };
    let detail = "without a price nothing costs anything";
    Err(Refusal::field(field, detail, "only with `price`").into())
}

fn rate_from_wire(wire: wire::CampaignPrice) -> Result<Rate> {
    let wire::CampaignPrice {
        model,
        amount_micros,
        currency,
    } = wire;
    let amount = within("price.amount_micros", amount_micros, 1..=MOST_MICROS)?;
    Currency::parse(&currency).at("price.currency")?;
    let (per, micros) = match model {
        wire::PriceModel::Cpm if amount % 1_000 != 0 => {
            let detail = format!("a thousandth of {amount} is not whole");
            let bound = "a multiple of 1000 with cpm";
            return Err(Refusal::field("price.amount_micros", detail, bound).into());
        }
        wire::PriceModel::Cpm => (Counted::Impression, amount / 1_000),
        wire::PriceModel::Cpc => (Counted::Click, amount),
        wire::PriceModel::Cpe => (Counted::Answer, amount),
        wire::PriceModel::Cpa => (Counted::Conversion, amount),
    };
    Ok(Rate {
        per,
        micros,
        currency,
    })
}

fn rate_to_wire(rate: &Rate) -> wire::CampaignPrice {
    let (model, amount_micros) = match rate.per {
        Counted::Impression => (wire::PriceModel::Cpm, rate.micros * 1_000),
        Counted::Click => (wire::PriceModel::Cpc, rate.micros),
        Counted::Answer => (wire::PriceModel::Cpe, rate.micros),
        Counted::Conversion => (wire::PriceModel::Cpa, rate.micros),
    };
    wire::CampaignPrice {
        model,
        amount_micros,
        currency: rate.currency.clone(),
    }
}

fn goal_from_wire(wire: wire::Goal) -> Result<Goal> {
    let wire::Goal { metric, amount } = wire;
    let (metric, most) = match metric {
        wire::GoalMetric::Impressions => (Metric::Count(Counted::Impression), MOST),
        wire::GoalMetric::Clicks => (Metric::Count(Counted::Click), MOST),
        wire::GoalMetric::Answers => (Metric::Count(Counted::Answer), MOST),
        wire::GoalMetric::Conversions => (Metric::Count(Counted::Conversion), MOST),
        wire::GoalMetric::Money => (Metric::Money, MOST_MICROS),
    };
    let amount = within("goal.amount", amount, 1..=most)?;
    Ok(Goal { metric, amount })
}

/// What is counted, as a goal names it.
#[must_use]
pub const fn metric_to_wire(counted: Counted) -> wire::GoalMetric {
    match counted {
        Counted::Impression => wire::GoalMetric::Impressions,
        Counted::Click => wire::GoalMetric::Clicks,
        Counted::Answer => wire::GoalMetric::Answers,
        Counted::Conversion => wire::GoalMetric::Conversions,
    }
}

/// A goal, as a campaign says it.
#[must_use]
pub const fn goal_to_wire(goal: Goal) -> wire::Goal {
    wire::Goal {
        metric: match goal.metric {
            Metric::Count(counted) => metric_to_wire(counted),
            Metric::Money => wire::GoalMetric::Money,
        },
        amount: goal.amount,
    }
}

fn budget_from_wire(wire: wire::Budget) -> Result<Budget> {
    let wire::Budget {
        impressions,
        money_micros,
    } = wire;
    let micros = money_micros.map(|micros| within("budget.money_micros", micros, 1..=MOST_MICROS));
    let impressions = impressions.map(|count| within("budget.impressions", count, 1..=MOST));
    Ok(Budget {
        impressions: impressions.transpose()?,
        micros: micros.transpose()?,
    })
}

const fn pacing_from_wire(wire: wire::Pacing) -> Pacing {
    match wire {
        wire::Pacing::Asap => Pacing::Asap,
        wire::Pacing::Even => Pacing::Even,
        wire::Pacing::FrontLoaded => Pacing::FrontLoaded,
        wire::Pacing::Audience => Pacing::Audience,
    }
}

const fn pacing_to_wire(pacing: Pacing) -> wire::Pacing {
    match pacing {
        Pacing::Asap => wire::Pacing::Asap,
        Pacing::Even => wire::Pacing::Even,
        Pacing::FrontLoaded => wire::Pacing::FrontLoaded,
        Pacing::Audience => wire::Pacing::Audience,
    }
}

/// A state of the wire.
#[must_use]
pub const fn state(wire: wire::CampaignState) -> CampaignState {
    match wire {
        wire::CampaignState::Draft => CampaignState::Draft,
        wire::CampaignState::Live => CampaignState::Live,
        wire::CampaignState::Paused => CampaignState::Paused,
        wire::CampaignState::Archived => CampaignState::Archived,
    }
}

const fn state_to_wire(state: CampaignState) -> wire::CampaignState {
    match state {
        CampaignState::Draft => wire::CampaignState::Draft,
        CampaignState::Live => wire::CampaignState::Live,
        CampaignState::Paused => wire::CampaignState::Paused,
        CampaignState::Archived => wire::CampaignState::Archived,
    }
}

impl From<&Campaign> for wire::Campaign {
    fn from(campaign: &Campaign) -> Self {
        let Campaign {
            campaign_id,
            version,
            state,
            live_at: _,
            definition,
            created_at,
            updated_at,
        } = campaign;
        let text = |time: Option<Time>| time.map(|time| time.to_string());
        let Schedule { starts_at, ends_at } = definition.schedule;
        let scheduled = starts_at.is_some() || ends_at.is_some();
        Self {
            campaign_id: campaign_id.to_string(),
            version: *version,
            state: state_to_wire(*state),
            name: definition.name.clone(),
            advertiser: definition.advertiser.clone(),
            schedule: scheduled.then(|| wire::CampaignSchedule {
                starts_at: text(starts_at),
                ends_at: text(ends_at),
            }),
            price: definition.rate.as_ref().map(rate_to_wire),
            goal: definition.goal.map(goal_to_wire),
            budget: (definition.budget != Budget::default()).then_some(wire::Budget {
                impressions: definition.budget.impressions,
                money_micros: definition.budget.micros,
            }),
            frequency_caps: caps_to_wire(&definition.frequency_caps),
            pacing: pacing_to_wire(definition.pacing),
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::CampaignRow;
    use super::*;
    use crate::error::Error;
    use serde_json::{Value, json};

    fn read(more: Value) -> Result<CampaignDefinition> {
        let mut whole = json!({"name": "Cup", "advertiser": "Shop"});
        for (key, value) in more.as_object().expect("an object") {
            whole[key] = value.clone();
        }
        definition(serde_json::from_value(whole).expect("of the wire's shape"))
    }

    fn field(more: Value) -> Option<String> {
        match read(more) {
            Err(Error::Refused(refusal)) => refusal.field,
            other => panic!("not refused: {other:?}"),
        }
    }

    fn cpm(amount_micros: u64) -> Value {
        json!({"model": "cpm", "amount_micros": amount_micros, "currency": "EUR"})
    }

    #[test]
    fn money_without_a_price_is_refused() {
        let goal = json!({"goal": {"metric": "money", "amount": 5}});
        assert_eq!(field(goal).as_deref(), Some("goal.metric"));
        let budget = json!({"budget": {"money_micros": 5}});
        assert_eq!(field(budget).as_deref(), Some("budget.money_micros"));
        let priced = json!({"price": cpm(5_000), "goal": {"metric": "money", "amount": 5}});
        assert!(read(priced).is_ok());
    }

    #[test]
    fn an_impression_costs_whole_millionths_and_the_money_buys_at_least_one() {
        assert_eq!(
            field(json!({"price": cpm(1_500)})).as_deref(),
            Some("price.amount_micros")
        );
        let little = json!({"price": cpm(9_000), "budget": {"money_micros": 8}});
        assert_eq!(field(little).as_deref(), Some("budget.money_micros"));
    }

    #[test]
    fn only_what_has_an_end_and_something_to_reach_is_paced() {
        let end = json!({"ends_at": "2026-11-20T21:00:00Z"});
        let goal = json!({"metric": "clicks", "amount": 10});
        assert_eq!(
            field(json!({"pacing": "even", "goal": goal})).as_deref(),
            Some("pacing")
        );
        assert_eq!(
            field(json!({"pacing": "audience", "schedule": end})).as_deref(),
            Some("pacing")
        );
        let both = read(json!({"schedule": end, "goal": goal})).expect("a campaign");
        assert_eq!(both.pacing, Pacing::Even);
        assert_eq!(read(json!({})).expect("a campaign").pacing, Pacing::Asap);
    }

    #[test]
    fn what_is_stored_is_read_as_it_was() {
        for model in ["cpm", "cpc", "cpe", "cpa"] {
            for metric in ["impressions", "clicks", "answers", "conversions", "money"] {
                for pacing in ["asap", "even", "front_loaded", "audience"] {
                    let campaign = read(json!({
                        "schedule": {"starts_at": "2026-11-20T19:00:00Z", "ends_at": "2026-11-20T21:00:00Z"},
                        "price": {"model": model, "amount_micros": 7_000, "currency": "EUR"},
                        "goal": {"metric": metric, "amount": 9_000},
                        "budget": {"impressions": 5_000, "money_micros": 70_000}, "pacing": pacing,
                        "frequency_caps": [{"count": 3, "per": "day"}]}))
                    .expect("a campaign");
                    let json = serde_json::to_string(&CampaignRow::from(&campaign)).expect("JSON");
                    let row: CampaignRow = serde_json::from_str(&json).expect("a row");
                    assert_eq!(CampaignDefinition::try_from(row).expect("it"), campaign);
                }
            }
        }
    }
}
