//! Pacing: how many impressions of a campaign may be given away now, so that it keeps to its plan.

use super::till::Standing;
use crate::instruments::campaigns::{Counted, Pacing, Running, Target};
use crate::words::Time;

/// How far ahead of the moment slices are cut: what is given away now is shown by then.
pub(super) const AHEAD_MS: i64 = 2_000;
/// How long after a slice was last sold from its impressions can be expected.
pub(super) const LATE_MS: i64 = 60_000;
/// Impressions that weigh as if they had all been drawn, until there is more to go by.
const TRUSTED: f64 = 20.0;
/// The share of reserved impressions that is drawn is not taken to be smaller.
const LEAST_DRAWN: f64 = 0.05;
/// Until there is more to go by, one in so many impressions is taken to lead to what else is counted.
const IMPRESSIONS_FOR_ONE: f64 = 100.0;

/// A campaign's books, as they stand at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::decisions) struct Books {
    /// What the limits leave: impressions that can still be given away.
    pub(super) headroom: u64,
    /// Impressions that were drawn out of a slice.
    pub(super) settled: u64,
    /// What the target counts, as far as it may be billed.
    pub(super) reached: u64,
    /// Given away and neither drawn nor come back, and young enough to be drawn yet.
    pub(super) young: u64,
    /// Of open slices that are past that: given away, and drawn.
    pub(super) aged: (u64, u64),
    /// How often it could have been shown.
    pub(super) asked: u64,
}

/// How much of what is reserved is drawn.
fn drawn(books: &Books) -> f64 {
    let (given, drawn) = books.aged;
    ((drawn as f64 + TRUSTED) / (given as f64 + TRUSTED)).clamp(LEAST_DRAWN, 1.0)
}

/// How much of its schedule is over, in 0..=1; all of it where there is no end.
fn over(running: &Running, at: Time) -> f64 {
    let Some(ends_at) = running.ends_at else {
        return 1.0;
    };
    let whole = ends_at.since(running.paced_from).max(1) as f64;
    (at.since(running.paced_from) as f64 / whole).clamp(0.0, 1.0)
}

/// How much of its target a campaign should have reached when so much of its schedule is over.
fn share(pacing: Pacing, over: f64) -> f64 {
    match pacing {
        Pacing::Asap => 1.0,
        Pacing::Even | Pacing::Audience => over,
        Pacing::FrontLoaded => over * (2.0 - over),
    }
}

/// What a campaign should have reached by this moment. `to_come` is how often it will still be asked for, where it follows
/// the live audience and that is known.
pub(super) fn planned(
    running: &Running,
    target: Target,
    at: Time,
    asked: u64,
    to_come: Option<f64>,
) -> f64 {
    let share = match (running.pacing, to_come) {
        (Pacing::Audience, Some(to_come)) if asked > 0 => {
            let asked = asked as f64;
            asked / (asked + to_come)
        }
        (pacing, _) => share(pacing, over(running, at)),
    };
    target.amount as f64 * share
}

/// What a campaign will have reached at its end, if things go on as they went.
pub(super) fn forecast(running: &Running, reached: u64, now: Time) -> u64 {
    let Some(target) = running.target else {
        return reached;
    };
    let over = over(running, now);
    let share = match running.pacing {
        Pacing::FrontLoaded => share(Pacing::FrontLoaded, over),
        _ => over,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and held to the target right after"
    )]
    let expected = (reached as f64 / share.max(1e-9)).round() as u64;
    expected.min(target.amount).max(reached)
}

/// How many impressions may be given away now, and how it stands where it is none. `want` is what would be used, and
/// `waiting` of that is waited for.
pub(super) fn grant(
    running: &Running,
    books: &Books,
    (want, waiting): (u64, u64),
    to_come: Option<f64>,
    now: Time,
) -> (u64, Standing) {
    let left = books.headroom.min(allowed(running, books, to_come, now));
    let reached = running
        .target
        .is_some_and(|target| books.reached >= target.amount);
    if books.headroom == 0 || reached {
        return (0, Standing::Spent);
    }
    // Toward the end nobody hoards: what one node holds, another one lacks.
    let fair = books.headroom.div_ceil(4).max(waiting);
    let granted = want.min(left).min(fair);
    let standing = if granted == books.headroom {
        Standing::Spent
    } else if left > granted || left >= want {
        Standing::Open
    } else {
        Standing::Paced
    };
    (granted, standing)
}

/// How many impressions the plan allows to be given away now.
fn allowed(running: &Running, books: &Books, to_come: Option<f64>, now: Time) -> u64 {
    let Some(target) = running.target else {
        return u64::MAX;
    };
    let drawn = drawn(books);
    let planned = planned(running, target, now.plus_ms(AHEAD_MS), books.asked, to_come);
    // A whole one as soon as a part of one is due: small campaigns begin at once.
    let planned = planned.ceil().min(target.amount as f64);
    let for_one = match target.counted {
        Counted::Impression => 1.0,
        _ => {
            let shown = books.settled as f64 + IMPRESSIONS_FOR_ONE;
            shown / (books.reached as f64 + 1.0)
        }
    };
    let due = (planned - books.reached as f64) * for_one - books.young as f64 * drawn;
    // Not all of them are drawn: so many more are given away.
    let due = (due / drawn).ceil().max(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and a number beyond u64 is as good as its largest"
    )]
    let due = due as u64;
    due
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::instruments::campaigns::Limits;
    use crate::instruments::caps::Caps;
    use crate::words::CampaignId;

    pub(in crate::decisions::budget) const NOW: Time = Time::from_ms(1_760_000_000_000);

    pub(in crate::decisions::budget) fn running(
        pacing: Pacing,
        counted: Counted,
        amount: u64,
    ) -> Running {
        Running {
            campaign_id: CampaignId::parse("c").expect("an id"),
            key: 1,
            version: 1,
            live: true,
            starts_at: None,
            ends_at: Some(NOW.plus_ms(1_000_000)),
            paced_from: NOW,
            pacing,
            billed: counted,
            micros: 0,
            currency: None,
            target: Some(Target { counted, amount }),
            limits: Limits::default(),
            frequency_caps: Caps::default(),
        }
    }

    fn books(reached: u64, young: u64) -> Books {
        Books {
            headroom: 1_000_000,
            settled: reached,
            reached,
            young,
            ..Books::default()
        }
    }

    #[test]
    fn each_pacing_has_its_share_of_the_goal_at_each_moment() {
        let at = |pacing, share: i64| {
            let running = running(pacing, Counted::Impression, 1_000);
            let target = running.target.expect("a target");
            planned(&running, target, NOW.plus_ms(share * 10_000), 0, None).round()
        };
        assert_eq!([0, 25, 50, 100].map(|s| at(Pacing::Asap, s)), [1_000.0; 4]);
        assert_eq!(
            [0, 25, 50, 100, 120].map(|s| at(Pacing::Even, s)),
            [0.0, 250.0, 500.0, 1_000.0, 1_000.0]
        );
        assert_eq!(
            [0, 25, 50, 100].map(|s| at(Pacing::FrontLoaded, s)),
            [0.0, 438.0, 750.0, 1_000.0]
        );
    }

    #[test]
    fn an_audience_is_followed_by_what_is_still_to_come_of_it() {
        let running = running(Pacing::Audience, Counted::Impression, 1_000);
        let target = running.target.expect("a target");
        let planned = |asked, to_come| planned(&running, target, NOW, asked, to_come).round();
        assert_eq!(planned(300, Some(100.0)), 750.0);
        assert_eq!(planned(300, Some(0.0)), 1_000.0);
        assert_eq!(planned(300, None), 0.0, "evenly, until something is known");
    }

    #[test]
    fn what_is_on_its_way_counts_and_what_will_not_be_drawn_does_not() {
        let running = running(Pacing::Even, Counted::Impression, 100_000);
        let at = NOW.plus_ms(500_000);
        let want = (u64::MAX, 0);
        // By then, and two seconds ahead: 50,200.
        assert_eq!(
            grant(&running, &books(50_000, 150), want, None, at),
            (50, Standing::Paced)
        );
        assert_eq!(
            grant(&running, &books(50_200, 0), want, None, at),
            (0, Standing::Paced)
        );
        let half = Books {
            aged: (100_000, 50_000),
            ..books(50_000, 0)
        };
        let (granted, _) = grant(&running, &half, want, None, at);
        assert!((399..=401).contains(&granted), "{granted}");
    }

    #[test]
    fn clicks_are_aimed_at_with_as_many_impressions_as_they_take() {
        let running = running(Pacing::Even, Counted::Click, 1_000);
        let at = NOW.plus_ms(500_000);
        let books = Books {
            settled: 50_000,
            reached: 499,
            ..books(0, 0)
        };
        // Three clicks are due, at a hundred impressions each.
        let (granted, _) = grant(&running, &books, (u64::MAX, 0), None, at);
        assert!((290..=310).contains(&granted), "{granted}");
        let done = Books {
            reached: 1_000,
            ..books
        };
        assert_eq!(
            grant(&running, &done, (u64::MAX, 0), None, at),
            (0, Standing::Spent)
        );
    }

    #[test]
    fn toward_the_end_of_a_budget_no_node_takes_it_all() {
        let running = running(Pacing::Asap, Counted::Impression, 1_000);
        let few = Books {
            headroom: 8,
            ..books(900, 0)
        };
        assert_eq!(
            grant(&running, &few, (100, 1), None, NOW),
            (2, Standing::Open)
        );
        let last = grant(&running, &few, (100, 50), None, NOW);
        assert_eq!(last, (8, Standing::Spent), "and then nothing is left");
        let none = Books { headroom: 0, ..few };
        assert_eq!(
            grant(&running, &none, (100, 1), None, NOW),
            (0, Standing::Spent)
        );
    }

    #[test]
    fn a_forecast_goes_on_as_it_went_and_never_beyond_the_goal() {
        let even = running(Pacing::Even, Counted::Impression, 1_000);
        let half = NOW.plus_ms(500_000);
        assert_eq!(forecast(&even, 400, half), 800);
        assert_eq!(forecast(&even, 700, half), 1_000);
        let early = running(Pacing::FrontLoaded, Counted::Impression, 1_000);
        assert_eq!(forecast(&early, 600, half), 800);
        assert_eq!(forecast(&even, 0, NOW), 0);
    }
}
