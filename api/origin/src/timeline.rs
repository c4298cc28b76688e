//! Where each segment of the endless loop lies in time: exact, whatever the hour.

use crate::ts::{TICKS_PER_MS, TICKS_PER_SECOND};

/// The segments of one round, in ticks; everything later follows by arithmetic, so
/// that nothing adds up an error.
#[derive(Debug, Clone)]
pub struct Timeline {
    starts: Vec<u64>,
    duration: u64,
}

/// One segment of the endless loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub sequence: u64,
    /// Rounds before it.
    pub round: u64,
    /// Which segment of the clip it shows.
    pub index: usize,
    /// Ticks since sequence 0 began.
    pub start: u64,
    pub ticks: u64,
}

impl Timeline {
    /// A round of segments of these lengths, each longer than nothing.
    pub fn new(lengths: &[u64]) -> Self {
        let mut duration = 0;
        let starts = lengths
            .iter()
            .map(|length| {
                let start = duration;
                duration += length;
                start
            })
            .collect();
        Self { starts, duration }
    }

    pub fn duration(&self) -> u64 {
        self.duration
    }

    pub fn place(&self, sequence: u64) -> Place {
        let count = self.starts.len() as u64;
        let (round, index) = (sequence / count, (sequence % count) as usize);
        let start = self.starts[index];
        let end = self.starts.get(index + 1).unwrap_or(&self.duration);
        Place {
            sequence,
            round,
            index,
            start: round * self.duration + start,
            ticks: end - start,
        }
    }

    /// The segment that is being made at this moment. As the ones before it are whole, it
    /// is also how many are published.
    pub fn sequence_at(&self, ticks: u64) -> u64 {
        let (round, within) = (ticks / self.duration, ticks % self.duration);
        let index = self.starts.partition_point(|start| *start <= within) - 1;
        round * self.starts.len() as u64 + index as u64
    }

    /// Where in the clip a moment of the stream is.
    pub fn within_round(&self, ticks: u64) -> u64 {
        ticks % self.duration
    }

    pub fn longest(&self) -> u64 {
        let count = self.starts.len() as u64;
        let lengths = (0..count).map(|sequence| self.place(sequence).ticks);
        lengths.max().unwrap_or(TICKS_PER_SECOND)
    }
}

/// The nearest millisecond.
pub fn to_ms(ticks: u64) -> i64 {
    ((ticks + TICKS_PER_MS / 2) / TICKS_PER_MS) as i64
}

/// Ticks since zero, `None` before it.
pub fn since(zero_ms: i64, now_ms: i64) -> Option<u64> {
    let elapsed = u64::try_from(now_ms.checked_sub(zero_ms)?).ok()?;
    elapsed.checked_mul(TICKS_PER_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 29.97 frames a second: nothing here is a whole number of milliseconds.
    fn odd() -> Timeline {
        Timeline::new(&[180_180, 180_180, 27_027])
    }

    #[test]
    fn every_segment_begins_where_the_one_before_ended() {
        let timeline = odd();
        let mut end = 0;
        for sequence in 0..1_000 {
            let place = timeline.place(sequence);
            assert_eq!(place.start, end);
            assert_eq!(place.index as u64, sequence % 3);
            end = place.start + place.ticks;
        }
        assert_eq!(end, timeline.place(1_000).start);
    }

    #[test]
    fn a_segment_is_published_when_it_is_whole_and_no_sooner() {
        let timeline = odd();
        assert_eq!(timeline.sequence_at(0), 0);
        assert_eq!(timeline.sequence_at(180_179), 0);
        assert_eq!(timeline.sequence_at(180_180), 1);
        for sequence in [1, 2, 3, 4, 99_999, 7_654_321] {
            let start = timeline.place(sequence).start;
            assert_eq!(timeline.sequence_at(start), sequence);
            assert_eq!(timeline.sequence_at(start - 1), sequence - 1);
        }
    }

    #[test]
    fn after_a_week_date_and_presentation_time_still_agree_to_the_millisecond() {
        let timeline = odd();
        let week = 7 * 24 * 3_600 * TICKS_PER_SECOND;
        let place = timeline.place(timeline.sequence_at(week));
        let exact = place.start as f64 / 90.0;
        assert!((to_ms(place.start) as f64 - exact).abs() <= 0.5);
        assert!(week - place.start < place.ticks);
    }

    #[test]
    fn before_zero_there_is_no_stream() {
        assert_eq!(since(1_000, 999), None);
        assert_eq!(since(1_000, 1_000), Some(0));
        assert_eq!(since(1_000, 1_007), Some(630));
        assert_eq!(since(i64::MIN, i64::MAX), None);
    }
}
