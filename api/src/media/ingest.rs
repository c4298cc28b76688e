//! How a media is ingested by itself: from where, looked at how often, by whom, and for how much money.

use crate::words::{Confidence, MicroUsd, Time};

/// How a media is ingested.
#[derive(Debug, Clone, PartialEq)]
pub struct Ingest {
    /// Where its pictures come from.
    pub source: Source,
    /// Who says what they show.
    pub recogniser: Recogniser,
    /// Which of them are looked at.
    pub frames: Frames,
    /// How far behind the stream the looking may fall before it looks at less, in ms.
    pub most_lag_ms: i64,
    /// What recognition may cost; then it stops.
    pub max_spend: Option<MicroUsd>,
}

/// Where a media's pictures come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A live HLS stream.
    Hls {
        /// Its master or media playlist.
        url: String,
    },
    /// Thumbnails that IVS records into a bucket.
    Thumbnails {
        /// The bucket.
        bucket: String,
        /// What their keys begin with.
        prefix: String,
        /// How far one lies from the next, in ms.
        every_ms: i64,
    },
}

/// Which pictures are looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frames {
    /// So many a second; less than one too.
    PerSecond(f64),
    /// The first after each cut.
    SceneCuts {
        /// But no more than so many a second.
        at_most_per_second: f64,
    },
}

/// Who says what a picture shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Recogniser {
    /// The embedded one, by the registered reference images.
    Images,
    /// Amazon Rekognition.
    Rekognition(Rekognition),
}

/// What Rekognition is asked about each picture, and how sure it must be; what is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rekognition {
    /// Well-known people, by their match confidence.
    pub celebrities: Option<Confidence>,
    /// General objects and scenes.
    pub labels: Option<Confidence>,
    /// What a model of one's own was trained for.
    pub custom_labels: Option<CustomLabels>,
    /// What to be careful about.
    pub moderation: Option<Confidence>,
}

/// A custom model. It bills while it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomLabels {
    /// Which version of which project.
    pub project_version_arn: String,
    /// How sure it must be.
    pub min_confidence: Confidence,
}

/// When a media runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// From this moment.
    pub starts_at: Time,
    /// To this one.
    pub ends_at: Time,
    /// The IANA name of the time zone in which people speak of it.
    pub zone: String,
}
