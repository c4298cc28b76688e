//! How many calls of one operation are made: a fixed number in any second.

use std::collections::VecDeque;
use std::time::Duration;

const PERIOD: Duration = Duration::from_secs(1);

/// The calls of the last second.
#[derive(Debug)]
pub struct Bucket {
    most: usize,
    made: VecDeque<Duration>,
}

impl Bucket {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            made: VecDeque::with_capacity(most),
        }
    }

    /// Counts a call at this moment of a clock that never steps back, or says how long there is no room.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        while self.made.front().is_some_and(|made| *made + PERIOD <= now) {
            self.made.pop_front();
        }
        match self.made.front() {
            Some(first) if self.made.len() >= self.most => Err(*first + PERIOD - now),
            _ => {
                self.made.push_back(now);
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
    fn the_call_past_the_rate_waits_until_the_first_is_a_second_old() {
        let ms = Duration::from_millis;
        let mut bucket = Bucket::new(2);
        assert_eq!(bucket.take(ms(0)), Ok(()));
        assert_eq!(bucket.take(ms(300)), Ok(()));
        assert_eq!(bucket.take(ms(400)), Err(ms(600)));
        assert_eq!(bucket.take(ms(1000)), Ok(()));
        assert_eq!(bucket.take(ms(1000)), Err(ms(300)));
    }

    proptest! {
        #[test]
        fn no_second_ever_holds_more_than_the_rate(most in 1_usize..6, steps in prop::collection::vec(0_u64..400, 1..200)) {
            let (mut bucket, mut now, mut taken) = (Bucket::new(most), Duration::ZERO, Vec::new());
            for step in steps {
                now += Duration::from_millis(step);
                match bucket.take(now) {
                    Ok(()) => taken.push(now),
                    // After the wait that it names, there is room.
                    Err(wait) => {
                        now += wait;
                        prop_assert_eq!(bucket.take(now), Ok(()));
                        taken.push(now);
                    }
                }
            }
            for more in taken.windows(most + 1) {
                prop_assert!(more[most] - more[0] >= PERIOD);
            }
        }
    }
}
