//! The calls about one picture, on the wire.

use anyhow::anyhow;
use aws_sdk_rekognition::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_rekognition::primitives::Blob;
use aws_sdk_rekognition::types::{DetectLabelsFeatureName, Image};

use super::Rekognition;
use super::question::Question;
use super::read::{Moment, merged};
use crate::detections::Detection;
use crate::words::Confidence;

impl Rekognition {
    /// Asks about one picture. The SDK tries again what may be tried again.
    pub(super) async fn ask(
        &self,
        question: &Question,
        jpeg: Blob,
        moment: Moment,
    ) -> anyhow::Result<Vec<Detection>> {
        let client = &self.client;
        let image = Image::builder().bytes(jpeg).build();
        let found = match question {
            // It knows no minimum. Unrecognised faces come along, and go no further.
            Question::Celebrities(least) => {
                let call = client.recognize_celebrities().image(image);
                let faces = call.send().await.map_err(why)?.celebrity_faces;
                let people = faces.into_iter().flatten();
                merged(people.filter_map(|one| moment.celebrity(one, *least)))
            }
            Question::Labels(least) => {
                let call = client.detect_labels().image(image);
                let call = call.min_confidence(percent(*least));
                let call = call.features(DetectLabelsFeatureName::GeneralLabels);
                let labels = call.send().await.map_err(why)?.labels;
                let labels = labels.into_iter().flatten();
                merged(labels.filter_map(|one| moment.label(one, *least)))
            }
            Question::CustomLabels(asked) => {
                let call = client.detect_custom_labels().image(image);
                let call = call.project_version_arn(&asked.project_version_arn);
                let call = call.min_confidence(percent(asked.min_confidence));
                let labels = call.send().await.map_err(why)?.custom_labels;
                let labels = labels.into_iter().flatten();
                merged(labels.filter_map(|one| moment.custom_label(one, asked.min_confidence)))
            }
            Question::Moderation(least) => {
                let call = client.detect_moderation_labels().image(image);
                let call = call.min_confidence(percent(*least));
                let labels = call.send().await.map_err(why)?.moderation_labels;
                let labels = labels.into_iter().flatten();
                merged(labels.filter_map(|one| moment.moderation(one, *least)))
            }
        };
        Ok(found)
    }
}

/// As the wire has it: half of a confidence's digits are enough for a minimum.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a minimum of so many percent needs no more digits"
)]
pub(super) fn percent(confidence: Confidence) -> f32 {
    confidence.percent() as f32
}

/// The service's own code and text where it answered, else the whole chain of causes.
pub(super) fn why<E, R>(error: SdkError<E, R>) -> anyhow::Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error.as_service_error().map(ProvideErrorMetadata::meta) {
        Some(meta) if meta.code().is_some() => anyhow!(
            "{}: {}",
            meta.code().unwrap_or_default(),
            meta.message().unwrap_or("it says no more")
        ),
        _ => anyhow!("{}", DisplayErrorContext(error)),
    }
}
