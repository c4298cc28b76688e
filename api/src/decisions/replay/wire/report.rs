//! What a replay found, for the wire.

use beckon_openapi::decision::ReasonCount;
use beckon_openapi::replay as wire;

use crate::decisions::replay::{Plan, Replayed, Report, Showing, Stage};
use crate::decisions::{Reason, reason_to_wire};
use crate::instruments::Live;
use crate::instruments::campaigns::{Campaign, Counted, Metric};
use crate::words::MediaId;

/// A report for the wire.
pub(in crate::decisions::replay) fn report(
    media_id: &MediaId,
    plan: &Plan,
    stage: &Stage,
    report: &Report,
) -> wire::ReplayReport {
    let asked = stage.asked.iter().filter_map(|id| stage.index.by_id(id));
    let mut places: Vec<u32> = asked.collect();
    let others = report
        .instruments
        .iter()
        .filter(|(_, one)| one.impressions > 0);
    let others: Vec<u32> = others
        .map(|(at, _)| *at)
        .filter(|at| !places.contains(at))
        .collect();
    places.extend(others);
    let nothing = Replayed::default();
    let instruments: Vec<wire::Replayed> = places
        .into_iter()
        .map(|at| {
            let one = report.instruments.get(&at).unwrap_or(&nothing);
            replayed(plan, stage.index.get(at), one)
        })
        .collect();
    let campaigns = campaigns(plan, stage, report);
    let warnings = instruments.iter().filter_map(warning);
    let counts = report
        .reasons
        .iter()
        .enumerate()
        .map(|(at, count)| (at, *count));
    wire::ReplayReport {
        media_id: media_id.to_string(),
        from_ms: plan.window.from().ms(),
        to_ms: plan.window.to().ms(),
        every_ms: plan.every_ms,
        viewers: plan.audience.sample,
        questions: report.questions,
        ranked_by: stage.ranking.name(),
        warnings: warnings
            .chain(campaigns.iter().filter_map(behind))
            .collect(),
        instruments,
        campaigns,
        reasons: reasons(counts),
        timeline: report
            .timeline
            .iter()
            .map(|one| showing(plan, stage, one))
            .collect(),
        more_in_timeline: report.more,
    }
}

fn reasons(counts: impl Iterator<Item = (usize, u64)>) -> Vec<ReasonCount> {
    let told = |(at, count): (usize, u64)| ReasonCount {
        reason: reason_to_wire(Reason::ALL[at]),
        count: u32::try_from(count).unwrap_or(u32::MAX),
    };
    counts.filter(|(_, count)| *count > 0).map(told).collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a simulation are far below 2^53"
)]
fn ratio(one: u64, other: u64) -> f64 {
    if other == 0 {
        return 0.0;
    }
    one as f64 / other as f64
}

/// Of the whole audience, what so many are of those simulated.
fn scaled(plan: &Plan, count: u64) -> u64 {
    let (size, sample) = (plan.audience.size, plan.audience.sample);
    let scaled = u128::from(count) * u128::from(size) / u128::from(sample);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// The campaigns that are to reach so many impressions.
fn campaigns(plan: &Plan, stage: &Stage, report: &Report) -> Vec<wire::ReplayedCampaign> {
    let told = |campaign: &Campaign| {
        let goal = campaign.definition.goal?;
        let in_impressions = goal.metric == Metric::Count(Counted::Impression);
        let ours = |at: u32| {
            let of = stage.index.get(at).campaign.as_ref();
            of.is_some_and(|running| running.campaign_id == campaign.campaign_id)
        };
        let of_ours = report.instruments.iter().filter(|(at, _)| ours(**at));
        let forecast = scaled(plan, of_ours.map(|(_, one)| one.impressions).sum());
        in_impressions.then(|| wire::ReplayedCampaign {
            campaign_id: campaign.campaign_id.to_string(),
            name: campaign.definition.name.clone(),
            goal: goal.amount,
            forecast,
            share: ratio(forecast, goal.amount),
        })
    };
    stage.campaigns.iter().filter_map(told).collect()
}

fn behind(one: &wire::ReplayedCampaign) -> Option<String> {
    let wire::ReplayedCampaign {
        name,
        goal,
        forecast,
        share,
        ..
    } = one;
    let percent = (share * 100.0).floor();
    let told = || {
        format!(
            "The campaign {name} reaches {percent:.0} % of its goal: {forecast} of {goal} impressions."
        )
    };
    (*share < 1.0).then(told)
}

fn replayed(plan: &Plan, live: &Live, one: &Replayed) -> wire::Replayed {
    let audience = &plan.audience;
    let scaled = |count| scaled(plan, count);
    let reach = one.reached.len() as u64;
    let forecast = wire::ReplayForecast {
        impressions: scaled(one.impressions),
        reach: scaled(reach),
    };
    let goal = plan.goals.iter().find(|(id, _)| *id == live.instrument_id);
    let short = goal.filter(|(_, goal)| forecast.impressions < *goal);
    wire::Replayed {
        instrument_id: live.instrument_id.to_string(),
        name: live.name.to_string(),
        kind: live.kind.into(),
        considered: one.considered,
        impressions: one.impressions,
        reach,
        frequency: ratio(one.impressions, reach),
        expected_engagements: one.expected,
        first_position_ms: one.positions.map(|(first, _)| first),
        last_position_ms: one.positions.map(|(_, last)| last),
        groups: one
            .by_group
            .iter()
            .map(|(group, (impressions, reached))| wire::ReplayReach {
                name: audience.groups[*group].name.clone(),
                impressions: *impressions,
                reach: reached.len() as u64,
            })
            .collect(),
        reasons: reasons(one.reasons.iter().map(|(at, count)| (*at, *count))),
        forecast,
        under_delivery: short.map(|(_, goal)| wire::UnderDelivery {
            goal: *goal,
            forecast: forecast.impressions,
            share: ratio(forecast.impressions, *goal),
        }),
    }
}

fn warning(one: &wire::Replayed) -> Option<String> {
    let name = &one.name;
    match one.under_delivery {
        Some(short) => Some(format!(
            "{name} reaches {:.0} % of its goal: {} of {} impressions.",
            (short.share * 100.0).floor(),
            short.forecast,
            short.goal
        )),
        None if one.considered == 0 => Some(format!("{name} is never even a candidate.")),
        None if one.impressions == 0 => Some(format!("{name} is never shown.")),
        None => None,
    }
}

fn showing(plan: &Plan, stage: &Stage, one: &Showing) -> wire::ReplayShowing {
    wire::ReplayShowing {
        position_ms: one.position_ms,
        viewer: one.viewer,
        group: plan.audience.groups[one.group].name.clone(),
        instrument_id: stage.index.get(one.at).instrument_id.to_string(),
        hide_at_ms: one.hide_at_ms,
    }
}
