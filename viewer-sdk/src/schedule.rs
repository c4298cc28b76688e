//! The schedule: when an overlay is due at the playhead, and when it is gone.

/// How many overlays may wait; more than ever come, so that a broken service cannot fill the memory.
const WAITING_MAX: usize = 16;
/// Clocks of players jump a little when a segment's own times replace the estimated ones; that is no seek.
const JITTER_MS: i64 = 400;
/// How often "Need more time" is granted: ten times, as accessibility rules ask for.
const EXTENSIONS_MAX: u32 = 10;

/// What becomes of an overlay at the playhead's new position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Draw it; `first` is false where the viewer went back to it.
    Show {
        /// Which overlay.
        key: u32,
        /// It was not drawn before.
        first: bool,
    },
    /// Its time is over: take it off.
    Expire {
        /// Which overlay.
        key: u32,
    },
    /// The viewer went back to before it: take it off, it may come again.
    Withhold {
        /// Which overlay.
        key: u32,
    },
    /// Its time passed before it could be drawn.
    Miss {
        /// Which overlay.
        key: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Showing,
}

#[derive(Debug)]
struct Entry {
    key: u32,
    show_at_ms: i64,
    hide_at_ms: i64,
    state: State,
    drawn: bool,
    extensions: u32,
    /// A host put it to all.
    put: bool,
}

/// Overlays by position. Pauses need no rule: a playhead that stands still changes nothing.
#[derive(Debug, Default)]
pub struct Schedule {
    entries: Vec<Entry>,
    next_key: u32,
}

impl Schedule {
    /// Puts an overlay on the schedule; none where its times are reversed, or where too many wait already.
    /// What a host put to all takes the place of all that was due before it, so that everybody sees it at its turn.
    pub fn add(&mut self, show_at_ms: i64, hide_at_ms: i64, put: bool) -> Option<u32> {
        if hide_at_ms <= show_at_ms || self.entries.len() >= WAITING_MAX {
            return None;
        }
        self.next_key += 1;
        let key = self.next_key;
        let state = State::Waiting;
        self.entries.push(Entry {
            key,
            show_at_ms,
            hide_at_ms,
            state,
            drawn: false,
            extensions: 0,
            put,
        });
        Some(key)
    }

    /// The next change at this position; call it until there is none. At most one overlay shows at a time.
    pub fn next_change(&mut self, position_ms: i64) -> Option<Change> {
        self.withhold(position_ms)
            .or_else(|| self.expire(position_ms))
            .or_else(|| self.give_way(position_ms))
            .or_else(|| self.show(position_ms))
    }

    /// The viewer sent it away, or the picture has no room for it.
    pub fn remove(&mut self, key: u32) {
        self.entries.retain(|entry| entry.key != key);
    }

    /// The viewer needs more time; false where it was granted often enough.
    pub fn extend(&mut self, key: u32, by_ms: i64) -> bool {
        let entry = self
            .entries
            .iter_mut()
            .find(|entry| entry.key == key && entry.extensions < EXTENSIONS_MAX);
        let Some(entry) = entry else { return false };
        entry.extensions += 1;
        entry.hide_at_ms = entry.hide_at_ms.saturating_add(by_ms);
        true
    }

    /// Until which position an overlay stays.
    #[must_use]
    pub fn hide_at_ms(&self, key: u32) -> Option<i64> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| entry.hide_at_ms)
    }

    /// Which overlay shows now.
    #[must_use]
    pub fn showing(&self) -> Option<u32> {
        self.entries
            .iter()
            .find(|entry| entry.state == State::Showing)
            .map(|entry| entry.key)
    }

    /// How far the playhead is from the next change; none where nothing is on the schedule.
    #[must_use]
    pub fn next_in_ms(&self, position_ms: i64) -> Option<i64> {
        let shows = self.showing().is_some();
        let next = self.entries.iter().map(|entry| match entry.state {
            State::Showing => entry.hide_at_ms,
            State::Waiting if shows && !entry.put => entry.hide_at_ms,
            State::Waiting => entry.show_at_ms,
        });
        next.min().map(|at| at.saturating_sub(position_ms).max(0))
    }

    fn withhold(&mut self, position_ms: i64) -> Option<Change> {
        let back = |entry: &&mut Entry| {
            entry.state == State::Showing
                && position_ms.saturating_add(JITTER_MS) < entry.show_at_ms
        };
        let entry = self.entries.iter_mut().find(back)?;
        entry.state = State::Waiting;
        Some(Change::Withhold { key: entry.key })
    }

    fn expire(&mut self, position_ms: i64) -> Option<Change> {
        let at = self
            .entries
            .iter()
            .position(|entry| position_ms >= entry.hide_at_ms)?;
        Some(self.leave(at))
    }

    fn leave(&mut self, at: usize) -> Change {
        let Entry { key, drawn, .. } = self.entries.remove(at);
        // What shows was drawn.
        if drawn {
            Change::Expire { key }
        } else {
            Change::Miss { key }
        }
    }

    fn give_way(&mut self, position_ms: i64) -> Option<Change> {
        let turn = |entry: &Entry| (entry.show_at_ms, entry.key);
        let due = |entry: &&Entry| entry.put && entry.show_at_ms <= position_ms;
        let put = self.entries.iter().filter(due).map(turn).max()?;
        let at = self.entries.iter().position(|entry| turn(entry) < put)?;
        Some(self.leave(at))
    }

    fn show(&mut self, position_ms: i64) -> Option<Change> {
        if self.showing().is_some() {
            return None;
        }
        let due = self
            .entries
            .iter_mut()
            .filter(|entry| entry.show_at_ms <= position_ms);
        let entry = due.min_by_key(|entry| (entry.show_at_ms, entry.key))?;
        let first = !entry.drawn;
        entry.state = State::Showing;
        entry.drawn = true;
        Some(Change::Show {
            key: entry.key,
            first,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn changes(schedule: &mut Schedule, position_ms: i64) -> Vec<Change> {
        std::iter::from_fn(|| schedule.next_change(position_ms)).collect()
    }

    #[test]
    fn what_a_host_put_takes_the_place_of_all_that_was_due_before_it() {
        let (mut schedule, showing) = one(1_000, 60_000);
        changes(&mut schedule, 1_000);
        let waiting = schedule.add(2_000, 60_000, false).unwrap();
        let later = schedule.add(9_000, 60_000, false).unwrap();
        let put = schedule.add(5_000, 30_000, true).unwrap();
        assert_eq!(changes(&mut schedule, 4_999), []);
        assert_eq!(
            schedule.next_in_ms(4_000),
            Some(1_000),
            "its turn is waited for, whatever shows"
        );
        let expected = [
            Change::Expire { key: showing },
            Change::Miss { key: waiting },
            Change::Show {
                key: put,
                first: true,
            },
        ];
        assert_eq!(changes(&mut schedule, 5_000), expected);
        assert_eq!(changes(&mut schedule, 9_000), [], "the next waits as ever");
        let expected = [
            Change::Expire { key: put },
            Change::Show {
                key: later,
                first: true,
            },
        ];
        assert_eq!(changes(&mut schedule, 30_000), expected);
    }

    #[test]
    fn of_two_that_hosts_put_the_later_shows() {
        let mut schedule = Schedule::default();
        let (first, second) = (
            schedule.add(1_000, 60_000, true).unwrap(),
            schedule.add(2_000, 60_000, true).unwrap(),
        );
        let show = |key| Change::Show { key, first: true };
        assert_eq!(changes(&mut schedule, 1_000), [show(first)]);
        let expected = [Change::Expire { key: first }, show(second)];
        assert_eq!(changes(&mut schedule, 2_000), expected);
    }

    fn one(show_at_ms: i64, hide_at_ms: i64) -> (Schedule, u32) {
        let mut schedule = Schedule::default();
        let key = schedule.add(show_at_ms, hide_at_ms, false).unwrap();
        (schedule, key)
    }

    #[test]
    fn an_overlay_is_drawn_at_its_position_and_not_before() {
        let (mut schedule, key) = one(10_000, 20_000);
        assert_eq!(changes(&mut schedule, 9_999), []);
        assert_eq!(schedule.next_in_ms(9_999), Some(1));
        assert_eq!(
            changes(&mut schedule, 10_000),
            [Change::Show { key, first: true }]
        );
    }

    #[test]
    fn it_is_gone_at_its_end_whatever_else_happens() {
        let (mut schedule, key) = one(10_000, 20_000);
        changes(&mut schedule, 10_000);
        assert_eq!(changes(&mut schedule, 19_999), []);
        assert_eq!(changes(&mut schedule, 20_000), [Change::Expire { key }]);
        assert_eq!(
            changes(&mut schedule, 15_000),
            [],
            "and does not come again"
        );
    }

    #[test]
    fn a_pause_changes_nothing() {
        let (mut schedule, _) = one(10_000, 20_000);
        changes(&mut schedule, 15_000);
        for _ in 0..100 {
            assert_eq!(changes(&mut schedule, 15_000), []);
        }
    }

    #[test]
    fn going_back_takes_it_off_and_it_returns_without_counting_as_new() {
        let (mut schedule, key) = one(10_000, 20_000);
        changes(&mut schedule, 12_000);
        assert_eq!(changes(&mut schedule, 4_000), [Change::Withhold { key }]);
        assert_eq!(
            changes(&mut schedule, 10_500),
            [Change::Show { key, first: false }]
        );
    }

    #[test]
    fn a_jitter_of_the_players_clock_is_no_seek() {
        let (mut schedule, _) = one(10_000, 20_000);
        changes(&mut schedule, 10_000);
        assert_eq!(changes(&mut schedule, 9_700), []);
    }

    #[test]
    fn seeking_past_it_means_it_was_missed() {
        let (mut schedule, key) = one(10_000, 20_000);
        assert_eq!(changes(&mut schedule, 25_000), [Change::Miss { key }]);
    }

    #[test]
    fn a_second_overlay_waits_for_the_first_to_go() {
        let (mut schedule, first) = one(10_000, 20_000);
        let second = schedule.add(12_000, 30_000, false).unwrap();
        changes(&mut schedule, 10_000);
        assert_eq!(changes(&mut schedule, 13_000), []);
        let expected = [
            Change::Expire { key: first },
            Change::Show {
                key: second,
                first: true,
            },
        ];
        assert_eq!(changes(&mut schedule, 20_000), expected);
    }

    #[test]
    fn an_overlay_that_was_sent_away_does_not_return() {
        let (mut schedule, key) = one(10_000, 20_000);
        changes(&mut schedule, 10_000);
        schedule.remove(key);
        assert_eq!(changes(&mut schedule, 11_000), []);
    }

    #[test]
    fn more_time_is_granted_ten_times() {
        let (mut schedule, key) = one(10_000, 20_000);
        let granted = (0..12).filter(|_| schedule.extend(key, 1_000)).count();
        assert_eq!((granted, schedule.hide_at_ms(key)), (10, Some(30_000)));
    }

    #[test]
    fn reversed_times_and_a_flood_are_refused() {
        let mut schedule = Schedule::default();
        assert_eq!(schedule.add(10, 10, false), None);
        let taken = (0..100)
            .filter_map(|n| schedule.add(n, n + 10, false))
            .count();
        assert_eq!(taken, WAITING_MAX);
    }

    proptest! {
        #[test]
        fn however_the_viewer_seeks_at_most_one_shows_and_only_in_its_time(
            times in prop::collection::vec((0_i64..1_000, 1_i64..500), 1..8),
            seeks in prop::collection::vec(0_i64..2_000, 1..60),
        ) {
            let mut schedule = Schedule::default();
            let mut spans = std::collections::HashMap::new();
            for (show, length) in times {
                if let Some(key) = schedule.add(show, show + length, false) { spans.insert(key, (show, show + length)); }
            }
            let mut shown = None;
            let mut drawn_first = std::collections::HashSet::new();
            for position in seeks {
                while let Some(change) = schedule.next_change(position) {
                    match change {
                        Change::Show { key, first } => {
                            prop_assert_eq!(shown, None);
                            prop_assert_eq!(first, drawn_first.insert(key));
                            shown = Some(key);
                        }
                        Change::Expire { key } => { if shown == Some(key) { shown = None; } }
                        Change::Withhold { key } => { prop_assert_eq!(shown, Some(key)); shown = None; }
                        Change::Miss { key } => prop_assert!(!drawn_first.contains(&key)),
                    }
                }
                if let Some(key) = shown {
                    let (show, hide) = spans[&key];
                    prop_assert!(position + JITTER_MS >= show && position < hide);
                }
            }
        }
    }
}
