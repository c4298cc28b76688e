//! Pace: looks at fewer pictures where looking is slower than the stream, and passes segments over where that is not enough.

/// No more pictures than this are left out for each that is looked at.
pub const MOST_THINNING: u32 = 16;
/// So many easy segments in a row before it is looked at more again.
const CALM: u32 = 3;

/// What to do with a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Look at it.
    Look {
        /// At every so manieth of the pictures that would be looked at with time to spare.
        thinning: u32,
        /// It must be done in this time, in ms; without bound where nobody waits for it.
        within_ms: Option<i64>,
    },
    /// There is no time left for it.
    Skip,
}

impl Turn {
    /// A look without haste.
    pub const WHOLE: Self = Self::Look {
        thinning: 1,
        within_ms: None,
    };

    /// How much is left out.
    #[must_use]
    pub const fn thinning(self) -> u32 {
        match self {
            Self::Look { thinning, .. } => thinning,
            Self::Skip => MOST_THINNING,
        }
    }
}

/// Keeps the lag within its bound.
///
/// A watcher that begins late, or whose stream was away, finds a backlog that is not its own doing: that is caught up,
/// and passed over only where the looking is too slow to make it up.
#[derive(Debug, Clone)]
pub struct Pace {
    most_lag_ms: i64,
    /// How far behind it may be for a while, because the backlog was there before.
    excused_ms: i64,
    thinning: u32,
    calm: u32,
    /// How long a segment takes at this thinning, as far as it is known.
    cost_ms: i64,
}

impl Pace {
    /// One that may fall this far behind.
    #[must_use]
    pub const fn new(most_lag_ms: i64) -> Self {
        Self {
            most_lag_ms,
            excused_ms: 0,
            thinning: 1,
            calm: 0,
            cost_ms: 0,
        }
    }

    /// The watcher had nothing to do until now, and finds itself so far behind.
    pub fn excuse(&mut self, lag_ms: i64) {
        // A segment more than usual is no backlog.
        let is_backlog = lag_ms * 2 > self.most_lag_ms;
        self.excused_ms = if is_backlog { lag_ms } else { 0 };
    }

    fn bound(&self) -> i64 {
        self.most_lag_ms + self.excused_ms
    }

    /// What to do with a segment that ends so far behind the stream's edge.
    #[must_use]
    pub fn turn(&self, lag_ms: i64) -> Turn {
        let room = self.bound() - lag_ms;
        // What would be broken off half-way is not begun: passing one over makes room for the next. At the edge there is
        // no more room to be had.
        if room <= 0 || (lag_ms > 0 && room < self.cost_ms) {
            return Turn::Skip;
        }
        Turn::Look {
            thinning: self.thinning,
            within_ms: Some(room),
        }
    }

    /// A segment of this length was passed over: so much of the backlog was not made up.
    pub fn passed_over(&mut self, length_ms: i64) {
        self.excused_ms = (self.excused_ms - length_ms / 2).max(0);
    }

    /// A segment of this length was looked at, to its end or until there was no more time; it took so long, and this is
    /// the lag now.
    pub fn done(&mut self, length_ms: i64, took_ms: i64, finished: bool, lag_ms: i64) {
        self.cost_ms = if finished {
            took_ms
        } else {
            self.cost_ms.max(took_ms + took_ms / 2)
        };
        let before = self.thinning;
        // What was excused is made up by a quarter faster than the stream runs.
        self.excused_ms = (self.excused_ms - length_ms / 4).max(0);
        let behind = lag_ms > self.most_lag_ms / 2;
        let slow = took_ms * 10 > length_ms * if behind { 7 } else { 9 };
        // At half the thinning it takes at most twice as long: that must still be well within the time there is.
        let easy = took_ms * 10 < length_ms * 3 && !behind;
        if slow {
            self.thinning = (self.thinning * 2).min(MOST_THINNING);
            self.calm = 0;
        } else if easy && self.thinning > 1 {
            self.calm += 1;
            if self.calm >= CALM {
                self.thinning /= 2;
                self.calm = 0;
            }
        } else {
            self.calm = 0;
        }
        if self.thinning != before {
            self.cost_ms = 0;
        }
    }
}

/// Where the stream's newest segment ends, as time goes on: one more is listed each time that one is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Where the newest listed one ends.
    pub listed_ms: i64,
    /// How long segments are.
    pub length_ms: i64,
}

impl Edge {
    /// Where it lies so long after the playlist was read.
    #[must_use]
    pub fn after(self, elapsed_ms: i64) -> i64 {
        let length = self.length_ms.max(1);
        self.listed_ms + elapsed_ms.max(0) / length * length
    }

    /// Where it may lie at the most by then: the next segment may have been listed just after the playlist was read.
    #[must_use]
    pub fn at_most(self, elapsed_ms: i64) -> i64 {
        self.listed_ms + elapsed_ms.max(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a stream of segments of one length came to.
    #[derive(Debug, Default)]
    struct Played {
        most_lag: i64,
        analysed: usize,
        skipped: usize,
        thinning: Vec<u32>,
    }

    /// A live stream whose segments appear on time, and a recogniser that takes `base` ms and `each` ms a picture of 8 a segment.
    fn play(length: i64, most_lag: i64, count: i64, base: i64, each: i64) -> Played {
        let (mut pace, mut played, mut now) = (Pace::new(most_lag), Played::default(), 0);
        for n in 1..=count {
            let listed_at = n * length;
            if listed_at > now {
                now = listed_at;
                pace.excuse(0);
            }
            let lag = |now: i64| now / length * length - n * length;
            match pace.turn(lag(now)) {
                Turn::Skip => {
                    played.skipped += 1;
                    pace.passed_over(length);
                }
                Turn::Look {
                    thinning,
                    within_ms,
                } => {
                    let wanted = base + each * (8 / i64::from(thinning)).max(1);
                    let within = within_ms.expect("a live stream does not wait");
                    let took = wanted.min(within);
                    now += took;
                    if took == wanted {
                        played.analysed += 1;
                    } else {
                        played.skipped += 1;
                    }
                    played.thinning.push(thinning);
                    pace.done(length, took, took == wanted, lag(now));
                }
            }
            played.most_lag = played.most_lag.max(lag(now));
        }
        played
    }

    #[test]
    fn a_quick_recogniser_sees_every_picture() {
        let played = play(6_000, 10_000, 100, 100, 50);
        assert_eq!((played.analysed, played.skipped), (100, 0));
        assert!(played.thinning.iter().all(|n| *n == 1));
    }

    #[test]
    fn a_slow_one_is_thinned_until_it_keeps_up_and_nothing_is_passed_over() {
        let played = play(6_000, 10_000, 100, 100, 1_200);
        assert_eq!((played.analysed, played.skipped), (100, 0), "{played:?}");
        assert!(played.most_lag <= 10_000 && played.thinning.contains(&2));
    }

    #[test]
    fn one_that_is_slower_than_thinning_helps_passes_segments_over() {
        let played = play(2_000, 10_000, 300, 3_000, 100);
        assert!(played.most_lag <= 10_000, "{played:?}");
        assert!(played.skipped > 50 && played.analysed > 150, "{played:?}");
    }

    #[test]
    fn it_does_not_swing_between_two_paces() {
        let played = play(6_000, 10_000, 300, 100, 1_200);
        let changes = played
            .thinning
            .windows(2)
            .filter(|two| two[0] != two[1])
            .count();
        assert!(changes <= 4, "{changes} changes: {:?}", played.thinning);
    }

    #[test]
    fn a_backlog_that_was_there_before_is_made_up_and_not_passed_over() {
        let mut pace = Pace::new(10_000);
        pace.excuse(60_000);
        let (mut lag, mut analysed) = (60_000, 0);
        while lag > 0 {
            assert!(matches!(pace.turn(lag), Turn::Look { .. }), "at {lag}");
            // It takes half as long as the segment is.
            pace.done(6_000, 3_000, true, lag - 3_000);
            lag -= 3_000;
            analysed += 1;
        }
        assert_eq!(analysed, 20);
        pace.excuse(0);
        assert_eq!(pace.turn(20_000), Turn::Skip, "and the excuse is used up");
    }

    #[test]
    fn an_excuse_does_not_last_where_the_backlog_is_not_made_up() {
        let mut pace = Pace::new(6_000);
        pace.excuse(10_000);
        let (mut lag, mut at) = (10_000, 0);
        // Segments of 2 s that take 3.5 s each, for two minutes.
        while at < 120_000 {
            match pace.turn(lag) {
                Turn::Skip => {
                    lag -= 2_000;
                    pace.passed_over(2_000);
                }
                Turn::Look { .. } => {
                    (lag, at) = (lag + 1_500, at + 3_500);
                    pace.done(2_000, 3_500, true, lag);
                }
            }
            assert!(at < 60_000 || lag <= 6_000, "{lag} at {at}");
        }
    }

    #[test]
    fn the_edge_moves_by_whole_segments() {
        let edge = Edge {
            listed_ms: 60_000,
            length_ms: 6_000,
        };
        assert_eq!(
            [edge.after(0), edge.after(5_999), edge.after(12_001)],
            [60_000, 60_000, 72_000]
        );
    }

    proptest! {
        #[test]
        fn the_lag_never_passes_its_bound(
            length in 1_000_i64..10_000, most_lag in 2_000_i64..60_000, base in 0_i64..30_000, each in 0_i64..5_000,
        ) {
            let played = play(length, most_lag, 120, base, each);
            // While a segment is looked at the next may be listed: the bound holds up to one segment's length.
            prop_assert!(played.most_lag <= most_lag + length, "{played:?}");
            prop_assert_eq!(played.analysed + played.skipped, 120);
        }
    }
}
