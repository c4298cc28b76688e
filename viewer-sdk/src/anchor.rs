//! Anchoring: which position of the media the player's own clock stands at.

/// From how many cues the channel's delay is learnt.
const DELAYS: usize = 9;

/// What the anchor rests on, the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A cue's time of sending and the delay learnt on the channel: a few hundred ms.
    SentAt,
    /// A stored video, whose own clock starts at the media's zero.
    Recording,
    /// The stream's PROGRAM-DATE-TIME: exact.
    ProgramDateTime,
}

/// Maps the player's clock, which no two viewers share, to positions, which all share.
#[derive(Debug)]
pub struct Anchor {
    zero_ms: i64,
    /// Position minus media time, and what says so.
    fixed: Option<(i64, Source)>,
    delays_ms: Vec<i64>,
}

impl Anchor {
    /// An anchor for a media whose zero is this moment (ms since 1970).
    #[must_use]
    pub const fn new(zero_ms: i64) -> Self {
        Self {
            zero_ms,
            fixed: None,
            delays_ms: Vec::new(),
        }
    }

    /// The stream says that at this media time it is this date.
    pub fn see_date(&mut self, date_ms: i64, media_time_ms: i64) {
        let position = date_ms.saturating_sub(self.zero_ms);
        self.fixed = Some((
            position.saturating_sub(media_time_ms),
            Source::ProgramDateTime,
        ));
    }

    /// The player plays a stored video from its beginning.
    pub fn see_recording(&mut self) {
        if self.source() < Some(Source::Recording) {
            self.fixed = Some((0, Source::Recording));
        }
    }

    /// A cue lies at this media time. With a date in the stream its delay is learnt; without one it is the anchor.
    pub fn see_cue(&mut self, sent_at_ms: i64, media_time_ms: i64) {
        match self.fixed {
            Some((offset, Source::ProgramDateTime)) => {
                let position = media_time_ms.saturating_add(offset);
                self.learn(position.saturating_sub(self.sent_position(sent_at_ms)));
            }
            Some((_, Source::Recording)) => {}
            Some((_, Source::SentAt)) | None => {
                let offset = self.place_of(sent_at_ms).saturating_sub(media_time_ms);
                self.fixed = Some((offset, Source::SentAt));
            }
        }
    }

    /// A cue's own segment says which date it lies at, and so what the channel's delay is.
    pub fn see_dated_cue(&mut self, sent_at_ms: i64, date_ms: i64) {
        self.learn(date_ms.saturating_sub(sent_at_ms));
    }

    /// The position at this media time; none before there is an anchor, nor before the media's zero.
    #[must_use]
    pub fn position_at(&self, media_time_ms: i64) -> Option<i64> {
        let (offset, _) = self.fixed?;
        Some(media_time_ms.saturating_add(offset)).filter(|position| *position >= 0)
    }

    /// The position of a date.
    #[must_use]
    pub fn position_of_date(&self, date_ms: i64) -> Option<i64> {
        Some(date_ms.saturating_sub(self.zero_ms)).filter(|position| *position >= 0)
    }

    /// Where in the stream a cue lies that came outside of it.
    #[must_use]
    pub fn place_of(&self, sent_at_ms: i64) -> i64 {
        self.sent_position(sent_at_ms)
            .saturating_add(self.delay_ms())
    }

    /// How far from its time of sending the channel stamps a cue: the median of the last ones.
    #[must_use]
    pub fn delay_ms(&self) -> i64 {
        let mut sorted = Vec::with_capacity(DELAYS);
        for delay in &self.delays_ms {
            // Nine numbers: the library's sort would weigh more than all of this file.
            let at = sorted.partition_point(|known| known < delay);
            sorted.insert(at, *delay);
        }
        sorted.get(sorted.len() / 2).copied().unwrap_or(0)
    }

    /// What the anchor rests on.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        self.fixed.map(|(_, source)| source)
    }

    const fn sent_position(&self, sent_at_ms: i64) -> i64 {
        sent_at_ms.saturating_sub(self.zero_ms)
    }

    fn learn(&mut self, delay_ms: i64) {
        if self.delays_ms.len() == DELAYS {
            self.delays_ms.remove(0);
        }
        self.delays_ms.push(delay_ms);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ZERO: i64 = 1_700_000_000_000;

    #[test]
    fn without_any_sign_there_is_no_position() {
        assert_eq!(Anchor::new(ZERO).position_at(5_000), None);
    }

    #[test]
    fn the_streams_date_minus_zero_is_the_position() {
        let mut anchor = Anchor::new(ZERO);
        anchor.see_date(ZERO + 81_000, 12_000);
        assert_eq!(anchor.position_at(12_500), Some(81_500));
    }

    #[test]
    fn before_the_medias_zero_there_is_no_position() {
        let mut anchor = Anchor::new(ZERO);
        anchor.see_date(ZERO - 10_000, 0);
        assert_eq!(anchor.position_at(9_999), None);
        assert_eq!(anchor.position_at(10_000), Some(0));
    }

    #[test]
    fn without_a_date_a_cue_anchors_by_its_time_of_sending_and_the_learnt_delay() {
        let mut anchor = Anchor::new(ZERO);
        anchor.see_dated_cue(ZERO + 1_000, ZERO + 3_400);
        anchor.see_cue(ZERO + 60_000, 7_000);
        assert_eq!(anchor.source(), Some(Source::SentAt));
        assert_eq!(anchor.position_at(7_000), Some(62_400));
    }

    #[test]
    fn a_date_beats_a_cue_whichever_came_first() {
        let mut anchor = Anchor::new(ZERO);
        anchor.see_cue(ZERO + 60_000, 7_000);
        anchor.see_date(ZERO + 63_000, 7_000);
        anchor.see_cue(ZERO + 61_000, 8_000);
        assert_eq!(anchor.position_at(7_000), Some(63_000));
        assert_eq!(
            anchor.delay_ms(),
            3_000,
            "and the cue taught the delay instead"
        );
    }

    #[test]
    fn one_late_cue_does_not_move_the_learnt_delay() {
        let mut anchor = Anchor::new(ZERO);
        for delay in [2_000, 2_100, 1_900, 30_000, 2_050] {
            anchor.see_dated_cue(ZERO, ZERO + delay);
        }
        assert_eq!(anchor.delay_ms(), 2_050);
    }

    #[test]
    fn a_stored_video_starts_at_zero_and_a_cue_in_it_moves_nothing() {
        let mut anchor = Anchor::new(ZERO);
        anchor.see_recording();
        anchor.see_cue(ZERO + 900_000, 4_000);
        assert_eq!(anchor.position_at(4_000), Some(4_000));
    }

    proptest! {
        #[test]
        fn media_time_and_position_run_at_the_same_pace(
            date in 0_i64..10_000_000, at in 0_i64..10_000_000, step in 0_i64..10_000_000,
        ) {
            let mut anchor = Anchor::new(0);
            anchor.see_date(date + at, at);
            prop_assert_eq!(anchor.position_at(at + step), Some(date + at + step));
        }

        #[test]
        fn no_number_makes_it_panic(zero: i64, date: i64, media: i64, sent: i64) {
            let mut anchor = Anchor::new(zero);
            anchor.see_cue(sent, media);
            anchor.see_date(date, media);
            anchor.see_cue(sent, media);
            anchor.see_dated_cue(sent, date);
            let _ = (anchor.position_at(media), anchor.place_of(sent), anchor.position_of_date(date));
        }
    }
}
