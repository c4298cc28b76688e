//! A clerk: what the keeper knows of one campaign between two looks, and what it would do by that.

use super::audience::Audience;
use super::till::{Slice, Standing};
use crate::words::Time;

/// Demand is not taken to be measured over less than this.
const SHORTEST_MS: i64 = 200;
/// Nor over more.
const LONGEST_MS: i64 = 10_000;
/// How long before its time is over a slice is followed by the next, so that none is waited for.
const EARLY_MS: i64 = 1_000;
/// How often, at the most, it is asked whether something came back of what is spent.
const PATIENCE_MS: i64 = 1_000;

/// What is known of one campaign.
#[derive(Debug)]
pub(super) struct Clerk {
    pub(super) audience: Audience,
    /// How much is asked for in a second.
    demand: f64,
    looked_at: Time,
    /// When the books were last opened.
    pub(super) exchanged_at: Time,
    pub(super) standing: Standing,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Errand {
    /// The slice that is sold from is followed by another.
    pub(super) follow: bool,
    /// Hand so many back.
    pub(super) back: u64,
    /// This many would be used.
    pub(super) want: u64,
}

impl Clerk {
    pub(super) fn new(now: Time) -> Self {
        Self {
            audience: Audience::default(),
            demand: 0.0,
            looked_at: now,
            exchanged_at: Time::from_ms(0),
            standing: Standing::Dry,
        }
    }

    /// What to do, when so much was asked for since the last look; `None` where nothing is worth opening the books.
    pub(super) fn look(
        &mut self,
        slice: Option<&Slice>,
        micros: u64,
        asked: u64,
        now: Time,
    ) -> Option<Errand> {
        let rest = self.exchanged_at.plus_ms(PATIENCE_MS);
        if asked > 0 && self.standing == Standing::Spent && now < rest {
            return None;
        }
        let ms = now.since(self.looked_at).clamp(SHORTEST_MS, LONGEST_MS) as f64;
        self.demand = (asked as f64 * 1_000.0 / ms).max(self.demand * 0.5_f64.powf(ms / 1_000.0));
        self.looked_at = now;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "demand is not negative, and far below what u64 holds"
        )]
        let want = (self.demand.round() as u64).max(asked);
        let left = slice.map_or(0, Slice::left);
        let follow = slice.is_some_and(|slice| {
            now >= slice.sells_until.plus_ms(-EARLY_MS) || slice.micros != micros
        });
        if follow {
            return Some(Errand {
                follow,
                back: left,
                want,
            });
        }
        let back = left.saturating_sub(want * 2);
        let more = want.saturating_sub(left);
        // Half of a second's demand is enough to wait with the next exchange; audiences are counted each second.
        let low = more > 0 && (left * 2 < want || left == 0);
        let counts = asked > 0 && now >= rest;
        (back > 0 || low || counts).then_some(Errand {
            follow,
            back,
            want: more,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_760_000_000_000);

    fn slice(left: u64) -> Slice {
        Slice::new(1, 12, NOW.plus_ms(60_000), left)
    }

    #[test]
    fn a_node_asks_for_a_second_of_its_demand_and_hands_back_what_nobody_wants() {
        let mut clerk = Clerk::new(NOW);
        let at = |ms| NOW.plus_ms(ms);
        let errand = clerk.look(None, 12, 100, at(1_000)).expect("an errand");
        assert_eq!((errand.back, errand.want), (0, 100));
        clerk.exchanged_at = at(1_000);
        assert_eq!(clerk.look(Some(&slice(60)), 12, 0, at(1_200)), None);
        let later = clerk.look(Some(&slice(60)), 12, 0, at(11_200));
        assert_eq!(later.map(|errand| errand.back), Some(60));
    }

    #[test]
    fn a_slice_is_followed_before_its_time_is_over_and_where_the_price_changed() {
        let mut clerk = Clerk::new(NOW);
        let early = clerk.look(Some(&slice(5)), 12, 0, NOW.plus_ms(59_000));
        assert_eq!(early.map(|e| (e.follow, e.back)), Some((true, 5)));
        let dearer = clerk.look(Some(&slice(5)), 13, 0, NOW);
        assert_eq!(dearer.map(|errand| errand.follow), Some(true));
    }

    #[test]
    fn a_spent_budget_is_looked_into_once_a_second_at_the_most() {
        let mut clerk = Clerk::new(NOW);
        (clerk.standing, clerk.exchanged_at) = (Standing::Spent, NOW);
        assert_eq!(clerk.look(None, 12, 50, NOW.plus_ms(900)), None);
        assert!(clerk.look(None, 12, 50, NOW.plus_ms(1_000)).is_some());
    }
}
