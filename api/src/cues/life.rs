//! Overlay life: shown, then quiet, then free again. One machine for two holders, on any one clock in milliseconds.

use crate::media::{OverlayLife, QuietScope};

/// How long it shows, and how long it stays quiet then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How long it shows.
    pub show_ms: i64,
    /// How long it stays quiet after it hides.
    pub quiet_ms: i64,
}

/// Where a life stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It may be shown.
    Idle,
    /// It is on screen.
    Showing {
        /// When it hides.
        until_ms: i64,
    },
    /// It has hidden and rests.
    Quiet {
        /// When it may be shown again.
        until_ms: i64,
    },
}

impl From<OverlayLife> for Terms {
    fn from(life: OverlayLife) -> Self {
        let OverlayLife {
            show_ms,
            quiet_ms,
            quiet_scope: QuietScope::Instrument | QuietScope::Media,
        } = life;
        Self { show_ms, quiet_ms }
    }
}

impl Terms {
    /// When it hides, if it shows from this moment on.
    #[must_use]
    pub const fn hides(self, shown_ms: i64) -> i64 {
        shown_ms.saturating_add(self.show_ms)
    }

    /// When it may be shown again, if it shows from this moment on.
    #[must_use]
    pub const fn free(self, shown_ms: i64) -> i64 {
        self.hides(shown_ms).saturating_add(self.quiet_ms)
    }
}

/// Where the life of what was last shown at `shown_ms` stands at `at_ms`. A moment before it was shown, as after a clock
/// stepped back, counts as showing.
#[must_use]
pub const fn phase(shown_ms: Option<i64>, terms: Terms, at_ms: i64) -> Phase {
    let Some(shown_ms) = shown_ms else {
        return Phase::Idle;
    };
    let (hides, free) = (terms.hides(shown_ms), terms.free(shown_ms));
    if at_ms < hides {
        Phase::Showing { until_ms: hides }
    } else if at_ms < free {
        Phase::Quiet { until_ms: free }
    } else {
        Phase::Idle
    }
}

/// The last of several times that it was shown: lives are a fold, in whatever order they come.
#[must_use]
pub fn latest(shown: impl IntoIterator<Item = i64>) -> Option<i64> {
    shown.into_iter().max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TERMS: Terms = Terms {
        show_ms: 120,
        quiet_ms: 600,
    };

    #[test]
    fn it_shows_then_rests_then_is_free() {
        let at = |ms| phase(Some(1000), TERMS, ms);
        assert_eq!(phase(None, TERMS, 1000), Phase::Idle);
        assert_eq!(at(1000), Phase::Showing { until_ms: 1120 });
        assert_eq!(at(1119), Phase::Showing { until_ms: 1120 });
        assert_eq!(at(1120), Phase::Quiet { until_ms: 1720 });
        assert_eq!(at(1719), Phase::Quiet { until_ms: 1720 });
        assert_eq!(at(1720), Phase::Idle);
    }

    #[test]
    fn a_clock_that_steps_back_does_not_free_it() {
        assert_eq!(
            phase(Some(1000), TERMS, 10),
            Phase::Showing { until_ms: 1120 }
        );
    }

    #[test]
    fn without_quiet_it_is_free_when_it_hides() {
        let terms = Terms {
            show_ms: 5,
            quiet_ms: 0,
        };
        assert_eq!(phase(Some(0), terms, 5), Phase::Idle);
    }

    fn terms() -> impl Strategy<Value = Terms> {
        (1_i64..500, 0_i64..2_000).prop_map(|(show_ms, quiet_ms)| Terms { show_ms, quiet_ms })
    }

    proptest! {
        #[test]
        fn shown_whenever_it_is_free_two_shows_never_overlap_nor_break_the_quiet(
            terms in terms(), steps in prop::collection::vec(0_i64..700, 1..60),
        ) {
            let (mut now, mut shows) = (0, Vec::new());
            for step in steps {
                now += step;
                if phase(latest(shows.iter().copied()), terms, now) == Phase::Idle {
                    shows.push(now);
                }
            }
            for pair in shows.windows(2) {
                prop_assert!(pair[1] - pair[0] >= terms.show_ms + terms.quiet_ms);
            }
        }

        #[test]
        fn the_order_in_which_shows_are_heard_of_does_not_matter(
            terms in terms(), mut shown in prop::collection::vec(0_i64..10_000, 0..8), at in 0_i64..20_000,
        ) {
            let one = phase(latest(shown.clone()), terms, at);
            shown.reverse();
            prop_assert_eq!(one, phase(latest(shown), terms, at));
        }

        #[test]
        fn time_only_moves_it_forward(terms in terms(), shown in 0_i64..1_000, at in 0_i64..5_000, step in 0_i64..5_000) {
            let rank = |phase| match phase {
                Phase::Showing { .. } => 0,
                Phase::Quiet { .. } => 1,
                Phase::Idle => 2,
            };
            let (before, after) = (phase(Some(shown), terms, at), phase(Some(shown), terms, at + step));
            prop_assert!(rank(before) <= rank(after));
        }
    }
}
