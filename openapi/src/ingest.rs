//! Ingest: how a media's pictures are found and looked at.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How nodes ingest a media by themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "source": {"kind": "hls", "url": "https://live.example.com/cup/master.m3u8"},
    "recogniser": {"kind": "rekognition", "labels": {"min_confidence": 75}},
    "frames": {"kind": "per_second", "count": 1.0}, "most_lag_ms": 10000, "max_spend_usd": 25.0
}))]
pub struct Ingest {
    /// Where its pictures come from.
    pub source: IngestSource,
    /// Who says what they show; the embedded recogniser unless told.
    #[serde(default)]
    pub recogniser: Recogniser,
    /// Which pictures are looked at; one a second unless told.
    #[serde(default)]
    pub frames: FrameChoice,
    /// How far behind the stream the looking may fall before it looks at less: 1 000 to 120 000 ms, 10 000 unless told.
    #[serde(default)]
    pub most_lag_ms: Option<u32>,
    /// What recognition of this media may cost, in US dollars; then it stops. No limit unless told.
    #[serde(default)]
    #[schema(required)]
    pub max_spend_usd: Option<f64>,
}

/// Where a media's pictures come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum IngestSource {
    /// A live HLS stream.
    Hls {
        /// Its master or media playlist (http or https, a whole address).
        url: String,
    },
    /// Thumbnails that IVS records into a bucket; its notices come to `/v1/hooks`.
    Thumbnails {
        /// The bucket.
        bucket: String,
        /// What their keys begin with: `ivs/v1/<account>/<channel>/`.
        prefix: String,
        /// How far one lies from the next: 1 000 to 60 000 ms, 60 000 unless told.
        #[serde(default)]
        every_ms: Option<u32>,
    },
}

/// Which pictures are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FrameChoice {
    /// So many a second.
    PerSecond {
        /// More than 0, at most 30; 0.1 is one in ten seconds.
        count: f64,
    },
    /// The first after each cut of the picture.
    SceneCuts {
        /// But no more than so many a second: more than 0, at most 30.
        at_most_per_second: f64,
    },
}

impl Default for FrameChoice {
    fn default() -> Self {
        Self::PerSecond { count: 1.0 }
    }
}

/// Who says what a picture shows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Recogniser {
    /// The embedded one, by the registered reference images.
    #[default]
    Images,
    /// Amazon Rekognition. What is left out is not asked about each picture, and not paid for.
    Rekognition {
        /// Well-known people, by their match confidence; 95 unless told. Asked only where the media has a `people_basis`.
        #[serde(default)]
        celebrities: Option<Sureness>,
        /// General objects and scenes; 75 unless told.
        #[serde(default)]
        labels: Option<Sureness>,
        /// What a model of one's own was trained for.
        #[serde(default)]
        custom_labels: Option<CustomLabels>,
        /// What to be careful about; 75 unless told.
        #[serde(default)]
        moderation: Option<Sureness>,
    },
}

/// How sure the recogniser must be.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sureness {
    /// 0 to 100.
    #[serde(default)]
    pub min_confidence: Option<f64>,
}

/// A custom model. It bills while it runs, so it is started before the media's timetable begins and stopped after it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomLabels {
    /// Which version of which project.
    pub project_version_arn: String,
    /// How sure it must be, 0 to 100; 80 unless told.
    #[serde(default)]
    pub min_confidence: Option<f64>,
}

/// When a media runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "starts_at": "2026-11-20T20:00:00+01:00", "ends_at": "2026-11-20T22:00:00+01:00", "zone": "Europe/Berlin"
}))]
pub struct Timetable {
    /// From this moment (RFC 3339).
    pub starts_at: String,
    /// To this one (RFC 3339), at most 31 days later.
    pub ends_at: String,
    /// The time zone in which people speak of it, by its IANA name; `UTC` unless told.
    #[serde(default)]
    pub zone: Option<String>,
}
