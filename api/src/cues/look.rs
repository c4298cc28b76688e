//! Look: where in a media to look for triggers, and which instruments what is seen there triggers.

use std::collections::BTreeMap;

use super::due::Triggered;
use crate::detections::{Analysed, Sight};
use crate::instruments::hours::WallClock;
use crate::instruments::{Circumstances, Index, Killed, Live, may_run};
use crate::media::{Media, OverlayLife};
use crate::words::{Position, Time, Window};

/// How far back of the newest moment something counts as on screen.
const BACK_MS: i64 = 10_000;
/// A media that was last analysed longer ago than this is not being watched now.
const FRESH_MS: i64 = 30_000;

/// The windows to look at: up to where a watch has come, and up to where the media stands now, for what others
/// store by hand. They are one where they touch.
#[must_use]
pub fn windows(analysed: Option<Analysed>, stands_at: Position, now: Time) -> Vec<Window> {
    let watched = analysed.filter(|mark| (0..=FRESH_MS).contains(&now.since(mark.at)));
    let back = |to: Position| (to.back(BACK_MS).ms(), to.ms());
    let mut ranges: Vec<(i64, i64)> = watched.map(|mark| back(mark.to)).into_iter().collect();
    ranges.push(back(stands_at));
    ranges.sort_unstable();
    if let [(first, first_end), (second, second_end)] = ranges[..]
        && second <= first_end
    {
        ranges = vec![(first, first_end.max(second_end))];
    }
    let window = |(from, to)| Window::parse(from, to, 2 * BACK_MS).ok();
    ranges.into_iter().filter_map(window).collect()
}

/// What is triggered, and where it was seen last.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    found: BTreeMap<u32, (&'a Live, Position)>,
}

impl<'a> Seen<'a> {
    /// Takes what one window shows into account.
    pub fn take(
        &mut self,
        sight: &Sight<'_>,
        (index, killed): (&'a Index, &Killed),
        media: &Media,
        (clock, now): (&WallClock, Time),
    ) {
        let mut called: BTreeMap<u32, Position> = BTreeMap::new();
        for (page, hit) in sight.hits() {
            index.called_by(page, hit, |at| {
                called.insert(at, hit.position);
            });
        }
        for (at, position) in called {
            let live = index.get(at);
            let around = Circumstances {
                media,
                position,
                now,
                clock,
                sight,
                until: sight.ends_at(),
            };
            if may_run(live, &around) && !killed.stops_instrument(live) {
                let (_, last) = self.found.entry(at).or_insert((live, position));
                *last = (*last).max(position);
            }
        }
    }

    /// What was triggered, as due or not: each instrument lives as it says, else as `life` says.
    #[must_use]
    pub fn triggered(&self, life: OverlayLife) -> Vec<Triggered> {
        let found = self.found.values();
        found
            .map(|(live, position)| Triggered {
                instrument_id: live.instrument_id.clone(),
                life: live.overlay_life.unwrap_or(life),
                seen: *position,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(ms: i64) -> Position {
        Position::parse(ms).expect("a position")
    }

    fn ranges(analysed: Option<(i64, i64)>, stands_at: i64) -> Vec<(i64, i64)> {
        let now = Time::from_ms(1_000_000);
        let analysed = analysed.map(|(to, ago)| Analysed {
            to: position(to),
            at: now.plus_ms(-ago),
        });
        let windows = windows(analysed, position(stands_at), now);
        windows
            .iter()
            .map(|w| (w.from().ms(), w.to().ms()))
            .collect()
    }

    #[test]
    fn without_a_watch_the_last_ten_seconds_are_looked_at() {
        assert_eq!(ranges(None, 60_000), [(50_000, 60_000)]);
        assert_eq!(ranges(None, 4_000), [(0, 4_000)]);
    }

    #[test]
    fn a_watch_that_is_a_little_behind_widens_the_window() {
        assert_eq!(ranges(Some((56_000, 0)), 60_000), [(46_000, 60_000)]);
        assert_eq!(ranges(Some((61_000, 0)), 60_000), [(50_000, 61_000)]);
    }

    #[test]
    fn a_stream_with_another_clock_is_looked_at_where_it_is() {
        let expected = [(10_000, 20_000), (590_000, 600_000)];
        assert_eq!(ranges(Some((20_000, 0)), 600_000), expected);
    }

    #[test]
    fn a_watch_that_has_stopped_no_longer_counts() {
        assert_eq!(
            ranges(Some((20_000, 30_001)), 600_000),
            [(590_000, 600_000)]
        );
    }
}
