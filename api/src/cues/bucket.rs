//! How many cues a channel takes: a few in any second.

use std::collections::VecDeque;

use crate::words::Time;

/// What IVS takes of one channel.
const MOST: usize = 5;
/// In this long.
const PER_MS: i64 = 1_000;

/// The cues of one channel in the last second.
#[derive(Debug, Default)]
pub struct Bucket {
    sent: VecDeque<Time>,
}

impl Bucket {
    /// Counts a cue, or says for how many milliseconds there is no room.
    pub fn take(&mut self, now: Time) -> Result<(), i64> {
        // What lies ahead was counted before the clock stepped back.
        self.sent
            .retain(|sent| *sent <= now && now.since(*sent) < PER_MS);
        match self.sent.front() {
            Some(first) if self.sent.len() >= MOST => Err(PER_MS - now.since(*first)),
            _ => {
                self.sent.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sixth_in_a_second_waits_for_the_first_to_be_a_second_old() {
        let mut bucket = Bucket::default();
        for ms in 0..5 {
            assert_eq!(bucket.take(Time::from_ms(ms * 10)), Ok(()));
        }
        assert_eq!(bucket.take(Time::from_ms(100)), Err(900));
        assert_eq!(bucket.take(Time::from_ms(999)), Err(1));
        assert_eq!(bucket.take(Time::from_ms(1000)), Ok(()));
        assert_eq!(bucket.take(Time::from_ms(1000)), Err(10));
    }

    #[test]
    fn a_clock_that_steps_back_closes_it_for_no_more_than_a_second() {
        let mut bucket = Bucket::default();
        for _ in 0..5 {
            bucket.take(Time::from_ms(1_000_000)).expect("room");
        }
        assert_eq!(bucket.take(Time::from_ms(10)), Ok(()));
    }

    proptest! {
        #[test]
        fn no_second_ever_holds_more_than_five(steps in prop::collection::vec(0_i64..400, 1..200)) {
            let (mut bucket, mut now, mut taken) = (Bucket::default(), 0, Vec::new());
            for step in steps {
                now += step;
                if bucket.take(Time::from_ms(now)).is_ok() {
                    taken.push(now);
                }
            }
            for six in taken.windows(6) {
                prop_assert!(six[5] - six[0] >= 1_000);
            }
        }
    }
}
