//! How many cues a channel, and all channels of one account, take: a few in any second.

use crate::words::Time;

/// What IVS takes of one channel in a second.
pub(super) const OF_A_CHANNEL: usize = 5;
/// What IVS takes of all channels of an account in a second.
pub(super) const OF_AN_ACCOUNT: usize = 155;
/// In this long.
const PER_MS: i64 = 1_000;

/// The cues of the last second, of all nodes.
#[derive(Debug)]
pub(super) struct Bucket {
    most: usize,
    sent: Vec<Time>,
}

impl Bucket {
    /// A bucket that takes so many, and has taken these.
    pub(super) const fn new(most: usize, sent: Vec<Time>) -> Self {
        Self { most, sent }
    }

    /// For how many milliseconds there is no room; 0 where there is.
    pub(super) fn wait_ms(&mut self, now: Time) -> i64 {
        // What lies a little ahead was sent by a node with another clock; what lies far ahead was sent before the
        // clock stepped back, and would close the bucket for as long.
        self.sent
            .retain(|sent| (-PER_MS..PER_MS).contains(&now.since(*sent)));
        self.sent.sort_unstable();
        match self.sent.len().checked_sub(self.most) {
            Some(over) => PER_MS - now.since(self.sent[over]),
            None => 0,
        }
    }

    /// Counts a cue.
    pub(super) fn take(&mut self, now: Time) {
        self.sent.push(now);
    }

    /// What it has taken.
    pub(super) fn sent(&self) -> &[Time] {
        &self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bucket() -> Bucket {
        Bucket::new(OF_A_CHANNEL, Vec::new())
    }

    fn take(bucket: &mut Bucket, ms: i64) -> Result<(), i64> {
        let now = Time::from_ms(ms);
        match bucket.wait_ms(now) {
            0 => {
                bucket.take(now);
                Ok(())
            }
            wait_ms => Err(wait_ms),
        }
    }

    #[test]
    fn the_sixth_in_a_second_waits_for_the_first_to_be_a_second_old() {
        let mut bucket = bucket();
        for ms in 0..5 {
            assert_eq!(take(&mut bucket, ms * 10), Ok(()));
        }
        assert_eq!(take(&mut bucket, 100), Err(900));
        assert_eq!(take(&mut bucket, 999), Err(1));
        assert_eq!(take(&mut bucket, 1000), Ok(()));
        assert_eq!(take(&mut bucket, 1000), Err(10));
    }

    #[test]
    fn a_clock_that_steps_back_closes_it_for_no_more_than_a_second() {
        let mut bucket = bucket();
        for _ in 0..5 {
            take(&mut bucket, 1_000_000).expect("room");
        }
        assert_eq!(take(&mut bucket, 10), Ok(()));
    }

    #[test]
    fn a_node_whose_clock_is_a_little_behind_counts_what_others_sent() {
        let mut bucket = bucket();
        for _ in 0..5 {
            take(&mut bucket, 10_300).expect("room");
        }
        assert_eq!(take(&mut bucket, 10_000), Err(1_300));
    }

    proptest! {
        #[test]
        fn no_second_ever_holds_more_than_it_takes(
            steps in prop::collection::vec(0_i64..400, 1..200), most in 1_usize..8,
        ) {
            let (mut bucket, mut now, mut taken) = (Bucket::new(most, Vec::new()), 0, Vec::new());
            for step in steps {
                now += step;
                if take(&mut bucket, now).is_ok() {
                    taken.push(now);
                }
            }
            for more in taken.windows(most + 1) {
                prop_assert!(more[most] - more[0] >= 1_000);
            }
        }
    }
}
