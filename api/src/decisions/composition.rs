//! What one viewer is shown as a whole: which kinds the mix and the budget of interruptions hold back now.

use super::scene::Scene;
use super::shown::Showing;
use crate::instruments::delivery::{Interruptions, Mix};
use crate::instruments::{Kind, Kinds};
use crate::words::Time;

/// One showing, as the rules over all instruments read it. Of an instrument that is long gone the kind may be unknown:
/// such a one earns nothing and costs an interruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Past {
    pub(super) kind: Option<Kind>,
    pub(super) shown_at: Time,
}

/// Kinds that are held back whatever the instrument.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// The mix wants others first.
    pub(super) mixed: Kinds,
    /// They would be one interruption too many.
    pub(super) interrupted: Kinds,
}

impl Held {
    /// What holds at this moment.
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let (mix, budget) = (&scene.delivery.mix, &scene.delivery.interruptions);
        if mix.is_empty() && budget.is_none() {
            return Self::default();
        }
        let past = |showing: &Showing| Past {
            kind: showing.kind,
            shown_at: showing.shown_at,
        };
        let mut shown: Vec<Past> = scene.shown.iter().map(past).collect();
        // Of those of one moment the later slot is the newer.
        shown.reverse();
        shown.sort_by_key(|past| std::cmp::Reverse(past.shown_at));
        let interrupted = |budget| interrupted(budget, scene.now, shown.iter().copied());
        Self {
            interrupted: budget.as_ref().map(interrupted).unwrap_or_default(),
            mixed: mixed(mix, shown.iter().copied()),
        }
    }
}

/// The kinds that the mix does not allow next, after these showings, the newest first.
pub(super) fn mixed(rules: &[Mix], newest_first: impl Iterator<Item = Past> + Clone) -> Kinds {
    let held = rules
        .iter()
        .filter(|mix| !is_earned(mix, newest_first.clone()));
    held.flat_map(|mix| mix.kinds.iter()).collect()
}

/// Whether enough was shown since the viewer saw the last `most` of the rule's kinds. Before there were any, enough must
/// have been shown as well.
fn is_earned(mix: &Mix, newest_first: impl Iterator<Item = Past>) -> bool {
    let (mut shown, mut since) = (0, 0);
    for kind in newest_first.filter_map(|past| past.kind) {
        if mix.kinds.has(kind) {
            shown += 1;
        } else if mix.of.has(kind) {
            since += 1;
        }
        if since >= mix.per {
            return true;
        }
        if shown >= mix.most {
            return false;
        }
    }
    false
}

/// The kinds that would be one interruption too many.
pub(super) fn interrupted(
    budget: &Interruptions,
    now: Time,
    showings: impl Iterator<Item = Past>,
) -> Kinds {
    let counts = |past: &Past| {
        now.since(past.shown_at) < budget.per_ms
            && past.kind.is_none_or(|kind| budget.kinds.has(kind))
    };
    // No more than the budget is counted: the rest changes nothing.
    let most = budget.count as usize;
    match showings.filter(counts).take(most).count() >= most {
        true => budget.kinds,
        false => Kinds::default(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENGAGE: [Kind; 3] = [Kind::Poll, Kind::Quiz, Kind::Trivia];

    fn one_in_three() -> Mix {
        Mix {
            most: 1,
            kinds: [Kind::Ad, Kind::Promotion].into_iter().collect(),
            per: 3,
            of: ENGAGE.into_iter().collect(),
        }
    }

    fn past(kinds: &[Kind]) -> Vec<Past> {
        let one = |(ms, kind): (i64, &Kind)| Past {
            kind: Some(*kind),
            shown_at: Time::from_ms(-ms),
        };
        (0..).zip(kinds).map(one).collect()
    }

    fn allows(rules: &[Mix], newest_first: &[Kind], kind: Kind) -> bool {
        !mixed(rules, past(newest_first).into_iter()).has(kind)
    }

    #[test]
    fn an_ad_is_earned_by_three_engagements_and_the_next_by_three_more() {
        let rules = [one_in_three()];
        let (ad, poll) = (Kind::Ad, Kind::Poll);
        assert!(!allows(&rules, &[], ad));
        assert!(!allows(&rules, &[poll, poll], ad));
        assert!(allows(&rules, &[poll, Kind::Quiz, poll], ad));
        assert!(!allows(&rules, &[ad, poll, poll, poll], ad));
        assert!(!allows(
            &rules,
            &[poll, poll, Kind::Promotion, poll, poll, poll],
            ad
        ));
        assert!(allows(&rules, &[poll, poll, poll, ad, poll], ad));
        // What is in neither list neither earns nor costs.
        assert!(allows(&rules, &[poll, Kind::Product, poll, poll], ad));
        assert!(allows(&rules, &[], poll) && allows(&rules, &[], Kind::Product));
    }

    #[test]
    fn two_for_three_may_come_one_after_the_other() {
        let rules = [Mix {
            most: 2,
            ..one_in_three()
        }];
        let (ad, poll) = (Kind::Ad, Kind::Poll);
        assert!(allows(&rules, &[ad, poll, poll, poll], ad));
        assert!(!allows(&rules, &[ad, ad, poll, poll, poll], ad));
        assert!(!allows(&rules, &[poll, ad, poll, ad, poll, poll, poll], ad));
        assert!(allows(&rules, &[poll, ad, poll, poll, ad], ad));
    }

    #[test]
    fn a_budget_of_interruptions_opens_again_as_its_window_moves_on() {
        let budget = Interruptions {
            count: 2,
            per_ms: 1_000,
            kinds: Kinds::ALL,
        };
        let shown = [0, 600].map(|ms| Past {
            kind: None,
            shown_at: Time::from_ms(ms),
        });
        let held = |now| interrupted(&budget, Time::from_ms(now), shown.into_iter());
        assert_eq!(held(999), Kinds::ALL);
        assert!(held(1_000).is_empty());
        let polls = Interruptions {
            kinds: [Kind::Ad].into_iter().collect(),
            ..budget
        };
        let seen = past(&[Kind::Poll, Kind::Poll, Kind::Ad]);
        assert!(interrupted(&polls, Time::from_ms(1), seen.into_iter()).is_empty());
    }

    fn kinds() -> impl Strategy<Value = Vec<Kind>> {
        proptest::collection::vec(proptest::sample::select(Kind::ALL.to_vec()), 1..120)
    }

    proptest! {
        #[test]
        fn whatever_is_offered_the_mix_is_never_broken(offered in kinds(), most in 1_u32..4, per in 1_u32..5) {
            let mix = Mix { most, per, ..one_in_three() };
            // Kinds as they come; what the rule holds back is not shown.
            let mut shown: Vec<Kind> = Vec::new();
            for kind in offered {
                let newest_first: Vec<Kind> = shown.iter().rev().copied().collect();
                if allows(&[mix], &newest_first, kind) {
                    shown.push(kind);
                }
            }
            let sold: Vec<usize> = (0..shown.len()).filter(|at| mix.kinds.has(shown[*at])).collect();
            let engaged = |from: usize, to: usize| shown[from..to].iter().filter(|kind| mix.of.has(**kind)).count();
            for (nth, at) in sold.iter().enumerate() {
                let from = nth.checked_sub(most as usize).map_or(0, |before| sold[before]);
                prop_assert!(engaged(from, *at) >= per as usize, "{:?}", shown);
            }
        }

        #[test]
        fn no_window_holds_more_interruptions_than_the_budget(
            mut asked in proptest::collection::vec(0_i64..10_000, 1..150), count in 1_u32..6, per_ms in 1_i64..3_000,
        ) {
            asked.sort_unstable();
            let budget = Interruptions { count, per_ms, kinds: Kinds::ALL };
            let mut shown: Vec<Past> = Vec::new();
            for now in asked.into_iter().map(Time::from_ms) {
                if interrupted(&budget, now, shown.iter().copied()).is_empty() {
                    shown.push(Past { kind: Some(Kind::Poll), shown_at: now });
                }
            }
            for end in &shown {
                let within = |past: &&Past| (0..per_ms).contains(&end.shown_at.since(past.shown_at));
                prop_assert!(shown.iter().filter(within).count() <= count as usize);
            }
        }
    }
}
