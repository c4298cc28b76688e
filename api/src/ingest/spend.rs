//! What calls to Rekognition and running models cost, as far as a list price tells.

use std::fmt;

/// A call that costs, by the service's own name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// One picture, for known faces.
    RecognizeCelebrities,
    /// One picture, for objects and scenes.
    DetectLabels,
    /// One picture, by a model of one's own; what costs is that the model runs.
    DetectCustomLabels,
    /// One picture, for what not everybody should see.
    DetectModerationLabels,
    /// A minute of stored video, for objects and scenes.
    StartLabelDetection,
    /// A minute of stored video, for known faces.
    StartCelebrityRecognition,
    /// A second in which a model of one's own runs.
    ModelSecond,
}

/// How many of which.
pub type Calls = Vec<(Operation, u32)>;

impl Operation {
    /// Every one of them.
    pub const ALL: [Self; 7] = [
        Self::RecognizeCelebrities,
        Self::DetectLabels,
        Self::DetectCustomLabels,
        Self::DetectModerationLabels,
        Self::StartLabelDetection,
        Self::StartCelebrityRecognition,
        Self::ModelSecond,
    ];

    /// Its name on the wire, in the database and in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RecognizeCelebrities => "RecognizeCelebrities",
            Self::DetectLabels => "DetectLabels",
            Self::DetectCustomLabels => "DetectCustomLabels",
            Self::DetectModerationLabels => "DetectModerationLabels",
            Self::StartLabelDetection => "StartLabelDetection",
            Self::StartCelebrityRecognition => "StartCelebrityRecognition",
            Self::ModelSecond => "ModelSecond",
        }
    }

    /// The list price of one, in millionths of a US dollar.
    ///
    /// Rekognition's list prices for us-east-1, first tier: 0.001 USD a picture for group 1 and group 2 calls, 0.10 USD a
    /// minute of stored video, 4.00 USD for each hour that a Custom Labels model runs at one inference unit. Nothing is
    /// taken off for the free tier or for volume, so that an estimate errs upwards. Prices change: look them up before an
    /// event.
    #[must_use]
    pub const fn micro_usd(self) -> i64 {
        match self {
            Self::RecognizeCelebrities | Self::DetectLabels | Self::DetectModerationLabels => 1_000,
            // Nothing by the picture.
            Self::DetectCustomLabels => 0,
            Self::StartLabelDetection | Self::StartCelebrityRecognition => 100_000,
            // 4 USD an hour, rounded up: 1,111.1 a second.
            Self::ModelSecond => 1_112,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What these calls cost together, in millionths of a US dollar.
#[must_use]
pub fn cost(calls: &[(Operation, u32)]) -> i64 {
    calls.iter().fold(0_i64, |sum, (operation, count)| {
        sum.saturating_add(operation.micro_usd().saturating_mul(i64::from(*count)))
    })
}

/// What was called beyond what was reserved, or less than that where below zero.
#[must_use]
pub fn difference(
    called: &[(Operation, u32)],
    reserved: &[(Operation, u32)],
) -> Vec<(Operation, i64)> {
    let sum = |calls: &[(Operation, u32)], of: Operation| -> i64 {
        let matching = calls.iter().filter(|(operation, _)| *operation == of);
        matching.map(|(_, count)| i64::from(*count)).sum()
    };
    let all = Operation::ALL.into_iter();
    let each = all.map(|of| (of, sum(called, of) - sum(reserved, of)));
    each.filter(|(_, count)| *count != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_pictures_cost_a_dollar_and_a_model_hour_four() {
        assert_eq!(cost(&[(Operation::DetectLabels, 1000)]), 1_000_000);
        let hour = cost(&[(Operation::ModelSecond, 3600)]);
        assert!((4_000_000..4_010_000).contains(&hour), "{hour}");
        let both = [
            (Operation::DetectCustomLabels, 10),
            (Operation::StartLabelDetection, 2),
        ];
        assert_eq!(cost(&both), 200_000);
    }

    #[test]
    fn what_was_not_called_is_given_back_and_what_was_called_beyond_is_charged() {
        use Operation::{DetectLabels, RecognizeCelebrities};
        let reserved = [(DetectLabels, 5), (RecognizeCelebrities, 5)];
        assert_eq!(difference(&reserved, &reserved), []);
        let called = [(DetectLabels, 5), (RecognizeCelebrities, 3)];
        assert_eq!(difference(&called, &reserved), [(RecognizeCelebrities, -2)]);
        assert_eq!(
            difference(&called, &[]),
            [(RecognizeCelebrities, 3), (DetectLabels, 5)]
        );
    }

    #[test]
    fn each_operation_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> =
            Operation::ALL.iter().map(|o| o.as_str()).collect();
        assert_eq!(names.len(), Operation::ALL.len());
    }
}
