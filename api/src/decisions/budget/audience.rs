//! The live audience of a campaign: how often something of it could have been shown, and what is still to come by that.

use std::collections::VecDeque;

use crate::words::Time;

/// How far apart the marks are.
const STEP_MS: i64 = 60_000;
/// How many are kept: four hours.
const MOST: usize = 240;
/// How many there must be before anything is said.
const FEW: usize = 3;
/// Over how many of the last ones the audience of late is taken.
const LATE: usize = 5;

/// How often the campaign had been asked for by when.
#[derive(Debug, Default)]
pub(super) struct Audience {
    marks: VecDeque<(Time, u64)>,
}

impl Audience {
    /// Notes how often it has been asked for since it began.
    pub(super) fn note(&mut self, began: Time, now: Time, asked: u64) {
        if self.marks.is_empty() {
            self.marks.push_back((began.min(now), 0));
        }
        if self
            .marks
            .back()
            .is_some_and(|(last, _)| now.since(*last) >= STEP_MS)
        {
            self.marks.push_back((now, asked));
        }
        if self.marks.len() > MOST {
            self.marks.pop_front();
        }
    }

    /// How often it will be asked for in this time. By the usual rate, which a spike does not move, or by that of late
    /// where it is lower: to expect too little shows things early, to expect too much never shows them.
    pub(super) fn to_come(&self, ms: i64) -> Option<f64> {
        let steps = self.marks.iter().zip(self.marks.iter().skip(1));
        let mut rates: Vec<(f64, i64)> = steps
            .map(|((from, before), (to, after))| {
                let ms = to.since(*from).max(1);
                (after.saturating_sub(*before) as f64 / ms as f64, ms)
            })
            .collect();
        if rates.len() < FEW {
            return None;
        }
        let late = &rates[rates.len().saturating_sub(LATE)..];
        let late_ms: i64 = late.iter().map(|(_, ms)| ms).sum();
        let late: f64 =
            late.iter().map(|(rate, ms)| rate * *ms as f64).sum::<f64>() / late_ms as f64;
        rates.sort_by(|a, b| a.0.total_cmp(&b.0));
        let whole: i64 = rates.iter().map(|(_, ms)| ms).sum();
        let mut passed = 0;
        let usual = rates.iter().find(|(_, ms)| {
            passed += ms;
            passed * 2 >= whole
        });
        let usual = usual.map_or(late, |(rate, _)| *rate);
        Some(usual.min(late) * ms.max(0) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: Time = Time::from_ms(1_760_000_000_000);

    fn watched(per_minute: &[u64]) -> Audience {
        let mut audience = Audience::default();
        let mut asked = 0;
        for (minute, count) in (1..).zip(per_minute) {
            asked += count;
            audience.note(BEGAN, BEGAN.plus_ms(minute * 60_000), asked);
        }
        audience
    }

    #[test]
    fn a_spike_does_not_move_what_is_usual() {
        let mut minutes = vec![100; 20];
        minutes.extend([1_000; 10]);
        let to_come = watched(&minutes).to_come(60_000).expect("known");
        assert!((to_come - 100.0).abs() < 1e-6, "{to_come}");
    }

    #[test]
    fn an_audience_that_leaves_is_not_waited_for() {
        let mut minutes = vec![100; 20];
        minutes.extend([10; 5]);
        let to_come = watched(&minutes).to_come(120_000).expect("known");
        assert!((to_come - 20.0).abs() < 1e-6, "{to_come}");
    }

    #[test]
    fn nothing_is_said_too_early() {
        assert_eq!(watched(&[100, 100]).to_come(60_000), None);
    }
}
