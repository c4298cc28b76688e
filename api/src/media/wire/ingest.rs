//! Ingest settings and timetables on the wire and in the domain.

use beckon_openapi::ingest as wire;

use super::{text, web_url};
use crate::error::{At, Refusal, Result};
use crate::media::{CustomLabels, Frames, Ingest, Recogniser, Rekognition, Source, Timetable};
use crate::words::{Confidence, MicroUsd, Time};

/// How far the looking may fall behind unless told.
const MOST_LAG_MS: u32 = 10_000;
/// IVS records a thumbnail a minute unless told.
const THUMBNAIL_MS: u32 = 60_000;
/// How sure Rekognition must be unless told.
const CELEBRITY: f64 = 95.0;
const LABEL: f64 = 75.0;
const CUSTOM_LABEL: f64 = 80.0;
/// More pictures a second than a stream has.
const MOST_FRAMES: f64 = 30.0;
/// The longest event.
const LONGEST_MS: i64 = 31 * 24 * 3_600_000;

/// Checks how a media is ingested.
pub(super) fn ingest_from_wire(wire: wire::Ingest) -> Result<Ingest> {
    let wire::Ingest {
        source,
        recogniser,
        frames,
        most_lag_ms,
        max_spend_usd,
    } = wire;
    let most_lag_ms = most_lag_ms.unwrap_or(MOST_LAG_MS);
    Ok(Ingest {
        source: source_from_wire(source)?,
        recogniser: recogniser_from_wire(recogniser)?,
        frames: frames_from_wire(frames)?,
        most_lag_ms: within("ingest.most_lag_ms", most_lag_ms, 1_000, 120_000)?,
        max_spend: max_spend_usd
            .map(|usd| MicroUsd::parse_usd(usd).at("ingest.max_spend_usd"))
            .transpose()?,
    })
}

fn within(field: &str, value: u32, least: u32, most: u32) -> Result<i64> {
    if (least..=most).contains(&value) {
        return Ok(i64::from(value));
    }
    Err(Refusal::field(
        field,
        format!("{field} is {value}"),
        format!("{least}..={most}"),
    )
    .into())
}

fn source_from_wire(source: wire::IngestSource) -> Result<Source> {
    Ok(match source {
        wire::IngestSource::Hls { url } => {
            let url = web_url("ingest.source.url", url)?;
            if url.starts_with('/') {
                let detail = "a path names no host to watch";
                return Err(Refusal::field("ingest.source.url", detail, "http or https").into());
            }
            Source::Hls { url }
        }
        wire::IngestSource::Thumbnails {
            bucket,
            prefix,
            every_ms,
        } => Source::Thumbnails {
            bucket: text("ingest.source.bucket", bucket, 63)?,
            prefix: text("ingest.source.prefix", prefix, 1_024)?,
            every_ms: within(
                "ingest.source.every_ms",
                every_ms.unwrap_or(THUMBNAIL_MS),
                1_000,
                60_000,
            )?,
        },
    })
}

fn frames_from_wire(frames: wire::FrameChoice) -> Result<Frames> {
    let rate = |field: &str, rate: f64| {
        if rate > 0.0 && rate <= MOST_FRAMES {
            return Ok(rate);
        }
        let bound = format!("more than 0, at most {MOST_FRAMES}");
        Err(Refusal::field(field, format!("{field} is {rate}"), bound))
    };
    Ok(match frames {
        wire::FrameChoice::PerSecond { count } => {
            Frames::PerSecond(rate("ingest.frames.count", count)?)
        }
        wire::FrameChoice::SceneCuts { at_most_per_second } => Frames::SceneCuts {
            at_most_per_second: rate("ingest.frames.at_most_per_second", at_most_per_second)?,
        },
    })
}

fn recogniser_from_wire(recogniser: wire::Recogniser) -> Result<Recogniser> {
    let wire::Recogniser::Rekognition {
        celebrities,
        labels,
        custom_labels,
        moderation,
    } = recogniser
    else {
        return Ok(Recogniser::Images);
    };
    let sure = |name: &str, asked: Option<wire::Sureness>, unless_told: f64| {
        asked
            .map(|asked| {
                Confidence::parse(asked.min_confidence.unwrap_or(unless_told))
                    .at(&format!("ingest.recogniser.{name}.min_confidence"))
            })
            .transpose()
    };
    let asked = Rekognition {
        celebrities: sure("celebrities", celebrities, CELEBRITY)?,
        labels: sure("labels", labels, LABEL)?,
        custom_labels: custom_labels.map(custom_from_wire).transpose()?,
        moderation: sure("moderation", moderation, LABEL)?,
    };
    if asked == Rekognition::default() {
        let detail = "Rekognition is asked nothing";
        let bound = "celebrities, labels, custom_labels or moderation";
        return Err(Refusal::field("ingest.recogniser", detail, bound).into());
    }
    Ok(Recogniser::Rekognition(asked))
}

fn custom_from_wire(custom: wire::CustomLabels) -> Result<CustomLabels> {
    const FIELD: &str = "ingest.recogniser.custom_labels.project_version_arn";
    let arn = text(FIELD, custom.project_version_arn, 2_048)?;
    if !arn.starts_with("arn:") || !arn.contains(":rekognition:") {
        let detail = format!("`{arn}` names no project version of Rekognition");
        return Err(
            Refusal::field(FIELD, detail, "arn:aws:rekognition:…:project/…/version/…").into(),
        );
    }
    Ok(CustomLabels {
        project_version_arn: arn,
        min_confidence: Confidence::parse(custom.min_confidence.unwrap_or(CUSTOM_LABEL))
            .at("ingest.recogniser.custom_labels.min_confidence")?,
    })
}

/// Checks when a media runs.
pub(super) fn timetable_from_wire(wire: wire::Timetable) -> Result<Timetable> {
    let starts_at = Time::parse(&wire.starts_at).at("timetable.starts_at")?;
    let ends_at = Time::parse(&wire.ends_at).at("timetable.ends_at")?;
    if !(1..=LONGEST_MS).contains(&ends_at.since(starts_at)) {
        let detail = format!("it runs for {} ms", ends_at.since(starts_at));
        return Err(
            Refusal::field("timetable.ends_at", detail, format!("1..={LONGEST_MS} ms")).into(),
        );
    }
    let zone = wire.zone.unwrap_or_else(|| "UTC".to_owned());
    if jiff::tz::TimeZone::get(&zone).is_err() {
        let detail = format!("`{zone}` is no time zone");
        return Err(Refusal::field(
            "timetable.zone",
            detail,
            "an IANA name, such as Europe/Berlin",
        )
        .into());
    }
    Ok(Timetable {
        starts_at,
        ends_at,
        zone,
    })
}

/// Ingest settings for the wire.
pub(super) fn ingest_to_wire(ingest: Ingest) -> wire::Ingest {
    let whole = |ms: i64| u32::try_from(ms).ok();
    wire::Ingest {
        source: match ingest.source {
            Source::Hls { url } => wire::IngestSource::Hls { url },
            Source::Thumbnails {
                bucket,
                prefix,
                every_ms,
            } => wire::IngestSource::Thumbnails {
                bucket,
                prefix,
                every_ms: whole(every_ms),
            },
        },
        recogniser: recogniser_to_wire(ingest.recogniser),
        frames: match ingest.frames {
            Frames::PerSecond(count) => wire::FrameChoice::PerSecond { count },
            Frames::SceneCuts { at_most_per_second } => {
                wire::FrameChoice::SceneCuts { at_most_per_second }
            }
        },
        most_lag_ms: whole(ingest.most_lag_ms),
        max_spend_usd: ingest.max_spend.map(MicroUsd::usd),
    }
}

fn recogniser_to_wire(recogniser: Recogniser) -> wire::Recogniser {
    let sure = |asked: Option<Confidence>| {
        asked.map(|least| wire::Sureness {
            min_confidence: Some(least.percent()),
        })
    };
    match recogniser {
        Recogniser::Images => wire::Recogniser::Images,
        Recogniser::Rekognition(asked) => wire::Recogniser::Rekognition {
            celebrities: sure(asked.celebrities),
            labels: sure(asked.labels),
            custom_labels: asked.custom_labels.map(|custom| wire::CustomLabels {
                project_version_arn: custom.project_version_arn,
                min_confidence: Some(custom.min_confidence.percent()),
            }),
            moderation: sure(asked.moderation),
        },
    }
}

/// A timetable for the wire.
pub(super) fn timetable_to_wire(timetable: Timetable) -> wire::Timetable {
    wire::Timetable {
        starts_at: timetable.starts_at.to_string(),
        ends_at: timetable.ends_at.to_string(),
        zone: Some(timetable.zone),
    }
}
