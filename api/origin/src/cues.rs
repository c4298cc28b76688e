//! What was said through PutMetadata, and where in the stream each of it lies.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::id3;
use crate::timeline::Timeline;
use crate::ts::{TICKS_PER_MS, WRAP, packetise};

/// The most that one call may carry.
pub const MAX_METADATA_BYTES: usize = 1024;
/// The most calls a channel takes in a second.
pub const MAX_CALLS_A_SECOND: usize = 5;
/// Two at the very same time would make the first one last no time at all, and players
/// pass over such a cue.
const APART: u64 = 20 * TICKS_PER_MS;

/// Why metadata was not taken, in the words of IVS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PutMetadataError {
    #[error("metadata must have at least 1 byte")]
    Empty,
    #[error("metadata has {bytes} bytes; at most {MAX_METADATA_BYTES} are taken")]
    TooLong { bytes: usize },
    #[error("the channel is not broadcasting")]
    OffAir,
    #[error("a channel takes at most {MAX_CALLS_A_SECOND} calls a second")]
    Throttled,
}

/// Where metadata landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub sequence: u64,
    /// Milliseconds since the channel's zero.
    pub position_ms: i64,
    /// As it stands in the segment.
    pub pts: u64,
}

/// One cue, with its place.
#[derive(Debug, Clone)]
pub struct Cue {
    pub sequence: u64,
    /// Ticks since sequence 0 began.
    pub at: u64,
    text: Arc<str>,
    /// Packets of the metadata stream before it, for its continuity counter.
    packets_before: u64,
}

impl Cue {
    /// The packets that carry it. `first_pts` is the time at which sequence 0 began.
    pub fn packets(&self, pid: u16, first_pts: u64) -> Vec<u8> {
        let unit = id3::pes(&self.text, self.pts(first_pts));
        packetise(pid, &unit, self.packets_before)
    }

    pub fn pts(&self, first_pts: u64) -> u64 {
        (first_pts + self.at) % WRAP
    }
}

/// The cues of a channel, in the order of the stream.
#[derive(Debug, Default)]
pub struct Cues {
    cues: VecDeque<Cue>,
    /// When the last few calls were taken.
    taken_ms: VecDeque<i64>,
    last_at: Option<u64>,
    packets: u64,
}

impl Cues {
    /// Takes metadata at `now` into the first segment that is not yet published: there is
    /// no other that nobody has seen. `now` in ticks is nothing while the channel is off air.
    pub fn put(
        &mut self,
        timeline: &Timeline,
        published: u64,
        now: Option<u64>,
        now_ms: i64,
        text: &str,
    ) -> Result<&Cue, PutMetadataError> {
        match text.len() {
            0 => return Err(PutMetadataError::Empty),
            bytes if bytes > MAX_METADATA_BYTES => return Err(PutMetadataError::TooLong { bytes }),
            _ => {}
        }
        let now = now.ok_or(PutMetadataError::OffAir)?;
        self.admit(now_ms)?;
        let apart = self.last_at.map_or(0, |last| last + APART);
        let at = now.max(apart).max(timeline.place(published).start);
        let cue = Cue {
            sequence: timeline.sequence_at(at),
            at,
            text: text.into(),
            packets_before: self.packets,
        };
        self.last_at = Some(at);
        self.packets += cue.packets(0, 0).len() as u64 / crate::ts::PACKET as u64;
        self.cues.push_back(cue);
        Ok(&self.cues[self.cues.len() - 1])
    }

    fn admit(&mut self, now_ms: i64) -> Result<(), PutMetadataError> {
        // A clock that was set back must not shut the channel until it has caught up.
        let recent = |taken: &i64| now_ms.abs_diff(*taken) < 1_000;
        self.taken_ms.retain(recent);
        if self.taken_ms.len() >= MAX_CALLS_A_SECOND {
            return Err(PutMetadataError::Throttled);
        }
        self.taken_ms.push_back(now_ms);
        Ok(())
    }

    /// The cues of one segment, in order.
    pub fn of(&self, sequence: u64) -> Vec<Cue> {
        let mine = self.cues.iter().filter(|cue| cue.sequence == sequence);
        mine.cloned().collect()
    }

    /// Forgets the cues of segments that are no longer handed out.
    pub fn forget_before(&mut self, sequence: u64) {
        while self.cues.front().is_some_and(|c| c.sequence < sequence) {
            self.cues.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline() -> Timeline {
        Timeline::new(&[180_000; 4])
    }

    fn put(cues: &mut Cues, now_ms: i64, text: &str) -> Result<(u64, u64), PutMetadataError> {
        let timeline = timeline();
        let now = now_ms as u64 * TICKS_PER_MS;
        let cue = cues.put(
            &timeline,
            timeline.sequence_at(now),
            Some(now),
            now_ms,
            text,
        )?;
        Ok((cue.sequence, cue.at / TICKS_PER_MS))
    }

    #[test]
    fn a_cue_lies_at_its_moment_in_the_segment_being_made() {
        let mut cues = Cues::default();
        assert_eq!(put(&mut cues, 3_999, "a"), Ok((1, 3_999)));
        assert_eq!(put(&mut cues, 4_020, "b"), Ok((2, 4_020)));
    }

    #[test]
    fn cues_of_one_moment_keep_their_order_and_stand_apart() {
        let mut cues = Cues::default();
        let places: Vec<_> = (0..5)
            .map(|_| put(&mut cues, 1_950, "x").unwrap())
            .collect();
        let expected = [(0, 1_950), (0, 1_970), (0, 1_990), (1, 2_010), (1, 2_030)];
        assert_eq!(places, expected);
        assert_eq!(cues.of(0).len(), 3);
    }

    #[test]
    fn a_clock_set_back_never_reaches_a_published_segment() {
        let mut cues = Cues::default();
        let timeline = timeline();
        let cue = cues
            .put(&timeline, 10, Some(5 * 180_000), 10_000, "late")
            .unwrap();
        assert_eq!((cue.sequence, cue.at), (10, 10 * 180_000));
    }

    #[test]
    fn a_sixth_call_within_a_second_is_refused_and_costs_nothing() {
        let mut cues = Cues::default();
        for n in 0..5 {
            put(&mut cues, 100 * n, "x").unwrap();
        }
        assert_eq!(put(&mut cues, 900, "x"), Err(PutMetadataError::Throttled));
        assert_eq!(put(&mut cues, 999, "x"), Err(PutMetadataError::Throttled));
        assert!(put(&mut cues, 1_000, "x").is_ok());
        assert_eq!(put(&mut cues, 1_050, "x"), Err(PutMetadataError::Throttled));
        assert!(put(&mut cues, 1_100, "x").is_ok());
    }

    #[test]
    fn length_counts_bytes_and_a_refused_length_is_no_call() {
        let mut cues = Cues::default();
        let error = PutMetadataError::TooLong { bytes: 1_026 };
        for _ in 0..10 {
            assert_eq!(put(&mut cues, 0, &"é".repeat(513)), Err(error));
            assert_eq!(put(&mut cues, 0, ""), Err(PutMetadataError::Empty));
        }
        assert!(put(&mut cues, 0, &"é".repeat(512)).is_ok());
    }

    #[test]
    fn cues_are_forgotten_with_their_segments_but_the_counter_runs_on() {
        let mut cues = Cues::default();
        put(&mut cues, 0, "a").unwrap();
        put(&mut cues, 2_000, &"b".repeat(1_000)).unwrap();
        cues.forget_before(2);
        assert!(cues.of(0).is_empty() && cues.of(1).is_empty());
        put(&mut cues, 4_000, "c").unwrap();
        // One packet for "a", six for the thousand bytes.
        assert_eq!(cues.of(2)[0].packets_before, 7);
    }
}
