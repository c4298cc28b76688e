//! Answers from what Rekognition said of a clip once, as the clip comes round and round.

use async_trait::async_trait;

use super::{Recognised, Recogniser, Stretch};
use crate::detections::{Detection, read_import};
use crate::error::{Refusal, Result};
use crate::words::{Position, Time};

const SOURCE: &str = "recorded";

/// Recorded output by position.
#[derive(Debug)]
pub struct Recorded {
    /// In the order of their positions.
    detections: Vec<Detection>,
    /// How long the clip is; `None` where it runs once.
    clip_ms: Option<i64>,
}

impl Recorded {
    /// Reads Rekognition output, of either shape, of a clip that loops every `clip_ms`, or runs once.
    ///
    /// # Errors
    /// When it is not Rekognition output, or the clip has no length.
    pub fn looping(bytes: &[u8], clip_ms: Option<i64>, now: Time) -> Result<Self> {
        if clip_ms.is_some_and(|ms| ms <= 0) {
            return Err(Refusal::field("clip_ms", "the clip has no length", "1 or more").into());
        }
        let mut detections = read_import(bytes, Position::ZERO, now)?.detections;
        detections.sort_by_key(Detection::sort_key);
        Ok(Self {
            detections,
            clip_ms,
        })
    }

    /// How many records it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.detections.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.detections.is_empty()
    }

    /// The records of one round with positions in `from..to`, moved to where the round lies.
    fn round(
        &self,
        start_ms: i64,
        from: i64,
        to: i64,
        now: Time,
    ) -> impl Iterator<Item = Detection> {
        let position = |d: &Detection| d.position.ms();
        let first = self.detections.partition_point(|d| position(d) < from);
        let last = self.detections.partition_point(|d| position(d) < to);
        // The list is not empty between the two only if `first` comes first.
        self.detections[first..last.max(first)]
            .iter()
            .map(move |detection| Detection {
                position: detection.position.forward(start_ms),
                source: SOURCE.to_owned(),
                seen_at: now,
                ..detection.clone()
            })
    }

    /// The records of `from..to`, each at its exact position in its round.
    fn between(&self, from: Position, to: Position, now: Time) -> Vec<Detection> {
        let (from, to) = (from.ms(), to.ms());
        let Some(clip) = self.clip_ms else {
            return self.round(0, from, to, now).collect();
        };
        let rounds = from / clip..=(to - 1).max(from) / clip;
        rounds
            .flat_map(|round| {
                let start = round * clip;
                // A record past the clip's end belongs to no round: the next one has begun.
                self.round(start, (from - start).max(0), (to - start).min(clip), now)
            })
            .collect()
    }
}

#[async_trait]
impl Recogniser for Recorded {
    fn source(&self) -> &'static str {
        SOURCE
    }

    fn needs_frames(&self) -> bool {
        false
    }

    async fn recognise(&self, stretch: Stretch, now: Time) -> anyhow::Result<Recognised> {
        Ok(self.between(stretch.from, stretch.to, now).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn recorded(timestamps: &[i64], clip_ms: Option<i64>) -> Recorded {
        let label = |ms: &i64| {
            serde_json::json!({"Timestamp": ms, "Label": {"Name": "Bird", "Confidence": 94.2, "Instances": [
                {"BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}, "Confidence": 94.0}]}})
        };
        let labels: Vec<_> = timestamps.iter().map(label).collect();
        let json = serde_json::json!({"JobStatus": "SUCCEEDED", "Labels": labels}).to_string();
        Recorded::looping(json.as_bytes(), clip_ms, Time::from_ms(0)).expect("recorded output")
    }

    fn positions(recorded: &Recorded, from: i64, to: i64) -> Vec<i64> {
        let position = |ms| Position::parse(ms).expect("a position");
        let found = recorded.between(position(from), position(to), Time::from_ms(9));
        found.iter().map(|d| d.position.ms()).collect()
    }

    #[test]
    fn a_record_comes_at_its_place_in_every_round() {
        let swans = recorded(&[0, 5005, 19519], Some(19_860));
        assert_eq!(positions(&swans, 4000, 6000), [5005]);
        assert_eq!(positions(&swans, 18_000, 20_000), [19_519, 19_860]);
        assert_eq!(
            positions(&swans, 3 * 19_860 + 5005, 3 * 19_860 + 5006),
            [64_585]
        );
        assert!(positions(&swans, 5006, 19_519).is_empty());
    }

    #[test]
    fn what_was_recorded_is_told_whole() {
        let swans = recorded(&[5005], Some(10_000));
        let from = Position::parse(15_000).expect("a position");
        let found = swans.between(from, from.forward(1000), Time::from_ms(9));
        let bird = &found[0];
        assert_eq!(
            (bird.name.as_str(), bird.confidence.percent()),
            ("Bird", 94.2)
        );
        assert_eq!((bird.boxes.len(), bird.source.as_str()), (1, "recorded"));
        assert_eq!(bird.seen_at, Time::from_ms(9));
    }

    #[test]
    fn a_clip_that_runs_once_is_over_after_its_end() {
        let once = recorded(&[0, 500], None);
        assert_eq!(positions(&once, 0, 10_000), [0, 500]);
        assert!(positions(&once, 10_000, 20_000).is_empty());
    }

    #[test]
    fn a_record_past_the_clips_end_belongs_to_no_round() {
        assert_eq!(
            positions(&recorded(&[100, 1200], Some(1000)), 0, 2000),
            [100, 1100]
        );
    }

    proptest! {
        #[test]
        fn however_the_stream_is_cut_each_record_comes_exactly_once(
            times in prop::collection::btree_set(0_i64..5_000, 0..12),
            cuts in prop::collection::btree_set(1_i64..20_000, 0..12),
        ) {
            let times: Vec<i64> = times.into_iter().collect();
            let recorded = recorded(&times, Some(5_000));
            let mut bounds = vec![0];
            bounds.extend(&cuts);
            bounds.push(20_000);
            let cut: Vec<i64> = bounds.windows(2).flat_map(|w| positions(&recorded, w[0], w[1])).collect();
            let whole: Vec<i64> = (0..4).flat_map(|round| times.iter().map(move |t| t + round * 5_000)).collect();
            prop_assert_eq!(cut, whole);
        }
    }
}
