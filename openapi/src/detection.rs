//! Detections: what was seen, where, and how surely.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What kind of thing was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DetectionKind {
    /// A well-known person.
    Celebrity,
    /// A general object or scene.
    Label,
    /// A mark or product that was registered or trained.
    CustomLabel,
    /// Something to be careful about.
    Moderation,
}

/// Where in the picture, as ratios of its width and height; real recognisers leave 0..1 at the edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundingBox {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// How sure the recogniser is of this box, 0 to 100.
    #[serde(default)]
    #[schema(required)]
    pub confidence: Option<f64>,
}

/// One thing seen at one position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "position_ms": 5005, "kind": "label", "name": "Bird", "external_id": null, "confidence": 94.2,
    "boxes": [{"left": 0.51, "top": 0.32, "width": 0.2, "height": 0.31, "confidence": 94.2}],
    "parents": ["Animal"], "categories": ["Animals and Pets"], "source": "import", "seen_at": "2026-11-20T19:00:05.005Z"
}))]
pub struct Detection {
    /// Where in the media.
    pub position_ms: i64,
    /// What kind of thing.
    pub kind: DetectionKind,
    /// Its name, as the recogniser says it.
    pub name: String,
    /// The recogniser's own id; namesakes differ by it.
    #[serde(default)]
    #[schema(required)]
    pub external_id: Option<String>,
    /// How sure, 0 to 100.
    pub confidence: f64,
    /// Where in the picture; empty where the recogniser says only that it is there.
    #[serde(default)]
    #[schema(required)]
    pub boxes: Vec<BoundingBox>,
    /// What it is a kind of: a bird is an animal.
    #[serde(default)]
    #[schema(required)]
    pub parents: Vec<String>,
    /// The recogniser's categories.
    #[serde(default)]
    #[schema(required)]
    pub categories: Vec<String>,
    /// Who saw it: `image`, `recorded`, `import`, `manual`, `rekognition`. `manual` unless told.
    #[serde(default)]
    #[schema(required)]
    pub source: Option<String>,
    /// When it was seen (RFC 3339); the time of storing unless told.
    #[serde(default)]
    #[schema(required)]
    pub seen_at: Option<String>,
}

/// Detections to store: all of them, or none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectionBatch {
    /// 1 to 1 000 detections. One of the same position, kind, name and external id replaces what stands there.
    pub items: Vec<Detection>,
}

/// What became of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DetectionReport {
    /// How many are stored now.
    pub stored: u64,
    /// How many people were left out: celebrities without a legal basis on the media, and who opted out.
    pub left_out_people: u64,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "shape": "console_export", "stored": 747, "names": 38, "positions": 40,
    "first_position_ms": 0, "last_position_ms": 19519, "left_out_people": 0, "next_token": null
}))]
pub struct ImportReport {
    /// Which of Rekognition's two shapes it was.
    pub shape: ImportShape,
    /// How many detections are stored now.
    pub stored: u64,
    /// How many different names they have.
    pub names: u64,
    /// At how many positions they lie.
    pub positions: u64,
    /// The first of these positions.
    #[schema(required)]
    pub first_position_ms: Option<i64>,
    /// The last of these positions.
    #[schema(required)]
    pub last_position_ms: Option<i64>,
    /// How many people and faces were left out: celebrities without a legal basis on the media, who opted out, and unknown faces always.
    pub left_out_people: u64,
    /// Rekognition's token of the page that follows, where the answer was one of several.
    #[schema(required)]
    pub next_token: Option<String>,
}

/// Rekognition's shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportShape {
    /// The answer of an API operation.
    ApiAnswer,
    /// The file that the console exports.
    ConsoleExport,
}

/// Where an import's own zero lies.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// Added to every timestamp of the file: where its zero lies in the media. 0 unless told; an image's answer lies here.
    pub offset_ms: Option<i64>,
}

/// Which detections to read.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DetectionQuery {
    /// First position, in.
    pub from_ms: i64,
    /// Last position, in; at most 600 000 ms after the first.
    pub to_ms: i64,
    /// Only of this kind.
    pub kind: Option<DetectionKind>,
    /// Only of this very name.
    pub name: Option<String>,
    /// Leave out what is less sure, 0 to 100.
    pub min_confidence: Option<f64>,
    /// How many items at the most: 1 to 500, 100 unless told.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A name, and where it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "kind": "label", "name": "Bird", "external_id": null,
    "first_position_ms": 500, "last_position_ms": 19519, "count": 38, "best_confidence": 98.1
}))]
pub struct SeenName {
    /// What kind of thing.
    pub kind: DetectionKind,
    /// Its name, as the recogniser says it.
    pub name: String,
    /// The recogniser's own id; namesakes are counted apart.
    #[schema(required)]
    pub external_id: Option<String>,
    /// Where it was first seen.
    pub first_position_ms: i64,
    /// Where it was last seen.
    pub last_position_ms: i64,
    /// How often.
    pub count: u64,
    /// How surely at best, 0 to 100.
    pub best_confidence: f64,
}

/// Which names to read.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NamesQuery {
    /// First position, in; without a window all of the media is read.
    pub from_ms: Option<i64>,
    /// Last position, in; at most 600 000 ms after the first.
    pub to_ms: Option<i64>,
    /// Only of this kind.
    pub kind: Option<DetectionKind>,
    /// Only this very name.
    pub name: Option<String>,
    /// Leave out what is less sure, 0 to 100.
    pub min_confidence: Option<f64>,
    /// How many items at the most: 1 to 500, 100 unless told.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Which timeline to read, and how it is cut.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TimelineQuery {
    /// First position, in; without a window all of the media is read.
    pub from_ms: Option<i64>,
    /// Last position, in.
    pub to_ms: Option<i64>,
    /// Only of this kind.
    pub kind: Option<DetectionKind>,
    /// Only this very name.
    pub name: Option<String>,
    /// Leave out what is less sure, 0 to 100.
    pub min_confidence: Option<f64>,
    /// How long a stretch is, 1 to 86 400 000 ms.
    pub bin_ms: Option<i64>,
    /// Or how many stretches there are, 1 to 2 000; 100 unless told.
    pub bins: Option<u32>,
    /// How many names at the most, those seen most often: 1 to 100, 10 unless told.
    pub top: Option<u32>,
}

/// What was seen, in stretches of one length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "from_ms": 0, "bin_ms": 10000, "items": [{
        "kind": "label", "name": "Bird", "external_id": null,
        "first_position_ms": 500, "last_position_ms": 19519, "count": 38, "best_confidence": 98.1,
        "bins": [{"position_ms": 0, "count": 19, "best_confidence": 96.0}, {"position_ms": 10000, "count": 19, "best_confidence": 98.1}]
    }]
}))]
pub struct Timeline {
    /// Where the first stretch begins.
    pub from_ms: i64,
    /// How long a stretch is.
    pub bin_ms: i64,
    /// The names, those seen most often first.
    pub items: Vec<TimelineLine>,
}

/// One name's line of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineLine {
    /// The name over the whole window.
    #[serde(flatten)]
    pub name: SeenName,
    /// The stretches in which it was seen, in their order.
    pub bins: Vec<TimelineBin>,
}

/// One stretch of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineBin {
    /// Where the stretch begins.
    pub position_ms: i64,
    /// How often the name was seen in it.
    pub count: u64,
    /// How surely at best, 0 to 100.
    pub best_confidence: f64,
}
