//! How often one viewer may be shown something: caps by level and period, and cooldowns between overlays.

use std::collections::BTreeMap;

use super::definition::Kind;
use crate::words::Time;

/// The stretch of time over which a cap counts. It rolls: a day is the last 24 hours, so that no cap opens for
/// everybody at midnight, whosever midnight that would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// The last so many milliseconds.
    Within(i64),
    /// For ever.
    Life,
}

impl Period {
    /// The last minute.
    pub const MINUTE: Self = Self::Within(60_000);
    /// The last hour.
    pub const HOUR: Self = Self::Within(3_600_000);
    /// The last 24 hours.
    pub const DAY: Self = Self::Within(86_400_000);
}

/// At most so often within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// At most this often; at least 1.
    pub count: u32,
    /// Within this time.
    pub period: Period,
}

impl Cap {
    /// Whether it allows no more, where these were the showings, and so many in the viewer's whole life.
    #[must_use]
    pub fn is_reached(
        self,
        now: Time,
        shown: impl Iterator<Item = Time>,
        life: impl FnOnce() -> u64,
    ) -> bool {
        match self.period {
            Period::Life => life() >= u64::from(self.count),
            Period::Within(ms) => {
                let within = shown.filter(|at| now.since(*at) < ms);
                // No more than the cap is counted: the rest changes nothing.
                within.take(self.count as usize).count() >= self.count as usize
            }
        }
    }
}

/// Caps that hold together; none is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caps(pub Vec<Cap>);

impl Caps {
    /// Whether nothing is capped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them allows no more.
    #[must_use]
    pub fn are_reached(
        &self,
        now: Time,
        shown: impl Iterator<Item = Time> + Clone,
        life: impl Fn() -> u64,
    ) -> bool {
        let reached = |cap: &Cap| cap.is_reached(now, shown.clone(), &life);
        self.0.iter().any(reached)
    }
}

/// Caps that hold over all instruments: everything that a viewer is shown, all of one advertiser, all of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LevelCaps {
    /// Everything together.
    pub global: Caps,
    /// Everything of one advertiser, whichever it is.
    pub advertiser: Caps,
    /// Everything of one kind.
    pub kinds: BTreeMap<Kind, Caps>,
}

/// How long nothing follows an overlay, counted from when it hides. Zero holds nothing back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cooldowns {
    /// After any overlay, on whatever device and media: nothing for so long.
    pub global_ms: i64,
    /// After an overlay of this kind: none of the kind for so long.
    pub kinds: BTreeMap<Kind, i64>,
    /// After an overlay of the same session: nothing for so long.
    pub session_ms: i64,
    /// How many overlays one session sees at the most.
    pub session_count: Option<u32>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cap_opens_again_when_the_oldest_showing_leaves_its_window() {
        let cap = Cap {
            count: 2,
            period: Period::MINUTE,
        };
        let shown = [0, 30_000].map(Time::from_ms);
        let reached = |ms| cap.is_reached(Time::from_ms(ms), shown.iter().copied(), || 2);
        assert!(reached(59_999));
        assert!(!reached(60_000));
    }

    #[test]
    fn a_life_cap_counts_what_is_long_forgotten() {
        let cap = Cap {
            count: 3,
            period: Period::Life,
        };
        assert!(!cap.is_reached(Time::from_ms(0), std::iter::empty(), || 2));
        assert!(cap.is_reached(Time::from_ms(0), std::iter::empty(), || 3));
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_its_cap_whatever_order_the_devices_ask_in(
            caps in proptest::collection::vec((1_u32..5, 1_i64..2_000), 1..4),
            mut asked in proptest::collection::vec(0_i64..10_000, 1..200),
        ) {
            let caps = Caps(caps.into_iter().map(|(count, ms)| Cap { count, period: Period::Within(ms) }).collect());
            // Devices ask one after another, but tell what they drew in any order.
            asked.sort_unstable();
            let mut shown: Vec<Time> = Vec::new();
            for (nth, at) in asked.into_iter().map(Time::from_ms).enumerate() {
                let life = shown.len() as u64;
                if !caps.are_reached(at, shown.iter().copied(), || life) {
                    shown.insert(nth % (shown.len() + 1), at);
                }
            }
            for cap in &caps.0 {
                let Period::Within(ms) = cap.period else { continue };
                for end in &shown {
                    let within = shown.iter().filter(|at| (0..ms).contains(&end.since(**at)));
                    prop_assert!(within.count() <= cap.count as usize);
                }
            }
        }
    }
}
