//! What Rekognition is asked about a picture.

use crate::ingest::spend::Operation;
use crate::media::{CustomLabels, Details, Recogniser};
use crate::words::Confidence;

/// One call about one picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Which well-known people, at least so surely who they are.
    Celebrities(Confidence),
    /// Which objects and scenes.
    Labels(Confidence),
    /// What a model of one's own was trained for.
    CustomLabels(CustomLabels),
    /// What to be careful about.
    Moderation(Confidence),
}

impl Question {
    /// The operation that answers it.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Celebrities(_) => Operation::RecognizeCelebrities,
            Self::Labels(_) => Operation::DetectLabels,
            Self::CustomLabels(_) => Operation::DetectCustomLabels,
            Self::Moderation(_) => Operation::DetectModerationLabels,
        }
    }
}

/// What is asked about this media's pictures. Nobody's face is looked up without a legal basis.
pub fn of(details: &Details) -> Vec<Question> {
    let Some(Recogniser::Rekognition(asked)) = details.ingest.as_ref().map(|i| &i.recogniser)
    else {
        return Vec::new();
    };
    let celebrities = asked.celebrities.filter(|_| details.people_basis.is_some());
    [
        celebrities.map(Question::Celebrities),
        asked.labels.map(Question::Labels),
        asked.custom_labels.clone().map(Question::CustomLabels),
        asked.moderation.map(Question::Moderation),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Frames, Ingest, Rekognition, Source};

    fn details(people_basis: Option<&str>, recogniser: Recogniser) -> Details {
        Details {
            people_basis: people_basis.map(str::to_owned),
            ingest: Some(Ingest {
                source: Source::Hls {
                    url: "https://a.example/x.m3u8".to_owned(),
                },
                recogniser,
                frames: Frames::PerSecond(1.0),
                most_lag_ms: 10_000,
                max_spend: None,
            }),
            ..Details::default()
        }
    }

    #[test]
    fn nobody_is_looked_up_without_a_legal_basis() {
        let sure = Confidence::parse(95.0).ok();
        let both = Recogniser::Rekognition(Rekognition {
            celebrities: sure,
            labels: sure,
            ..Rekognition::default()
        });
        let operations = |basis| -> Vec<Operation> {
            let questions = of(&details(basis, both.clone()));
            questions.iter().map(Question::operation).collect()
        };
        assert_eq!(operations(None), [Operation::DetectLabels]);
        assert_eq!(
            operations(Some("contract")),
            [Operation::RecognizeCelebrities, Operation::DetectLabels]
        );
    }

    #[test]
    fn nothing_is_asked_where_another_recognises() {
        assert_eq!(of(&details(Some("contract"), Recogniser::Images)), []);
        assert_eq!(of(&Details::default()), []);
    }
}
