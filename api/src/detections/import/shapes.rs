//! Rekognition's JSON, as far as it says what was seen. Real files write `null` for what is not there.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct File {
    pub job_status: Option<String>,
    pub next_token: Option<String>,
    /// Only the console's export has it.
    #[serde(rename = "fileName")]
    pub file_name: Option<String>,
    pub labels: Option<Vec<Item>>,
    pub custom_labels: Option<Vec<Item>>,
    pub moderation_labels: Option<Vec<Item>>,
    pub celebrities: Option<Vec<TimedCelebrity>>,
    pub celebrity_faces: Option<Vec<CelebrityFace>>,
    /// Counted, never read.
    pub persons: Option<Vec<serde::de::IgnoredAny>>,
    pub faces: Option<Vec<serde::de::IgnoredAny>>,
    pub unrecognized_faces: Option<Vec<serde::de::IgnoredAny>>,
    pub segments: Option<serde::de::IgnoredAny>,
}

impl File {
    /// Whether it is of an operation that says what was seen, however little.
    pub fn says_what_was_seen(&self) -> bool {
        [&self.labels, &self.custom_labels, &self.moderation_labels]
            .iter()
            .any(|list| list.is_some())
            || self.celebrities.is_some()
            || self.celebrity_faces.is_some()
            || self.faces.is_some()
    }
}

/// A label of a video, with its time, or of an image, bare.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Item {
    timestamp: Option<i64>,
    label: Option<ImageLabel>,
    moderation_label: Option<ImageLabel>,
    #[serde(flatten)]
    bare: ImageLabel,
}

impl Item {
    pub fn into_parts(self) -> (Option<i64>, Option<ImageLabel>) {
        let bare = Some(self.bare).filter(|label| label.name.is_some());
        (
            self.timestamp,
            self.label.or(self.moderation_label).or(bare),
        )
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImageLabel {
    pub name: Option<String>,
    pub confidence: Option<f64>,
    pub instances: Option<Vec<Instance>>,
    pub parents: Option<Vec<Named>>,
    pub categories: Option<Vec<Named>>,
    /// Where a custom label lies.
    pub geometry: Option<Geometry>,
    /// A moderation label's parent.
    pub parent_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Instance {
    pub bounding_box: Option<BoxShape>,
    pub confidence: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Geometry {
    pub bounding_box: Option<BoxShape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BoxShape {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TimedCelebrity {
    pub timestamp: Option<i64>,
    pub celebrity: Option<Celebrity>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Celebrity {
    pub name: Option<String>,
    pub id: Option<String>,
    pub confidence: Option<f64>,
    pub face: Option<Face>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CelebrityFace {
    pub name: Option<String>,
    pub id: Option<String>,
    pub match_confidence: Option<f64>,
    pub face: Option<Face>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Face {
    pub bounding_box: Option<BoxShape>,
}
