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

/// How a media's ingest stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "media_id": "cup-final", "state": "watching", "reason": null, "since": "2026-11-20T19:00:00.000Z",
    "holder": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d/1", "lag_ms": 640, "most_lag_ms": 10000,
    "segments": {"seen": 120, "analysed": 117, "failed": 1, "skipped": 0, "gaps": 1, "waiting": 1},
    "frames": 702, "frames_per_second": 1.0, "thinning": 1, "detections": 1804,
    "calls": [{"operation": "DetectLabels", "count": 702}], "cost_usd": 0.702, "max_spend_usd": 25.0,
    "last_error": {"detail": "the segment answers 404", "at": "2026-11-20T19:04:12.000Z"}, "updated_at": "2026-11-20T19:12:00.000Z"
}))]
pub struct IngestStatus {
    /// The media.
    pub media_id: String,
    /// What its ingest does.
    pub state: IngestState,
    /// Why, for people, where there is something to say.
    #[schema(required)]
    pub reason: Option<String>,
    /// Since when a watcher has said so (RFC 3339); `null` where none ever has.
    #[schema(required)]
    pub since: Option<String>,
    /// The watch that holds the media, named by its node; `null` while there is none.
    #[schema(required)]
    pub holder: Option<String>,
    /// How far the last segment was behind the stream's edge when it was done, in ms.
    pub lag_ms: i64,
    /// How far it may be before less is looked at, in ms; `null` where the media is not ingested by itself.
    #[schema(required)]
    pub most_lag_ms: Option<i64>,
    /// What became of its segments.
    pub segments: SegmentCounts,
    /// Pictures that were looked at.
    pub frames: i64,
    /// Pictures looked at in a second of the stream, in the last segment.
    pub frames_per_second: f64,
    /// At every so manieth of the wanted pictures it is looked to keep up; 1 leaves nothing out.
    pub thinning: i64,
    /// Things that were seen.
    pub detections: i64,
    /// Calls to recognisers that cost, by operation.
    pub calls: Vec<OperationCalls>,
    /// What they cost by list price, in US dollars: an estimate that leaves free tiers and discounts out.
    pub cost_usd: f64,
    /// What they may cost; `null` without limit.
    #[schema(required)]
    pub max_spend_usd: Option<f64>,
    /// What went wrong last; `null` where nothing has.
    #[schema(required)]
    pub last_error: Option<IngestError>,
    /// When the last segment was done (RFC 3339); `null` before the first.
    #[schema(required)]
    pub updated_at: Option<String>,
}

/// What an ingest does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IngestState {
    /// The media is not ingested by itself.
    Idle,
    /// It will be: its time has not come, or no node has taken it yet.
    Waiting,
    /// It is being watched.
    Watching,
    /// The stream, or its timetable, is over.
    Ended,
    /// It cannot be done.
    Failed,
    /// The spend limit is reached.
    Spent,
}

/// What became of a media's segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentCounts {
    /// All that were found in the playlist: the sum of the others.
    pub seen: i64,
    /// That were looked at.
    pub analysed: i64,
    /// That could not be read or looked at.
    pub failed: i64,
    /// That were passed over to keep up.
    pub skipped: i64,
    /// Where the stream had nothing.
    pub gaps: i64,
    /// That waited behind the last one.
    pub waiting: i64,
}

/// Calls of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OperationCalls {
    /// The service's own name for it; `ModelSecond` is a second in which a model of one's own runs.
    pub operation: String,
    /// How many.
    pub count: i64,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestError {
    /// What, for people.
    pub detail: String,
    /// When (RFC 3339).
    pub at: String,
}
