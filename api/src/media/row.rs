//! Media as their JSON columns hold them: shapes of their own, so that the wire may change without a migration.

use serde::{Deserialize, Serialize};

use super::{
    ClearBox, CustomLabels, Frames, Ingest, Marker, OverlayLife, QuietScope, Recogniser,
    Rekognition, Signal, Source, Timetable,
};
use crate::words::{Confidence, Invalid, MicroUsd, Position, Time};

#[derive(Serialize, Deserialize)]
pub(super) struct MarkerRow {
    name: String,
    position_ms: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum SignalRow {
    Origin { url: String, channel_arn: String },
    Ivs { channel_arn: String },
}

#[derive(Serialize, Deserialize)]
pub(super) struct LifeRow {
    show_ms: i64,
    quiet_ms: i64,
    quiet_whole_media: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct IngestRow {
    source: SourceRow,
    recogniser: RecogniserRow,
    frames: FramesRow,
    most_lag_ms: i64,
    max_spend_micro_usd: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum SourceRow {
    Hls {
        url: String,
    },
    Thumbnails {
        bucket: String,
        prefix: String,
        every_ms: i64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum FramesRow {
    PerSecond { count: f64 },
    SceneCuts { at_most_per_second: f64 },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum RecogniserRow {
    Images,
    /// Each with the confidence that it asks for.
    Rekognition {
        celebrities: Option<f64>,
        labels: Option<f64>,
        custom_labels: Option<(String, f64)>,
        moderation: Option<f64>,
    },
}

/// Left, top, width and height in percent.
#[derive(Serialize, Deserialize)]
pub(super) struct ClearRow(f32, f32, f32, f32);

impl From<&ClearBox> for ClearRow {
    fn from(kept: &ClearBox) -> Self {
        Self(kept.left, kept.top, kept.width, kept.height)
    }
}

impl From<ClearRow> for ClearBox {
    fn from(ClearRow(left, top, width, height): ClearRow) -> Self {
        Self {
            left,
            top,
            width,
            height,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct TimetableRow {
    starts_at: i64,
    ends_at: i64,
    zone: String,
}

impl From<&Marker> for MarkerRow {
    fn from(marker: &Marker) -> Self {
        Self {
            name: marker.name.clone(),
            position_ms: marker.position.ms(),
        }
    }
}

impl TryFrom<MarkerRow> for Marker {
    type Error = Invalid;

    fn try_from(row: MarkerRow) -> Result<Self, Invalid> {
        Ok(Self {
            name: row.name,
            position: Position::parse(row.position_ms)?,
        })
    }
}

impl From<&Signal> for SignalRow {
    fn from(signal: &Signal) -> Self {
        match signal.clone() {
            Signal::Origin { url, channel_arn } => Self::Origin { url, channel_arn },
            Signal::Ivs { channel_arn } => Self::Ivs { channel_arn },
        }
    }
}

impl From<SignalRow> for Signal {
    fn from(row: SignalRow) -> Self {
        match row {
            SignalRow::Origin { url, channel_arn } => Self::Origin { url, channel_arn },
            SignalRow::Ivs { channel_arn } => Self::Ivs { channel_arn },
        }
    }
}

impl From<OverlayLife> for LifeRow {
    fn from(life: OverlayLife) -> Self {
        Self {
            show_ms: life.show_ms,
            quiet_ms: life.quiet_ms,
            quiet_whole_media: life.quiet_scope == QuietScope::Media,
        }
    }
}

impl From<LifeRow> for OverlayLife {
    fn from(row: LifeRow) -> Self {
        Self {
            show_ms: row.show_ms,
            quiet_ms: row.quiet_ms,
            quiet_scope: if row.quiet_whole_media {
                QuietScope::Media
            } else {
                QuietScope::Instrument
            },
        }
    }
}

impl From<&Ingest> for IngestRow {
    fn from(ingest: &Ingest) -> Self {
        let source = match ingest.source.clone() {
            Source::Hls { url } => SourceRow::Hls { url },
            Source::Thumbnails {
                bucket,
                prefix,
                every_ms,
            } => SourceRow::Thumbnails {
                bucket,
                prefix,
                every_ms,
            },
        };
        let frames = match ingest.frames {
            Frames::PerSecond(count) => FramesRow::PerSecond { count },
            Frames::SceneCuts { at_most_per_second } => FramesRow::SceneCuts { at_most_per_second },
        };
        Self {
            source,
            recogniser: (&ingest.recogniser).into(),
            frames,
            most_lag_ms: ingest.most_lag_ms,
            max_spend_micro_usd: ingest.max_spend.map(MicroUsd::micros),
        }
    }
}

impl From<&Recogniser> for RecogniserRow {
    fn from(recogniser: &Recogniser) -> Self {
        match recogniser {
            Recogniser::Images => Self::Images,
            Recogniser::Rekognition(asked) => Self::Rekognition {
                celebrities: asked.celebrities.map(Confidence::percent),
                labels: asked.labels.map(Confidence::percent),
                custom_labels: asked.custom_labels.as_ref().map(|custom| {
                    let arn = custom.project_version_arn.clone();
                    (arn, custom.min_confidence.percent())
                }),
                moderation: asked.moderation.map(Confidence::percent),
            },
        }
    }
}

impl TryFrom<IngestRow> for Ingest {
    type Error = Invalid;

    fn try_from(row: IngestRow) -> Result<Self, Invalid> {
        let source = match row.source {
            SourceRow::Hls { url } => Source::Hls { url },
            SourceRow::Thumbnails {
                bucket,
                prefix,
                every_ms,
            } => Source::Thumbnails {
                bucket,
                prefix,
                every_ms,
            },
        };
        let frames = match row.frames {
            FramesRow::PerSecond { count } => Frames::PerSecond(count),
            FramesRow::SceneCuts { at_most_per_second } => Frames::SceneCuts { at_most_per_second },
        };
        Ok(Self {
            source,
            recogniser: row.recogniser.try_into()?,
            frames,
            most_lag_ms: row.most_lag_ms,
            max_spend: row.max_spend_micro_usd.map(MicroUsd::from_micros),
        })
    }
}

impl TryFrom<RecogniserRow> for Recogniser {
    type Error = Invalid;

    fn try_from(row: RecogniserRow) -> Result<Self, Invalid> {
        let confidence = |percent: Option<f64>| percent.map(Confidence::parse).transpose();
        Ok(match row {
            RecogniserRow::Images => Self::Images,
            RecogniserRow::Rekognition {
                celebrities,
                labels,
                custom_labels,
                moderation,
            } => Self::Rekognition(Rekognition {
                celebrities: confidence(celebrities)?,
                labels: confidence(labels)?,
                custom_labels: custom_labels
                    .map(|(project_version_arn, percent)| {
                        Ok(CustomLabels {
                            project_version_arn,
                            min_confidence: Confidence::parse(percent)?,
                        })
                    })
                    .transpose()?,
                moderation: confidence(moderation)?,
            }),
        })
    }
}

impl From<&Timetable> for TimetableRow {
    fn from(timetable: &Timetable) -> Self {
        Self {
            starts_at: timetable.starts_at.ms(),
            ends_at: timetable.ends_at.ms(),
            zone: timetable.zone.clone(),
        }
    }
}

impl From<TimetableRow> for Timetable {
    fn from(row: TimetableRow) -> Self {
        Self {
            starts_at: Time::from_ms(row.starts_at),
            ends_at: Time::from_ms(row.ends_at),
            zone: row.zone,
        }
    }
}
